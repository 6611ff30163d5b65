namespace Orchestrator.Workflows.Runs;

/// <summary>Handles reports of tasks, and what they mean for others.</summary>
internal static class TaskReports
{
    private const int MostWarnings = 60;
    private const int MostAnswers = 20;

    /// <summary>Handles a report, if it is new.</summary>
    public static void TakeIn(RunState state, TaskReport report, DateTimeOffset now)
    {
        if (!Apply(state.Board, report, now))
        {
            return;
        }
        var entry = state.Board.Find(report.TaskId);
        TakeInNotices(state, entry, report, now);
        state.Outages.Report(entry.Outline, report);
        if (report.State == TaskStates.Merging)
        {
            var open = entry.Outline.DependsOn.Where(id => !TaskStates.IsDone(state.Board.Find(id).Status.State));
            state.Train.Enqueue(
                new MergeRequest(report.TaskId, report.Commit, report.Attempt)
                {
                    DependsOn = [.. open],
                    Installs = report.Installs,
                    Lent = report.Lent,
                }
            );
        }
        if (report.State == TaskStates.Failed)
        {
            RetryUnaffected(state, entry, report, now);
        }

        // The task ended only because its run was gone; the run is back, so it is not a person's decision.
        if (report.FailureClass == FailureClass.RunEnded && entry.Status.State == TaskStates.Cancelled && !state.IsCancelled)
        {
            state.Board.Retry(entry, "", now);
            entry.State = entry.State with { MayReuse = true };
        }
    }

    /// <summary>Applies a report; a late or repeated one changes nothing. True: it was new.</summary>
    public static bool Apply(RunBoard board, TaskReport report, DateTimeOffset now)
    {
        if (board.TryFind(report.TaskId) is not { AtWork: true } entry || entry.State.PastExecutions.Contains(report.ExecutionId))
        {
            return false;
        }
        var state = entry.State;
        if (state.ExecutionId.Length == 0 && report.Sequence == TaskReport.LastWord)
        {
            return false; // An execution before the one that is about to begin.
        }
        if (state.ExecutionId.Length > 0 && (report.ExecutionId != state.ExecutionId || report.Sequence <= state.ReportSequence))
        {
            return false;
        }
        entry.State = state with { ExecutionId = report.ExecutionId, ReportSequence = report.Sequence, AnswerSent = false };
        if (report.Sequence == TaskReport.LastWord)
        {
            Lost(board, entry, report.ExecutionId, report.Reason, now);
            return true;
        }
        entry.State = entry.State with
        {
            LastStart = report.LastStart,
            SaidHash = report.SaidHash,
            Called = report.Called,
            Status = StatusOf(state, report, now) with { Outage = Outages.Of(entry.Outline, report) },
        };
        board.Change(entry, report.State, report.Reason, now, report.Evidence);
        if (entry.HasEnded)
        {
            board.Ended(entry, now);
        }
        return true;
    }

    /// <summary>The task's workflow ended in a way that it could not report.</summary>
    /// <param name="board">The tasks.</param>
    /// <param name="executionId">The execution that ended; empty when none was begun.</param>
    /// <param name="reason">The reason, as far as known.</param>
    public static void Lost(RunBoard board, TaskEntry entry, string executionId, string reason, DateTimeOffset now)
    {
        if (entry.AtWork && !entry.State.PastExecutions.Contains(executionId))
        {
            board.End(entry, TaskStates.Failed, reason, now);
        }
    }

    private static RunTask StatusOf(TaskCheckpoint before, TaskReport report, DateTimeOffset now) =>
        before.Status with
        {
            Paused = report.Paused,
            Attempt = report.Attempt,
            Starts = before.StartsBefore + report.Starts,
            StartedAt = before.Status.StartedAt ?? (report.Starts > 0 ? now : null),
            Cost = before.CostBefore + report.Cost,
            Tokens = before.TokensBefore + report.Tokens,
            Commit = report.Commit,
            MergeCommit = report.MergeCommit,
            Reused = report.Reused,
            Gates = report.Gates,
            Measurements = report.Measurements,
            Asks = report.Asks,
            Answers = AnswersOf(before.Status.Answers, report.Answers),
            Parts = report.AwaitsParts ? before.Status.Parts ?? [] : null,
            Lent = report.Lent.Count == 0 ? before.Status.Lent : report.Lent,
        };

    /// <summary>Keeps answers from earlier executions of the task.</summary>
    private static IReadOnlyList<TaskAnswer>? AnswersOf(IReadOnlyList<TaskAnswer>? before, IReadOnlyList<TaskAnswer>? reported) =>
        reported is null or { Count: 0 } ? before
        : before is null ? reported
        : [.. before.Where(answer => reported.All(other => other.Start != answer.Start)).TakeLast(MostAnswers), .. reported];

    /// <summary>Records new notices. What people must know becomes a warning of the run, once for all tasks.</summary>
    private static void TakeInNotices(RunState state, TaskEntry entry, TaskReport report, DateTimeOffset now)
    {
        var news = report.Notices.Skip(entry.State.Notices).ToList();
        if (news.Count == 0)
        {
            return;
        }
        entry.State = entry.State with { Notices = entry.State.Notices + news.Count };
        foreach (var notice in news)
        {
            state.Journal.Note(entry.Id, entry.Status.State, PayloadPaging.Brief(notice.Text), now);
        }
        var told = news.Where(notice => notice.IsForPerson).Select(notice => PayloadPaging.Brief(notice.Text));
        state.Run = state.Run with { Warnings = [.. state.Run.Warnings.Union(told).Take(MostWarnings)] };
    }

    private static bool IsSettled(TaskEntry entry) => TaskStates.IsDone(entry.Status.State) || entry.State.LeftOut;

    private static void RetryUnaffected(RunState state, TaskEntry entry, TaskReport report, DateTimeOffset now)
    {
        var alike = state.Outages.Failed(entry.Outline, report.Signature, report.Reason, now, id => IsSettled(state.Board.Find(id)));
        foreach (var other in alike.Select(state.Board.Find))
        {
            if (other.Status.State == TaskStates.Failed)
            {
                state.Board.Retry(other, "", now);
            }
        }
    }
}
