namespace Orchestrator.Runs.Tasks.Requests;

/// <summary>Renders the report section about agents' requests for packages and files, and about the planner's answers.</summary>
public static class AgentRequestReportSectionBuilder
{
    private const int Most = 60;

    /// <summary>Renders the section as Markdown. Empty if there were neither requests nor answers.</summary>
    /// <param name="run">Status of the run with all its tasks.</param>
    public static EscapingMarkdownBuilder Render(RunStatus run, RunFolder folder)
    {
        var packages = new PackageRequestStore(folder)
            .Read()
            .Select(entry =>
                EscapingMarkdownBuilder.Of(
                    $"- {entry.Task}: {FileNameEncoding.Show(entry.Package.ToString())} ({entry.Ecosystem}, "
                        + $"{FileNameEncoding.Show(entry.Manifest)}): "
                        + $"{StateOf(entry)}\n"
                )
            );
        var files = run
            .Tasks.Where(task => task.Lent is { Count: > 0 })
            .Select(task => EscapingMarkdownBuilder.Of($"- {task.Id} was granted {FileNameEncoding.List([.. task.Lent!])}\n"));
        List<EscapingMarkdownBuilder> lines = [.. packages.Concat(files)];
        var text = Answers(run);
        if (lines.Count > 0)
        {
            text.Append($"\n## Requests from agents\n\n").Append(lines.Take(Most));
        }
        return lines.Count > Most ? text.Append($"- and {lines.Count - Most} more: {folder.Relative(folder.Path)}\n") : text;
    }

    /// <summary>Renders the planner's answers, each with advice on how to override it, because no user has seen the answers yet.</summary>
    private static EscapingMarkdownBuilder Answers(RunStatus run)
    {
        var text = new EscapingMarkdownBuilder();
        var lines = run
            .Tasks.SelectMany(task =>
                (task.Answers ?? []).Select(answer =>
                    EscapingMarkdownBuilder.Of($"- {task.Id} was {answer}; full answer: {answer.File}. {Overrule(run.RunId, task)}\n")
                )
            )
            .ToList();
        if (lines.Count > 0)
        {
            text.Append($"\n## Questions answered by the planner, without you\n\n").Append(lines.Take(Most));
        }
        return lines.Count > Most ? text.Append($"- and {lines.Count - Most} more\n") : text;
    }

    private static EscapingMarkdownBuilder Overrule(string run, RunTaskStatus task) =>
        TaskStateNames.IsDone(task.State)
            ? EscapingMarkdownBuilder.Of($"To override this answer, change the landed code with another run or by hand.")
        : TaskStateNames.IsEnd(task.State) || task.State is TaskStateNames.Blocked or TaskStateNames.Parked
            ? EscapingMarkdownBuilder.Of($"To override it: `orchestrate retry {run}/{task.Id} --guidance TEXT`")
        : EscapingMarkdownBuilder.Of($"To override it: `orchestrate send {run}/{task.Id} TEXT`");

    private static string StateOf(PackageRequestRecord entry) =>
        entry.Refusal is { } refusal ? $"{entry.State}: {refusal}"
        : entry.State == PackageRequestRecord.Asked ? "requested, not installed"
        : entry.State;
}
