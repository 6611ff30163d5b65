using System.Text;

namespace Orchestrator.Plans;

/// <summary>What an agent is told about its task: the same text for <c>orchestrate prompt</c> and for the agent itself.</summary>
public static class TaskPrompt
{
    /// <summary>
    /// The prompt as Markdown. It begins with a plain sentence, so that no agent program takes it for an option or a command.
    /// </summary>
    public static string Render(TaskPromptInput input)
    {
        var task = input.Task;
        var text = new StringBuilder();
        text.Append(
                "You are one of several coding agents that work on the same repository at the same time, each in a git worktree "
                    + "of its own. "
            )
            .Append(
                "This worktree is yours: work in it and nowhere else. Nobody answers questions while you work, so decide what is "
                    + "open and write down why.\n"
            );

        Role(text, task.Role, input.RoleText);
        Assignment(text, input);
        OwnershipSection(text, task, input.NeedPerson);
        Machine(text, input.WorktreeVariables);
        Contracts(text, input);
        Texts(text, "Context", "What you should know about this project.", input.Context);
        Texts(text, "Notes of the tasks before", "What those wrote down whose work you build on.", input.Notes);
        Process(text, task);
        Gates(text, [.. task.Verification, .. input.FurtherGates]);
        Measurements(text, task.Measurements);
        if (!string.IsNullOrWhiteSpace(input.Guidance))
        {
            Heading(text, "Guidance").Append("A person says about this try:\n\n").Append(input.Guidance.Trim()).Append('\n');
        }

        Ending(text, task);
        return text.ToString();
    }

    private static StringBuilder Heading(StringBuilder text, string heading) => text.Append("\n# ").Append(heading).Append("\n\n");

    private static void Role(StringBuilder text, string? role, string? given)
    {
        var words = given ?? (role is null ? null : TaskRole.PromptOf(role));
        if (!string.IsNullOrWhiteSpace(words))
        {
            Heading(text, role is null ? "Your role" : $"Your role: {role}").Append(words.Trim()).Append('\n');
        }
    }

    private static void Assignment(StringBuilder text, TaskPromptInput input)
    {
        var task = input.Task;
        Heading(text, $"Your task: {task.Id}");
        var description = task.Description.Trim();
        var prompt = task.Prompt?.Trim() ?? "";
        if (description.Length > 0 && !prompt.StartsWith(description, StringComparison.Ordinal))
        {
            text.Append(description).Append('\n');
        }

        if (prompt.Length > 0)
        {
            text.Append(text[^2] == '\n' ? "" : "\n").Append(prompt).Append('\n');
        }

        // A prompt made from a phase's file holds its steps already.
        if (task.Checklist.Any(item => !prompt.Contains(item.Description, StringComparison.Ordinal)))
        {
            text.Append("\nSteps:\n\n");
            foreach (var item in task.Checklist)
            {
                text.Append(item.Completed ? "- [x] " : "- [ ] ").Append(item.Id).Append(": ").Append(item.Description).Append('\n');
            }
        }

        if (!string.IsNullOrWhiteSpace(input.Request))
        {
            text.Append("\nIt is one part of this request; do your part only:\n\n").Append(Quoted(input.Request)).Append('\n');
        }
    }

    private static void OwnershipSection(StringBuilder text, PlanTask task, IReadOnlyList<string> needPerson)
    {
        Heading(text, "What you may change");
        var ownership = Ownership.Of(task);
        if (ownership.OwnsEverything)
        {
            text.Append("You may change files anywhere in this worktree");
            if (task.FilesWrite is null && needPerson.Count > 0)
            {
                text.Append(", but for these, to whose change a person would have to agree first: ")
                    .AppendJoin(", ", needPerson.Select(path => $"`{path}`"));
            }

            text.Append(". Change what the task needs and nothing else.\n");
        }
        else if (ownership.OwnsNothing)
        {
            text.Append("Nothing: this task reads and reports. A change to any file is refused.\n");
        }
        else
        {
            text.Append(
                "Only these paths are yours to create, change or delete; everything else belongs to others, and a change there is "
                    + "refused:\n\n"
            );
            Items(text, task.FilesWrite ?? []);
            foreach (var patch in task.PatchIntents)
            {
                var what = string.Join(": ", new[] { patch.Action, patch.Intent }.Where(s => !string.IsNullOrWhiteSpace(s)));
                text.Append("- `").Append(patch.File).Append('`').Append(what.Length == 0 ? "" : $" ({what})").Append('\n');
            }
        }

        if (!ownership.OwnsEverything && task.FilesAppend.Count > 0)
        {
            text.Append("\nTo these you may only add lines; others add to them too:\n\n");
            Items(text, task.FilesAppend);
        }

        if (task.ResourcesWrite.Count > 0)
        {
            text.Append("\nYou alone define these resources:\n\n");
            Items(text, task.ResourcesWrite);
        }

        if (task.FilesRead is { Count: > 0 } || task.ResourcesRead.Count > 0)
        {
            text.Append("\nYour work builds on these; read them first and leave them as they are:\n\n");
            Items(text, [.. task.FilesRead ?? [], .. task.ResourcesRead]);
        }

        text.Append(
            "\nLock files and installed packages are changed by the orchestrator only. Do not push, switch branches, stash, "
                + "rebase, or touch git's configuration.\n"
        );
    }

    private static void Machine(StringBuilder text, IReadOnlyCollection<string> variables)
    {
        Heading(text, "What is yours on this machine")
            .Append("Others run servers and tests here at the same time. ")
            .Append("`$ORCHESTRATOR_PORT` and the 19 ports after it are this worktree's own, `$TMPDIR` is its own temporary folder, ")
            .Append(
                "and `$ORCHESTRATOR_WORKTREE` is a name for databases and containers that nobody else uses. Use these, not fixed "
                    + "ports, `/tmp` or shared databases."
            );
        text.Append(
                variables.Count == 0
                    ? ""
                    : $" Made of them for you: {string.Join(", ", variables.Order(StringComparer.Ordinal).Select(name => $"`${name}`"))}."
            )
            .Append('\n');
    }

    private static void Contracts(StringBuilder text, TaskPromptInput input)
    {
        if (input.Contracts.Count + input.OtherContracts.Count == 0)
        {
            return;
        }

        Heading(text, "Contracts")
            .Append(
                "Interfaces that tasks agreed on before they began. Their files are in your worktree, and only the orchestrator "
                    + "changes them: a change there is refused. "
            )
            .Append("If one can't be kept, end as blocked and say what it would have to be.\n");
        if (input.Contracts.Count > 0)
        {
            text.Append(
                "\nOther tasks rely on these at the same time. You are pinned to the version named here; keep to it exactly: "
                    + "names, parameters, types.\n"
            );
        }

        foreach (var contract in input.Contracts)
        {
            text.Append("\n## ")
                .Append(contract.Name)
                .Append(" (version ")
                .Append(contract.Version)
                .Append(") in `")
                .Append(contract.FilePath)
                .Append("`\n\n");
            Fenced(text, contract.Content, contract.Language.ToString().ToLowerInvariant());
        }

        // Without versions: a task that has nothing to do with a contract is not another one when that changes.
        if (input.OtherContracts.Count > 0)
        {
            text.Append("\nYou are no consumer of these. If your task implements one, read its file and hold to it exactly:\n\n");
            foreach (var contract in input.OtherContracts)
            {
                text.Append("- ").Append(contract.Name).Append(" in `").Append(contract.FilePath).Append("`\n");
            }
        }
    }

    private static void Texts(StringBuilder text, string heading, string opening, IReadOnlyList<KeyValuePair<string, string>> texts)
    {
        if (texts.Count == 0)
        {
            return;
        }

        Heading(text, heading).Append(opening).Append('\n');
        foreach ((var name, var content) in texts)
        {
            text.Append("\n## ").Append(name).Append("\n\n").Append(content.Trim()).Append('\n');
        }
    }

    private static void Process(StringBuilder text, PlanTask task)
    {
        if (task.NotesInput.Count + task.NotesOutput.Count + task.RequiredAgents.Count == 0)
        {
            return;
        }

        Heading(text, "How to go about it").Append("Each of these is checked afterwards:\n\n");
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

    private static void Gates(StringBuilder text, IReadOnlyList<Gate> gates)
    {
        if (gates.Count == 0)
        {
            return;
        }

        Heading(text, "How your work is checked")
            .Append("We run these ourselves at your last commit, in a clean environment. Run them before you say that you are done:\n\n");
        foreach (var gate in gates)
        {
            var expectation =
                gate.Negate ? "must fail"
                : gate.Required ? "must pass"
                : "should pass";
            text.Append("- ").Append(InlineCode(gate.Command)).Append(": ").Append(expectation);
            text.Append(string.IsNullOrWhiteSpace(gate.Description) ? "" : $" ({gate.Description.Trim()})");
            text.Append(gate.Exclusive is null ? "" : $" (exclusive: {gate.Exclusive})").Append('\n');
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

    private static void Measurements(StringBuilder text, IReadOnlyList<Gate> measurements)
    {
        if (measurements.Count == 0)
        {
            return;
        }

        Heading(text, "What is measured")
            .Append("At the same commit we run these; what counts is the last number on the last line that each prints:\n\n");
        foreach (var measurement in measurements)
        {
            text.Append($"- {measurement.Name}: {InlineCode(measurement.Command)} {(measurement.Required ? "must" : "should")} give ")
                .Append($"{measurement.Expectation}\n");
        }

        text.Append("\nMeasure before you say that you are done, and say what you found: add `--measured \"")
            .Append(measurements[0].Name)
            .Append("=NUMBER\"` to `orchestrate done` for each. It is put beside what we measure.\n");
    }

    private static void Ending(StringBuilder text, PlanTask task)
    {
        Heading(text, "When you are done")
            .Append("Commit your work or leave it in the worktree; both are taken. Then run exactly one of these as your last step:\n\n");
        text.Append("- the task is done: `orchestrate done --task ").Append(task.Id).Append(" --status completed`\n");
        text.Append("- you need a decision or something that is not yours to change: `orchestrate done --task ")
            .Append(task.Id)
            .Append(" --status blocked --reason \"WHAT YOU NEED\"`\n");
        text.Append("- you need a package that is not installed: `orchestrate blocked --needs \"PACKAGE>=VERSION\"`\n");
        text.Append("- it can't be done: `orchestrate done --task ").Append(task.Id).Append(" --status failed --reason \"WHY\"`\n");
    }

    private static void Items(StringBuilder text, IReadOnlyList<string> items)
    {
        foreach (var item in items)
        {
            text.Append("- ").Append(InlineCode(item)).Append('\n');
        }
    }

    private static string InlineCode(string code)
    {
        var line = code.ReplaceLineEndings(" ");
        return line.Contains('`', StringComparison.Ordinal) ? $"`` {line} ``" : $"`{line}`";
    }

    private static string Quoted(string words) =>
        "> " + words.Trim().ReplaceLineEndings("\n").Replace("\n", "\n> ", StringComparison.Ordinal);

    private static void Fenced(StringBuilder text, string content, string language)
    {
        // A fence longer than any run of backticks inside can't be closed by the content.
        var longest = 0;
        var run = 0;
        foreach (var c in content)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        string fence = new('`', Math.Max(3, longest + 1));
        text.Append(fence).Append(language).Append('\n').Append(content.TrimEnd()).Append('\n').Append(fence).Append('\n');
    }
}
