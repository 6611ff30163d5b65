using System.Globalization;
using Temporal.Server.History;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Temporal.Server.Verification;

/// <summary>
/// A run rebuilt from its events alone. Includes state that the server also stores in a record, although the state follows from the events.
/// </summary>
internal sealed class WorkflowRunRebuiltFromHistory
{
    private readonly Dictionary<long, EventType> _types = [];
    private bool _ended;

    private WorkflowRunRebuiltFromHistory(StoredExecution stored) =>
        Run = new MutableState(stored.Name.Key, stored.Name.NamespaceId, stored.Name.WorkflowId, stored.Name.RunId, TimeProvider.System);

    public MutableState Run { get; }

    /// <summary>The workflow task that is scheduled or started at the end of the history, or null for none.</summary>
    public WorkflowTaskRebuiltFromHistory? Task { get; private set; }

    /// <summary>True if a workflow task was ever scheduled.</summary>
    public bool HadTask { get; private set; }

    /// <summary>Encoded size of all events, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Build ids of the workers that completed workflow tasks of this run.</summary>
    public HashSet<string> BuildIds { get; } = [];

    public EventType TypeOf(long eventId) => _types.GetValueOrDefault(eventId);

    /// <summary>Rebuilds a run by applying its stored events. If an event can't be applied, reports that event and returns null.</summary>
    public static WorkflowRunRebuiltFromHistory? From(StoredExecution stored, Action<string, string, string> report)
    {
        var rebuilt = new WorkflowRunRebuiltFromHistory(stored);
        foreach (var (first, bytes) in stored.Batches)
        {
            if (!rebuilt.ApplyEvents(first, bytes, report))
            {
                return null;
            }
        }

        if (rebuilt.TypeOf(1) != EventType.WorkflowExecutionStarted)
        {
            report("event 1", stored.Batches.Count == 0 ? "" : rebuilt.TypeOf(1).ToString(), nameof(EventType.WorkflowExecutionStarted));
            return null;
        }

        return rebuilt;
    }

    private bool ApplyEvents(long first, byte[] bytes, Action<string, string, string> report)
    {
        if (first != Run.NextEventId)
        {
            report(
                "history",
                $"a batch that begins with event {first.ToString(CultureInfo.InvariantCulture)}",
                $"one that begins with event {Run.NextEventId.ToString(CultureInfo.InvariantCulture)}"
            );
            return false;
        }

        var batch = new EventBatch(first, first + CachedEventHistory.Count(bytes) - 1, bytes);
        var expected = first;
        foreach (var e in CachedEventHistory.Decode(batch))
        {
            if (e.EventId != expected++)
            {
                report(
                    "history",
                    $"event {e.EventId.ToString(CultureInfo.InvariantCulture)}",
                    $"event {(expected - 1).ToString(CultureInfo.InvariantCulture)}"
                );
                return false;
            }

            if (_ended)
            {
                report(
                    "history",
                    $"event {e.EventId.ToString(CultureInfo.InvariantCulture)} ({e.EventType}) behind the end of the run",
                    ""
                );
                return false;
            }

            Fold(e);
        }

        Run.Replay(batch);
        Bytes += bytes.Length;
        return true;
    }

    private void Fold(HistoryEvent e)
    {
        _types[e.EventId] = e.EventType;
        Task = WorkflowTaskRebuiltFromHistory.After(Task, e);
        _ended |= IsEnd(e.EventType);
        HadTask |= e.EventType == EventType.WorkflowTaskScheduled;
        if (e.WorkflowTaskCompletedEventAttributes is { } completed)
        {
            BuildIds.Add("unversioned");
            if (completed.WorkerVersion is { BuildId.Length: > 0 } stamp)
            {
                BuildIds.Add((stamp.UseVersioning ? "versioned:" : "unversioned:") + stamp.BuildId);
            }
        }
        else if (
            e.WorkflowTaskFailedEventAttributes is { Cause: WorkflowTaskFailedCause.ResetWorkflow } reset
            && reset.NewRunId == Run.RunId
        )
        {
            // The earlier events are copies from a reset run; their builds did not work on this run.
            BuildIds.Clear();
        }
    }

    private static bool IsEnd(EventType type) =>
        type
            is EventType.WorkflowExecutionCompleted
                or EventType.WorkflowExecutionFailed
                or EventType.WorkflowExecutionTimedOut
                or EventType.WorkflowExecutionCanceled
                or EventType.WorkflowExecutionTerminated
                or EventType.WorkflowExecutionContinuedAsNew;
}
