namespace Orchestrator.Runs.Tasks.Requests;

/// <summary>Renders the report section about agents' requests for packages and files, and about the planner's answers.</summary>
public static class AgentRequestSection
{
    private const int Most = 60;

    /// <summary>Renders the section as Markdown. Empty if there were no requests.</summary>
    /// <param name="run">Status of the run with all its tasks.</param>
    public static MarkdownText Render(RunStatus run, RunFolder folder)
    {
        var packages = new DependencyRegister(folder)
            .Read()
            .Select(entry =>
                MarkdownText.Of(
                    $"- {entry.Task}: {FileNameEncoding.Show(entry.Package.ToString())} ({entry.Ecosystem}, "
                        + $"{FileNameEncoding.Show(entry.Manifest)}): "
                        + $"{StateOf(entry)}\n"
                )
            );
        var files = run
            .Tasks.Where(task => task.Lent is { Count: > 0 })
            .Select(task => MarkdownText.Of($"- {task.Id} was lent {FileNameEncoding.List([.. task.Lent!])}\n"));
        List<MarkdownText> lines = [.. packages.Concat(files)];
        var text = Answers(run);
        if (lines.Count > 0)
        {
            text.Append($"\n## Requests of agents\n\n").Append(lines.Take(Most));
        }
        return lines.Count > Most ? text.Append($"- and {lines.Count - Most} more: {folder.Relative(folder.Path)}\n") : text;
    }

    /// <summary>Renders the planner's answers, each with the command that overrules it, because no user has seen them yet.</summary>
    private static MarkdownText Answers(RunStatus run)
    {
        var text = new MarkdownText();
        var lines = run
            .Tasks.SelectMany(task =>
                (task.Answers ?? []).Select(answer =>
                    MarkdownText.Of($"- {task.Id} was {answer}; in full: {answer.File}. {Overrule(run.RunId, task)}\n")
                )
            )
            .ToList();
        if (lines.Count > 0)
        {
            text.Append($"\n## Questions answered by the planner, without you\n\n").Append(lines.Take(Most));
        }
        return lines.Count > Most ? text.Append($"- and {lines.Count - Most} more\n") : text;
    }

    private static MarkdownText Overrule(string run, RunTask task) =>
        TaskStates.IsDone(task.State) ? MarkdownText.Of($"To override this answer, change the landed code with another run or by hand.")
        : TaskStates.IsEnd(task.State) || task.State is TaskStates.Blocked or TaskStates.Parked
            ? MarkdownText.Of($"To override it: `orchestrate retry {run}/{task.Id} --guidance TEXT`")
        : MarkdownText.Of($"To override it: `orchestrate send {run}/{task.Id} TEXT`");

    private static string StateOf(PackageRequestEntry entry) =>
        entry.Refusal is { } refusal ? $"{entry.State}: {refusal}"
        : entry.State == PackageRequestEntry.Asked ? "requested, not installed"
        : entry.State;
}
