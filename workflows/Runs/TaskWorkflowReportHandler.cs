using Orchestrator.Workflows.Train;

namespace Orchestrator.Workflows.Runs;

/// <summary>Applies reports from tasks, including their effect on other tasks.</summary>
internal static class TaskWorkflowReportHandler
{
    private const int MostWarnings = 60;

    /// <summary>Handles a report. Ignores an old report.</summary>
    public static void HandleReport(RunWorkflowState state, TaskReport report, DateTimeOffset now)
    {
        if (!Apply(state.Board, report, now, notesHost: HasMoved(state, report) && Workflow.Patched("host-noted")))
        {
            KeepEarly(state, report);
            return;
        }
        var entry = state.Board.Find(report.Progress.Id);
        RunStatusTexts.AddHosts(state, entry, now);
        RecordNotices(state, entry, report, now);
        state.Outages.Report(entry.Outline, report);
        if (report.Progress.State == TaskStateNames.Merging)
        {
            var open = entry.Outline.DependsOn.Where(id => !TaskStateNames.IsDone(state.Board.Find(id).Progress.State));
            state.Train.Enqueue(
                new TaskMergeRequest(report.Progress.Id, report.Progress.Commit, report.Progress.Attempt)
                {
                    DependsOn = [.. open],
                    Installs = report.Installs,
                    Lent = report.Progress.Lent ?? [],
                },
                state.Rules.Queue is null ? null : MergeOrderCalculator.PlacesOf(entry.Outline)
            );
        }
        if (report.Progress.State == TaskStateNames.Failed)
        {
            RetryUnaffected(state, entry, report, now);
        }

        // The task ended only because its run was gone. The run is open again, and no user cancelled the task.
        if (report.FailureClass == FailureClass.RunEnded && entry.Progress.State == TaskStateNames.Cancelled && !state.IsCancelled)
        {
            state.Board.Retry(entry, "", now);
            entry.State = entry.State with { MayReuse = true };
        }
    }

    /// <summary>
    /// Returns the newest known report from the task execution that was queried. A newer report may have arrived between the query and the
    /// adoption of the task's workflow.
    /// </summary>
    public static TaskReport NewestOf(RunWorkflowState state, TaskReport asked) =>
        state.EarlyReports.TryGetValue(asked.Progress.Id, out var early)
        && early.ExecutionId == asked.ExecutionId
        && early.Sequence > asked.Sequence
            ? early
            : asked;

    // A task sends each report once, so a report that is ignored here would be lost.
    private static void KeepEarly(RunWorkflowState state, TaskReport report)
    {
        if (state.Board.TryFind(report.Progress.Id) is null or { AtWork: false, HasEnded: false })
        {
            var known = state.EarlyReports.GetValueOrDefault(report.Progress.Id);
            if (known is null || known.ExecutionId != report.ExecutionId || known.Sequence < report.Sequence)
            {
                state.EarlyReports[report.Progress.Id] = report;
            }
        }
    }

    private static bool HasMoved(RunWorkflowState state, TaskReport report) =>
        state.Board.TryFind(report.Progress.Id) is { } known && known.Progress.Host != report.Progress.Host;

    /// <summary>Applies a report and returns true if it is new. A late or repeated report changes nothing.</summary>
    /// <param name="notesHost">True to record a change of the task's host as an event.</param>
    public static bool Apply(RunTaskTracker board, TaskReport report, DateTimeOffset now, bool notesHost = false)
    {
        if (board.TryFind(report.Progress.Id) is not { AtWork: true } entry || entry.State.PastExecutions.Contains(report.ExecutionId))
        {
            return false;
        }
        var state = entry.State;
        if (state.ExecutionId.Length == 0 && report.Sequence == TaskReport.FinalSequence)
        {
            return false; // The report is from an execution before the one that is about to start.
        }
        if (state.ExecutionId.Length > 0 && (report.ExecutionId != state.ExecutionId || IsOld(entry, report)))
        {
            return false;
        }
        entry.State = state with { ExecutionId = report.ExecutionId, ReportSequence = report.Sequence, AnswerSent = false };
        if (report.Sequence == TaskReport.FinalSequence)
        {
            Lost(board, entry, report.ExecutionId, report.Progress.Why ?? new TaskWorkflowMissingReason(), now);
            return true;
        }
        var progress = report.Progress with
        {
            Outage = AccountAndHostOutageTracker.Of(entry.OutlineAt(report.Progress), report),
            Parts = report.Progress.Parts is null ? null : entry.Progress.Parts ?? [],
            Landed = entry.Progress.Landed,
        };
        board.Put(entry, progress, now, notesHost: notesHost);
        if (entry.HasEnded)
        {
            board.Ended(entry, now);
        }
        return true;
    }

    /// <summary>
    /// True if this report or a later one has already been applied. A report with the same number but another state is new, because a
    /// workflow may take another path after its worker died.
    /// </summary>
    private static bool IsOld(PlanTaskWithProgress entry, TaskReport report) =>
        report.Sequence < entry.State.ReportSequence
        || (report.Sequence == entry.State.ReportSequence && report.Progress.State == entry.Progress.State);

    /// <summary>Marks a task as failed whose workflow ended without a final report.</summary>
    /// <param name="board">Tasks of the run.</param>
    /// <param name="executionId">The execution that ended; empty if none was started.</param>
    /// <param name="why">Reason for the end, as far as known.</param>
    public static void Lost(RunTaskTracker board, PlanTaskWithProgress entry, string executionId, Reason why, DateTimeOffset now)
    {
        if (entry.AtWork && !entry.State.PastExecutions.Contains(executionId))
        {
            board.End(entry, TaskStateNames.Failed, why, now);
        }
    }

    /// <summary>
    /// Records a task's new notices. A notice meant for users also becomes a warning of the run, and equal notices of several tasks become
    /// one warning.
    /// </summary>
    private static void RecordNotices(RunWorkflowState state, PlanTaskWithProgress entry, TaskReport report, DateTimeOffset now)
    {
        var news = report.Notices.Skip(entry.State.Notices).ToList();
        if (news.Count == 0)
        {
            return;
        }
        entry.State = entry.State with { Notices = entry.State.Notices + news.Count };
        foreach (var notice in news)
        {
            state.Journal.Note(entry.Id, entry.Progress.State, new TaskRemarkForUserReason(new VerbatimQuote(notice.Text)), now);
        }
        var told = news.Where(notice => notice.IsForPerson).Select(notice => PayloadSizeLimiter.Shorten(notice.Text));
        state.Run = state.Run with { Warnings = [.. state.Run.Warnings.Union(told).Take(MostWarnings)] };
    }

    private static bool IsSettled(PlanTaskWithProgress entry) => TaskStateNames.IsDone(entry.Progress.State) || entry.State.LeftOut;

    private static void RetryUnaffected(RunWorkflowState state, PlanTaskWithProgress entry, TaskReport report, DateTimeOffset now)
    {
        var alike = state.Outages.Failed(entry.Outline, report.Signature, report.Progress.Why, now, id => IsSettled(state.Board.Find(id)));
        foreach (var other in alike.Select(state.Board.Find))
        {
            if (other.Progress.State == TaskStateNames.Failed)
            {
                state.Board.Retry(other, "", now);
            }
        }
    }
}
