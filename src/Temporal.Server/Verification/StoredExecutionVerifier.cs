using System.Globalization;
using Temporal.Server.History;
using Temporal.Server.Storage;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Temporal.Server.Verification;

/// <summary>
/// Compares a run's stored state with the state rebuilt from its events. Use an instance only once, because the last comparisons copy
/// stored state into the rebuilt run.
/// </summary>
internal sealed class StoredExecutionVerifier(
    StoredExecution stored,
    WorkflowRunRebuiltFromHistory rebuilt,
    Action<string, string, string> report
)
{
    private readonly MutableState _run = rebuilt.Run;
    private readonly RunRecord _record = stored.Record;

    public void Compare()
    {
        Equal("last_event_id", _record.LastEventId, _run.NextEventId - 1);
        Equal("history_size", _record.HistorySize, rebuilt.Bytes);
        Equal("open", stored.Row.Open, _run.IsOpen);
        Equal("closed_at", stored.Row.ClosedAt, _run.CloseTime?.ToUnixTimeMilliseconds());
        CompareTask();
        CompareFirstTask();
        CompareBuilds();
        CompareExtras();
        CompareRequests();
        ComparePromises();
        RemoveStored();
        Equal("dispatch", stored.Row.Dispatch, _run.WaitsInQueue());
        new VisibilityRowVerifier(stored.Visible, _run, report).Compare();
        CompareDue();
    }

    private void CompareTask()
    {
        // Events contain neither transient nor speculative tasks.
        var task = _record.WorkflowTask;
        var written = task is null || task.Transient || task.Speculative ? null : task;
        var folded = rebuilt.Task;
        Equal("workflow_task scheduled_event_id", written?.ScheduledEventId ?? 0, folded?.Scheduled ?? 0);
        Equal("workflow_task started_event_id", written?.StartedEventId ?? 0, folded?.Started ?? 0);
        if (written is not null && folded is not null)
        {
            Equal("workflow_task attempt", written.Attempt, folded.Attempt);
            Equal("workflow_task request_id", written.StartedEventId > 0 ? written.RequestId : "", folded.RequestId);
        }
    }

    private void CompareFirstTask()
    {
        var start = _run.Start;
        var waits = _run.IsOpen && !rebuilt.HadTask && start.FirstWorkflowTaskBackoff.IsPositive();
        Equal("first_task_due", _record.FirstTaskDue?.Time(), waits ? _run.StartTime + start.FirstWorkflowTaskBackoff.Span() : null);
    }

    private void CompareBuilds()
    {
        Equal("build_ids", Join(_record.BuildIds), Join(rebuilt.BuildIds));
        foreach (var point in _record.ResetPoints.Where(p => p.RunId == stored.Name.RunId))
        {
            Equal(
                $"reset_points event {Text(point.FirstWorkflowTaskCompletedId)}",
                nameof(EventType.WorkflowTaskCompleted),
                rebuilt.TypeOf(point.FirstWorkflowTaskCompletedId).ToString()
            );
        }
    }

    /// <summary>
    /// Checks that a closed run has no additional rows, and that the rows of an open run are consistent with its events. For example, each
    /// stored activity must still be pending.
    /// </summary>
    private void CompareExtras()
    {
        if (!_run.IsOpen)
        {
            Equal("rows of a closed run", stored.Extras.Count, 0);
            return;
        }

        foreach (var (_, _, data) in stored.Extras.Where(row => row.Kind == OpenWorkflowStateSqlTable.BufferedKind))
        {
            var e = HistoryEvent.Parser.ParseFrom(data);
            Equal($"buffered {e.EventType} event_id", e.EventId, 0L);
            _run.RestoreBuffered(e);
        }

        if (_run.Buffered.Count > 0)
        {
            Equal(
                "buffered events while no workflow task is started",
                _record.WorkflowTask is { StartedEventId: > 0 } ? 0 : _run.Buffered.Count,
                0
            );
        }

        foreach (var (_, id, data) in stored.Extras.Where(row => row.Kind == OpenWorkflowStateSqlTable.ActivityKind))
        {
            CompareActivity(long.Parse(id, NumberStyles.HexNumber, CultureInfo.InvariantCulture), ActivityRecord.Parser.ParseFrom(data));
        }
    }

    private void CompareActivity(long scheduledEventId, ActivityRecord record)
    {
        var field = $"activity {Text(scheduledEventId)}";
        if (_run.Activities.Find(scheduledEventId) is not { } activity)
        {
            report(field, "pending", "not pending");
            return;
        }

        Equal(field + " cancel_requested", record.CancelRequested, activity.Record.CancelRequested);
        if (record.Attempt < 1)
        {
            report(field + " attempt", Text(record.Attempt), "1 or more");
        }

        _run.Activities.Restore(scheduledEventId, record);
    }

    /// <summary>Checks that each stored request id belongs to an existing event of the stored type.</summary>
    private void CompareRequests()
    {
        foreach (var (id, info) in _record.RequestIds)
        {
            var told = info.Buffered
                ? _run.Buffered.All.Any(e => e.EventType == info.EventType)
                : rebuilt.TypeOf(info.EventId) == info.EventType;
            if (!told)
            {
                report(
                    $"request_ids {id}",
                    $"{info.EventType} {(info.Buffered ? "buffered" : $"as event {Text(info.EventId)}")}",
                    info.Buffered ? "no such event is buffered" : rebuilt.TypeOf(info.EventId).ToString()
                );
            }
        }
    }

    /// <summary>Checks that an open run has a stored transfer task for each request to another workflow that is still unanswered.</summary>
    private void ComparePromises()
    {
        if (!_run.IsOpen)
        {
            return;
        }

        var children = _run.Children.All.Where(child => child.StartedEventId == 0).Select(child => child.InitiatedEventId);
        foreach (
            var (kind, eventId) in children
                .Select(id => (TransferTask.Types.Kind.StartChild, id))
                .Concat(_run.Externals.Signals.Select(id => (TransferTask.Types.Kind.SignalExternal, id)))
                .Concat(_run.Externals.Cancels.Select(id => (TransferTask.Types.Kind.CancelExternal, id)))
        )
        {
            if (!stored.Transfers.Any(record => record.Kind == kind && record.EventId == eventId))
            {
                report($"transfer {kind} of event {Text(eventId)}", "", "work to do");
            }
        }
    }

    private void RemoveStored()
    {
        _run.Restore(_record.Clone());

        // Keeps the task as it was when the row was written, because a restore forgets a speculative task.
        _run.Record.WorkflowTask = _record.WorkflowTask;
    }

    /// <summary>
    /// Compares the stored due time with the rebuilt one. The timeouts of started attempts can't be rebuilt, because they exclude time
    /// during which the machine slept. For a run with started attempts, the check only requires that the stored due time is no later than
    /// the run's other timeouts.
    /// </summary>
    private void CompareDue()
    {
        var due = WorkflowTimeoutAndTimerExecutor.NextDue(_run)?.ToUnixTimeMilliseconds();
        var started = _run.Activities.All.Where(activity => activity.IsStarted).Select(activity => activity.ScheduledEventId).ToList();
        if (!_run.HasStartedTask && started.Count == 0)
        {
            Equal("next_due", stored.Row.NextDue, due);
            return;
        }

        started.ForEach(id => _run.Activities.Remove(id));
        _run.Record.WorkflowTask = _run.HasStartedTask ? null : _run.Record.WorkflowTask;
        var others = WorkflowTimeoutAndTimerExecutor.NextDue(_run)?.ToUnixTimeMilliseconds();
        if ((stored.Row.NextDue is null && due is not null) || stored.Row.NextDue > others)
        {
            report("next_due", Text(stored.Row.NextDue), Text(others ?? due));
        }
    }

    private void Equal<T>(string field, T stands, T expected)
    {
        if (!EqualityComparer<T>.Default.Equals(stands, expected))
        {
            report(field, Text(stands), Text(expected));
        }
    }

    private static string Join(IEnumerable<string> values) => string.Join(", ", values.Order(StringComparer.Ordinal));

    internal static string Text<T>(T value) =>
        value switch
        {
            null => "",
            DateTimeOffset time => time.ToString("O", CultureInfo.InvariantCulture),
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
}
