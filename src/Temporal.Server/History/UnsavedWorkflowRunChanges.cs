using Temporal.Server.Storage;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>The uncommitted changes of a run, and the actions to take after the commit.</summary>
internal sealed class UnsavedWorkflowRunChanges
{
    public List<HistoryEvent> Events { get; } = [];

    public List<HistoryEvent> NewBuffered { get; } = [];

    public bool BufferFlushed { get; set; }

    /// <summary>Scheduled event ids of activities whose record must be stored, unless the activity has ended in the meantime.</summary>
    public HashSet<long> TouchedActivities { get; } = [];

    /// <summary>Scheduled event ids of ended activities that have a row in the database.</summary>
    public List<long> RemovedActivities { get; } = [];

    public List<string> NewSignalRequestIds { get; } = [];

    public List<TransferTask> Transfers { get; } = [];

    public List<long> DoneTransfers { get; } = [];

    /// <summary>True if the run's stored record changed.</summary>
    public bool Touched { get; set; }

    /// <summary>True if the run's visibility record changed, for example its status, memo or search attributes.</summary>
    public bool Visible { get; set; }

    /// <summary>True if the run is new.</summary>
    public bool Created { get; set; }

    /// <summary>True if these changes closed the run.</summary>
    public bool Closed { get; set; }

    /// <summary>Id of the run that succeeds the closed run. Empty if there is none.</summary>
    public string NewRunId { get; set; } = "";

    /// <summary>True if the run's time limit has passed, so that the holder of the workflow's lock must close the run.</summary>
    public bool TimedOut { get; set; }

    /// <summary>Progress of updates after these changes. Published to waiting callers once the changes are durable.</summary>
    public Dictionary<PendingUpdate, WorkflowUpdateLifecycleStatus> Updates { get; } = [];

    /// <summary>True if the workflow task must be queued.</summary>
    public bool DispatchWorkflowTask { get; set; }

    /// <summary>Activities that must be queued, by scheduled event id.</summary>
    public List<long> DispatchActivities { get; } = [];

    public bool IsDirty =>
        Touched
        || Visible
        || Created
        || Events.Count > 0
        || NewBuffered.Count > 0
        || BufferFlushed
        || RemovedActivities.Count > 0
        || NewSignalRequestIds.Count > 0
        || Transfers.Count > 0
        || DoneTransfers.Count > 0
        || DispatchWorkflowTask
        || DispatchActivities.Count > 0
        || Updates.Count > 0;
}
