using Google.Protobuf.WellKnownTypes;
using Temporal.Server.History;
using Temporal.Server.Schedules.Specs;
using Temporal.Server.Schedules.State;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Schedule.V1;

namespace Temporal.Server.Schedules;

/// <summary>The next actions of a schedule.</summary>
/// <param name="Starts">Workflow starts to execute, each with its request id.</param>
/// <param name="Cancel">True to cancel the running workflows first.</param>
/// <param name="Terminate">True to terminate the running workflows first.</param>
internal sealed record ScheduleNextActions(IReadOnlyList<PendingStart> Starts, bool Cancel, bool Terminate);

/// <summary>
/// Implements the state transitions of a schedule's record. They depend only on the record, the specification's times and the time that the
/// caller passes.
/// </summary>
internal static class ScheduleTransitions
{
    /// <summary>Maximum number of buffered starts, as in the Temporal server. Further starts are dropped and counted.</summary>
    public const int MostBuffered = 1000;

    /// <summary>Number of recent actions that a schedule remembers.</summary>
    public const int MostRecent = 10;

    private const int MostRequestIds = 50;

    /// <summary>Number of future action times in a schedule's description.</summary>
    private const int DescribedTimes = 10;

    /// <summary>
    /// Buffers a start for each scheduled time that has passed since the last call and lies within the catch-up window. Also buffers the
    /// starts of pending backfills.
    /// </summary>
    public static void Advance(ScheduleRecord record, ScheduleActionTimeCalculator times, DateTime now)
    {
        var after = record.LastProcessed.ToDateTime();
        if (CanTake(record))
        {
            var window = record.Schedule.Policies.CatchupWindow.ToTimeSpan();
            while (times.Next(after) is { } next && next.Actual <= now)
            {
                if (now - next.Actual > window)
                {
                    record.Info.MissedCatchupWindow++;
                }
                else
                {
                    Add(record, next, ScheduleOverlapPolicy.Unspecified, manual: false);
                }

                after = next.Actual;
            }
        }

        if (now > record.LastProcessed.ToDateTime())
        {
            record.LastProcessed = Timestamp.FromDateTime(now);
        }

        foreach (var backfill in record.Backfills.ToList())
        {
            Backfill(record, backfill, times);
        }
    }

    /// <summary>Buffers a manually triggered start.</summary>
    public static void Trigger(ScheduleRecord record, DateTime time, ScheduleOverlapPolicy policy) =>
        Add(record, new ScheduleActionTime(time, time), policy, manual: true);

    /// <summary>Pauses or unpauses the schedule and sets its note.</summary>
    public static void SetPaused(ScheduleRecord record, bool paused, string note)
    {
        record.Schedule.State.Paused = paused;
        record.Schedule.State.Notes = note;
        record.ConflictToken++;
    }

    /// <summary>
    /// Decides, according to the overlap policies, which buffered starts are executed now. Starts that must wait stay in the buffer.
    /// </summary>
    /// <param name="newId">Generates request ids.</param>
    public static ScheduleNextActions Decide(ScheduleRecord record, Func<string> newId)
    {
        // Starts that were decided before a restart come first, because they may have been executed already.
        var starts = record.Buffer.Where(start => start.RequestId.Length > 0).ToList();
        var isRunning =
            record.Info.RunningWorkflows.Count > 0 || starts.Exists(start => Policy(record, start) != ScheduleOverlapPolicy.AllowAll);
        var waiting = new List<PendingStart>();
        PendingStart? chosen = null;
        bool cancel = false,
            terminate = false;
        foreach (var start in record.Buffer.Where(start => start.RequestId.Length == 0).ToList())
        {
            var policy = Policy(record, start);
            if (policy == ScheduleOverlapPolicy.AllowAll)
            {
                starts.Add(start);
            }
            else if (!isRunning && chosen is null)
            {
                chosen = start;
            }
            else if (policy is ScheduleOverlapPolicy.CancelOther or ScheduleOverlapPolicy.TerminateOther)
            {
                // Of several starts that wait to replace the running workflow, only the last one is kept.
                cancel |= isRunning && policy == ScheduleOverlapPolicy.CancelOther;
                terminate |= isRunning && policy == ScheduleOverlapPolicy.TerminateOther;
                chosen = isRunning ? null : start;
                waiting.RemoveAll(other =>
                    Policy(record, other) is ScheduleOverlapPolicy.CancelOther or ScheduleOverlapPolicy.TerminateOther
                );
                if (isRunning)
                {
                    waiting.Add(start);
                }
            }
            else if (
                policy == ScheduleOverlapPolicy.BufferAll
                || (
                    policy == ScheduleOverlapPolicy.BufferOne
                    && !waiting.Exists(other => Policy(record, other) == ScheduleOverlapPolicy.BufferOne)
                )
            )
            {
                waiting.Add(start);
            }
            else
            {
                record.Info.OverlapSkipped++;
            }
        }

        if (chosen is not null)
        {
            starts.Add(chosen);
        }

        starts.RemoveAll(start => start.RequestId.Length == 0 && !start.Manual && !ConsumeAction(record));
        foreach (var start in starts.Where(start => start.RequestId.Length == 0))
        {
            start.RequestId = newId();
            start.WorkflowId = WorkflowId(record, start);
        }

        record.Buffer.Clear();
        record.Buffer.Add(starts);
        record.Buffer.Add(waiting);
        return new ScheduleNextActions(starts, cancel, terminate);
    }

    /// <summary>Records that a buffered start was executed, and moves the start to the recent actions.</summary>
    public static void Started(ScheduleRecord record, PendingStart start, string runId, DateTime now)
    {
        Remove(record, start);
        var execution = new WorkflowExecution { WorkflowId = start.WorkflowId, RunId = runId };
        record.Info.ActionCount++;
        record.Info.RecentActions.Add(
            new ScheduleActionResult
            {
                ScheduleTime = start.Actual,
                ActualTime = Timestamp.FromDateTime(now),
                StartWorkflowResult = execution,
                StartWorkflowStatus = WorkflowExecutionStatus.Running,
            }
        );
        while (record.Info.RecentActions.Count > MostRecent)
        {
            record.Info.RecentActions.RemoveAt(0);
        }

        // Runs that may overlap do not delay later starts.
        if (Policy(record, start) != ScheduleOverlapPolicy.AllowAll)
        {
            record.Info.RunningWorkflows.Add(execution);
        }
    }

    /// <summary>Removes a start from the buffer.</summary>
    public static void Remove(ScheduleRecord record, PendingStart start)
    {
        if (record.Buffer.FirstOrDefault(other => other.RequestId == start.RequestId) is { } found)
        {
            record.Buffer.Remove(found);
        }
    }

    /// <summary>
    /// Records the end of a chain of runs. Returns false if the chain is not among the schedule's recent actions or running workflows.
    /// </summary>
    public static bool Closed(ScheduleRecord record, ClosedRun closed)
    {
        var known = false;
        foreach (var action in record.Info.RecentActions.Where(action => Is(action.StartWorkflowResult, closed)))
        {
            action.StartWorkflowStatus = closed.Status;
            known = true;
        }

        if (record.Info.RunningWorkflows.FirstOrDefault(running => Is(running, closed)) is not { } run)
        {
            return known;
        }

        record.Info.RunningWorkflows.Remove(run);
        switch (closed.Status)
        {
            case WorkflowExecutionStatus.Completed:
                record.LastResult = closed.Result;
                record.LastFailure = null;
                break;
            case WorkflowExecutionStatus.Failed:
                record.LastFailure = closed.Failure;
                PauseAfter(record, $"paused due to workflow failure: {closed.WorkflowId}: {closed.Failure?.Message}");
                break;
            case WorkflowExecutionStatus.TimedOut:
                record.LastFailure = closed.Failure;
                PauseAfter(record, $"paused due to workflow timeout: {closed.WorkflowId}");
                break;
            default:
                record.LastFailure = null;
                break;
        }

        return true;
    }

    /// <summary>Remembers the request id of a change. Returns false if the change was already made.</summary>
    public static bool RecordRequestId(ScheduleRecord record, string requestId)
    {
        if (requestId.Length == 0)
        {
            return true;
        }

        if (record.RequestIds.Contains(requestId))
        {
            return false;
        }

        record.RequestIds.Add(requestId);
        if (record.RequestIds.Count > MostRequestIds)
        {
            record.RequestIds.RemoveAt(0);
        }

        return true;
    }

    /// <summary>
    /// Next time at which the schedule needs processing, or null if it needs none until the next call or the end of a run.
    /// </summary>
    public static DateTime? NextWake(ScheduleRecord record, ScheduleActionTimeCalculator times) =>
        CanTake(record) ? times.Next(record.LastProcessed.ToDateTime())?.Actual : null;

    /// <summary>The next action times, limited by the schedule's remaining actions.</summary>
    public static IEnumerable<Timestamp> Future(ScheduleRecord record, ScheduleActionTimeCalculator times, DateTime now, int count)
    {
        var state = record.Schedule.State;
        var most = state.LimitedActions ? (int)Math.Min(count, state.RemainingActions) : count;
        return times.Following(now, most).Select(time => Timestamp.FromDateTime(time.Actual));
    }

    /// <summary>The changing part of a schedule's description, such as its running workflows and future action times.</summary>
    public static ScheduleInfo Describe(ScheduleRecord record, ScheduleActionTimeCalculator times, DateTime now)
    {
        var info = record.Info.Clone();
        info.BufferSize = Waiting(record);
        info.FutureActionTimes.Add(Future(record, times, now, DescribedTimes));
        return info;
    }

    /// <summary>Number of starts that are waiting for another run to end.</summary>
    public static int Waiting(ScheduleRecord record) => record.Buffer.Count(start => start.RequestId.Length == 0);

    private static void Backfill(ScheduleRecord record, PendingBackfill backfill, ScheduleActionTimeCalculator times)
    {
        var end = backfill.End.ToDateTime();
        while (record.Buffer.Count < MostBuffered)
        {
            if (times.Next(backfill.After.ToDateTime()) is not { } next || next.Actual > end)
            {
                record.Backfills.Remove(backfill);
                return;
            }

            Add(record, next, backfill.Policy, manual: true);
            backfill.After = Timestamp.FromDateTime(next.Actual);
        }
    }

    private static void Add(ScheduleRecord record, ScheduleActionTime time, ScheduleOverlapPolicy policy, bool manual)
    {
        if (record.Buffer.Count >= MostBuffered)
        {
            record.Info.BufferDropped++;
            return;
        }

        record.Buffer.Add(
            new PendingStart
            {
                Nominal = Timestamp.FromDateTime(time.Nominal),
                Actual = Timestamp.FromDateTime(time.Actual),
                Policy = policy,
                Manual = manual,
            }
        );
    }

    private static ScheduleOverlapPolicy Policy(ScheduleRecord record, PendingStart start) =>
        start.Policy == ScheduleOverlapPolicy.Unspecified ? record.Schedule.Policies.OverlapPolicy : start.Policy;

    private static bool CanTake(ScheduleRecord record) =>
        !record.Schedule.State.Paused && (!record.Schedule.State.LimitedActions || record.Schedule.State.RemainingActions > 0);

    private static bool ConsumeAction(ScheduleRecord record)
    {
        if (!CanTake(record))
        {
            return false;
        }

        if (record.Schedule.State.LimitedActions)
        {
            record.Schedule.State.RemainingActions--;
            record.ConflictToken++;
        }

        return true;
    }

    private static void PauseAfter(ScheduleRecord record, string note)
    {
        if (record.Schedule.Policies.PauseOnFailure && !record.Schedule.State.Paused)
        {
            SetPaused(record, paused: true, note);
        }
    }

    /// <summary>
    /// Builds the id of the workflow to start, which always ends with the scheduled time. As in the Temporal server,
    /// <c>keep_original_workflow_id</c> is stored and shown but not applied.
    /// </summary>
    private static string WorkflowId(ScheduleRecord record, PendingStart start) =>
        $"{record.Schedule.Action?.StartWorkflow?.WorkflowId}-"
        + $"{start.Nominal.ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)}";

    private static bool Is(WorkflowExecution execution, ClosedRun closed) =>
        execution.WorkflowId == closed.WorkflowId && (execution.RunId == closed.FirstRunId || execution.RunId == closed.RunId);
}
