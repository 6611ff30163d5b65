using Orchestrator.Runs.Merging;
using Orchestrator.Runs.Merging.Landing;

namespace Orchestrator.Runs.Reports;

/// <summary>Facts about a whole run for its short and full reports.</summary>
public static class RunReportFacts
{
    private const int MostNamed = 12;

    /// <summary>Lists the facts as names and values.</summary>
    public static IEnumerable<(string Name, string Value)> Of(RunStatus run, RunFolder folder, DateTimeOffset now)
    {
        yield return ("tasks", (run.Counts ?? RunTaskCounts.Of(run)).ToString());
        yield return ("landed", run.HasLanded ? RunLivenessClassifier.DescribeLanding(run) : "nothing");
        var kept = run.Tasks.Where(t => t.State == TaskStateNames.Kept).Select(t => run.BranchOf(t.Id)).ToList();
        if (kept.Count > 0)
        {
            yield return ("branches", FileNameEncoding.List(kept, MostNamed));
        }
        var onStaging = run.Tasks.Where(t => TaskStateNames.IsOnStaging(t.State) && !t.Landed).Select(t => t.Id).ToList();
        if (onStaging.Count > 0 && !RunStateNames.IsFinal(run.State))
        {
            yield return ("waiting", $"to land: {string.Join(", ", onStaging)} (on {run.Staging})");
        }
        if (HeldBack(run) is { Length: > 0 } held)
        {
            yield return ("withheld", held);
        }
        yield return ("time", FormatDuration(run, folder, now));
        var tokens = run.Tasks.Sum(task => task.Tokens);
        yield return (
            "cost",
            string.Create(CultureInfo.InvariantCulture, $"{run.Cost:0.00} USD{(tokens > 0 ? $", {Plural.Grouped(tokens, "token")}" : "")}")
        );
        foreach (var line in BudgetText.Lines(run.Budgets))
        {
            yield return ("limit", line);
        }
        if (AccountCostShares.Of(run, folder) is { Length: > 0 } payers)
        {
            yield return ("paid by", payers);
        }
        var models = run.Tasks.SelectMany(task => AttemptLanguageModelReader.Of(folder.Path, task.Id)).Select(attempt => attempt.Model);
        yield return (
            "agents",
            $"{Plural.Of(run.AgentStarts, "start")} of {RunAgentList.Describe(RunAgentList.Of(folder.Path, run), models)}"
        );
        if (run.Review is { } review)
        {
            yield return ("review", review.ToString());
        }
        foreach (
            var found in new[]
            {
                RunLostChangeChecker.Summary(folder),
                PreLandingSecretChecker.Summary(folder),
                PackageVulnerabilityAuditor.Summary(folder),
            }.OfType<string>()
        )
        {
            yield return ("found", found);
        }
    }

    private static string HeldBack(RunStatus run)
    {
        var tasks = run.Tasks.Where(task => task.HeldBack is { Count: > 0 }).ToList();
        return tasks.Count == 0
            ? ""
            : string.Join("; ", tasks.Take(MostNamed).Select(task => $"{FileNameEncoding.List([.. task.HeldBack!])} ({task.Id})"))
                + (tasks.Count > MostNamed ? $"; and files of {Plural.Of(tasks.Count - MostNamed, "more task")}" : "")
                + ": held back, because files_write does not name them";
    }

    /// <summary>
    /// Formats the time of a run, for example as <c>2026-11-22 23:10Z to 2026-11-23 06:12Z, 7:02:12, of which it waited 0:12:00 for a
    /// user</c>.
    /// </summary>
    private static string FormatDuration(RunStatus run, RunFolder folder, DateTimeOffset now)
    {
        var isOver = RunStateNames.IsFinal(run.State);
        var end = isOver ? run.UpdatedAt : now;
        var waited = Waited(RunEventFileReader.Read(folder.Events), end);
        return string.Create(
                CultureInfo.InvariantCulture,
                $"{run.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm}Z to {(isOver ? $"{end.UtcDateTime:yyyy-MM-dd HH:mm}Z" : "now")}, "
            )
            + TaskTimeReportSectionBuilder.Length(end - run.StartedAt)
            + (waited > TimeSpan.Zero ? $", of which it waited {TaskTimeReportSectionBuilder.Length(waited)} for a user" : "");
    }

    /// <summary>Returns the total time during which a run was waiting for a user's decision.</summary>
    internal static TimeSpan Waited(IEnumerable<RunEvent> events, DateTimeOffset end)
    {
        var (waited, since) = (TimeSpan.Zero, (DateTimeOffset?)null);
        foreach (var happened in events.Where(happened => happened.Task is null))
        {
            var waits = happened.State is RunStateNames.AwaitingApproval or RunStateNames.AwaitingPromotion or RunStateNames.Escalated;
            waited += since is { } began && !waits ? happened.Time - began : TimeSpan.Zero;
            since = waits ? since ?? happened.Time : null;
        }
        return waited + (since is { } open && end > open ? end - open : TimeSpan.Zero);
    }
}
