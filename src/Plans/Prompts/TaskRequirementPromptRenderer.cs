namespace Orchestrator.Plans;

/// <summary>
/// Renders the prompt sections about required notes and subagents, and about the gates and measurements that later check the work.
/// </summary>
internal static class TaskRequirementPromptRenderer
{
    /// <summary>Appends the section about required notes and subagents.</summary>
    public static void Process(StringBuilder text, PlanTask task)
    {
        if (task.NotesInput.Count + task.NotesOutput.Count + task.RequiredAgents.Count == 0)
        {
            return;
        }
        PromptMarkdownElementWriter.Heading(text, "How to proceed").Append("Each of these is checked afterwards:\n\n");
        foreach (var notes in task.NotesInput)
        {
            text.Append("- First read the notes in `").Append(notes).Append("`.\n");
        }
        foreach (var agent in task.RequiredAgents)
        {
            text.Append("- Have the subagent `")
                .Append(agent)
                .Append("` do its part; start it as an agent, doing its work yourself does not count.\n");
        }
        foreach (var notes in task.NotesOutput)
        {
            text.Append("- At the end write `")
                .Append(notes)
                .Append("` with the sections `## Summary`, `## Key Decisions` and `## Files Modified`.\n");
        }
    }

    /// <summary>Appends the section about the task's gates.</summary>
    /// <param name="text">Builder that receives the section.</param>
    /// <param name="gates">Gates of the task.</param>
    /// <param name="rewritten">Tracked files that gates rewrote before the agent did any work, by the gate's command.</param>
    public static void Gates(StringBuilder text, IReadOnlyList<Gate> gates, IReadOnlyDictionary<string, AbridgedFileList> rewritten)
    {
        if (gates.Count == 0)
        {
            return;
        }
        PromptMarkdownElementWriter
            .Heading(text, "How your work is checked")
            .Append("We run these ourselves at your last commit, in a clean environment. Run them before you say that you are done:\n\n");
        foreach (var gate in gates)
        {
            var expectation =
                gate.Negate ? "must fail"
                : gate.Required ? "must pass"
                : "should pass";
            text.Append("- ").Append(PromptMarkdownElementWriter.InlineCode(gate.Command)).Append(": ").Append(expectation);
            text.Append(string.IsNullOrWhiteSpace(gate.Description) ? "" : $" ({gate.Description.Trim()})");
            text.Append(gate.Exclusive is null ? "" : $" (exclusive: {gate.Exclusive})");
            text.Append(
                    rewritten.TryGetValue(gate.Command, out var files)
                        ? $"; it rewrites files that git tracks ({GateVerdictFormatter.Names(files)}), so commit what it makes of them"
                        : ""
                )
                .Append('\n');
        }
        if (gates.Any(gate => gate.Exclusive is not null))
        {
            text.Append(
                "\nWhat is marked exclusive we run one at a time on this machine, because it needs something that there is only "
                    + "one of. Where yours fails because that is in use, wait and run it again.\n"
            );
        }
        text.Append("\nDo not weaken, skip or delete checks to make them pass.\n");
    }

    /// <summary>Appends the section about measurements, with instructions for claiming a number.</summary>
    public static void Measurements(StringBuilder text, IReadOnlyList<Gate> measurements)
    {
        if (measurements.Count == 0)
        {
            return;
        }
        PromptMarkdownElementWriter
            .Heading(text, "What is measured")
            .Append("At the same commit we run these; what counts is the last number on the last line that each prints:\n\n");
        foreach (var measurement in measurements)
        {
            text.Append(
                    $"- {measurement.Name}: {PromptMarkdownElementWriter.InlineCode(measurement.Command)} "
                        + $"{(measurement.Required ? "must" : "should")} give "
                )
                .Append($"{measurement.Expectation}\n");
        }
        text.Append("\nMeasure before you say that you are done, and say what you found: add `--measured \"")
            .Append(measurements[0].Name)
            .Append("=NUMBER\"` to `orchestrate done` for each. It is put beside what we measure.\n");
    }
}
