namespace Orchestrator.Runs.Requests;

/// <summary>The section of a report about requests of agents beyond their tasks (packages, and files of others), and the planner's
/// answers.</summary>
internal static class RequestReport
{
    private const int Most = 60;

    /// <summary>The section as Markdown; empty where there were no requests.</summary>
    /// <param name="run">The run with all its tasks.</param>
    public static string Render(RunStatus run, RunFolder folder)
    {
        var packages = new DependencyRegister(folder)
            .Read()
            .Select(entry =>
                $"- {entry.Task}: {FileNames.Show(entry.Package.ToString())} ({entry.Ecosystem}, {FileNames.Show(entry.Manifest)}): "
                + $"{StateOf(entry)}\n"
            );
        var files = run
            .Tasks.Where(task => task.Lent is { Count: > 0 })
            .Select(task => $"- {task.Id} was lent {FileNames.Some([.. task.Lent!])}\n");
        List<string> lines = [.. packages.Concat(files)];
        var answers = Answers(run);
        return lines.Count == 0
            ? answers
            : answers
                + new StringBuilder("\n## What agents have asked for\n\n")
                    .AppendJoin("", lines.Take(Most))
                    .Append(lines.Count > Most ? $"- and {lines.Count - Most} more: {folder.Relative(folder.Path)}\n" : "")
                    .ToString();
    }

    /// <summary>The planner's answers were seen by no person, so the command to overrule one is shown.</summary>
    private static string Answers(RunStatus run)
    {
        var lines = run
            .Tasks.SelectMany(task =>
                (task.Answers ?? []).Select(answer => $"- {task.Id} was {answer}; in full: {answer.File}. {Overrule(run.RunId, task)}\n")
            )
            .ToList();
        return lines.Count == 0
            ? ""
            : new StringBuilder("\n## What the planner has answered, and no person\n\n")
                .AppendJoin("", lines.Take(Most))
                .Append(lines.Count > Most ? $"- and {lines.Count - Most} more\n" : "")
                .ToString();
    }

    private static string Overrule(string run, RunTask task) =>
        TaskStates.IsDone(task.State) ? "To say otherwise: have it changed by another run, or by hand."
        : TaskStates.IsEnd(task.State) || task.State is TaskStates.Blocked or TaskStates.Parked
            ? $"To say otherwise: `orchestrate retry {run}/{task.Id} --guidance TEXT`"
        : $"To say otherwise: `orchestrate send {run}/{task.Id} TEXT`";

    private static string StateOf(DependencyEntry entry) =>
        entry.Refusal is { } refusal ? $"{entry.State}: {refusal.ReplaceLineEndings(" ")}"
        : entry.State == DependencyEntry.Asked ? "asked for, not installed"
        : entry.State;
}
