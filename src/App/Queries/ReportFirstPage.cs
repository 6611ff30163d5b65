using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Queries;

/// <summary>The row of a task in a <see cref="ReportFirstPage"/>.</summary>
/// <param name="Id">Id of the task.</param>
/// <param name="State">State of the task.</param>
/// <param name="Words">Closing message of the task's agent, or the task's title if there is none.</param>
public sealed record ReportFirstPageTask(string Id, string State, string Words);

/// <summary>The first page of a report, for a user who returns to a run in the morning. Times are in UTC and end with <c>Z</c>.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Head">Line with the run and its state.</param>
/// <param name="Title">Title of the run.</param>
/// <param name="Facts">Names and values, such as the landed commit, the duration and the cost.</param>
/// <param name="Tasks">The tasks. Those that need attention come first.</param>
/// <param name="MoreTasks">Number of tasks that are not on the page.</param>
/// <param name="Steps">Steps that users must take.</param>
public sealed record ReportFirstPage(
    string RunId,
    string Head,
    string Title,
    IReadOnlyList<(string Name, string Value)> Facts,
    IReadOnlyList<ReportFirstPageTask> Tasks,
    int MoreTasks,
    IReadOnlyList<RequiredUserAction> Steps
)
{
    private const int MostTasks = 12;
    private const int MostWarnings = 3;
    private const int LongestWords = 160;

    /// <summary>Creates the first page of a run's report.</summary>
    /// <param name="run">Status of the run with all its tasks.</param>
    /// <param name="repository">Absolute path of the repository's main work tree.</param>
    /// <param name="now">The current time, which is used as the end of an open run.</param>
    public static ReportFirstPage Of(RunStatus run, string repository, DateTimeOffset now)
    {
        var folder = new RunFolder(repository, run.RunId);
        var facts = new AgentClaimAndFactComparer(folder);
        var tasks = run.Tasks.OrderBy(task => Urgency(run, task)).ToList();
        return new ReportFirstPage(
            run.RunId,
            $"{run.RunId}: {RunLivenessClassifier.Describe(run)}",
            run.Title,
            [.. ReasonRows(run), .. NextStepRows(run), .. RunReportFacts.Of(run, folder, now), .. WarningRows(run)],
            [.. tasks.Take(MostTasks).Select(task => new ReportFirstPageTask(task.Id, task.State, ClosingText(run, task, facts)))],
            Math.Max(0, tasks.Count - MostTasks),
            RequiredUserAction.Of(run)
        );
    }

    // A successful run needs no reason, and steps for users contain their own reasons.
    private static IEnumerable<(string Name, string Value)> ReasonRows(RunStatus run) =>
        run.State == RunStateNames.Completed || run.Reason.Length == 0 || RequiredUserAction.Of(run).Any(step => step.SaysReasonOfRun)
            ? []
            : [("why", run.Reason)];

    private static IEnumerable<(string Name, string Value)> NextStepRows(RunStatus run) =>
        (run.Standing ?? RunLivenessClassifier.Of(run)) is RunLivenessClassifier.Interrupted or RunLivenessClassifier.Paused
            ? [("continue", $"with: orchestrate resume {run.RunId}")]
            : [];

    private static IEnumerable<(string Name, string Value)> WarningRows(RunStatus run)
    {
        var warnings = RunWarningCollector.Of(run);
        foreach (var warning in warnings.Take(MostWarnings))
        {
            yield return ("warning", warning);
        }
        if (warnings.Count > MostWarnings)
        {
            yield return ("warning", $"and {warnings.Count - MostWarnings} more");
        }
        if (run.Left.Count > 0)
        {
            yield return ("left", run.Left.Count == 1 ? run.Left[0] : $"{run.Left[0]} (and {run.Left.Count - 1} more)");
        }
    }

    private static string ClosingText(RunStatus run, RunTaskStatus task, AgentClaimAndFactComparer facts)
    {
        var isAsked = run.Questions.Any(question => question.Id == task.Id);
        var words =
            !isAsked && !TaskStateNames.IsDone(task.State) && task.Reason.Length > 0 ? task.Reason
            : facts.ClosingMessage(task) is { Length: > 0 } said && !isAsked ? said
            : task.Title;
        return QuotedText.CutLine(words, LongestWords);
    }

    private static int Urgency(RunStatus run, RunTaskStatus task) =>
        run.Questions.Any(question => question.Id == task.Id) ? 0
        : task.State is TaskStateNames.Failed or TaskStateNames.Escalated ? 1
        : TaskStateNames.IsDone(task.State) ? 3
        : 2;

    /// <summary>Renders the page as Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new EscapingMarkdownBuilder().Append($"# {Head}\n");
        if (Title.Length > 0)
        {
            text.Append($"\n{Title}\n");
        }
        text.Append($"\n").Append(Facts.Select(fact => EscapingMarkdownBuilder.Of($"- {fact.Name}: {fact.Value}\n")));
        text.Append($"\n| task | state | |\n|---|---|---|\n");
        text.Append(Tasks.Select(task => EscapingMarkdownBuilder.Of($"| {task.Id} | {task.State} | {task.Words} |\n")));
        if (MoreTasks > 0)
        {
            text.Append($"\nAnd {Plural.Of(MoreTasks, "more task")}.\n");
        }
        return RequiredUserActionSectionBuilder
            .AppendTo(text, Steps)
            .Append($"\nFull report: orchestrate report {RunId} --full\n")
            .ToString();
    }
}
