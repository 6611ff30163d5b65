using Temporal.Server.Storage;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>The changes of a run since its last commit, and the actions after the next.</summary>
internal sealed class RunChanges
{
    public List<HistoryEvent> Events { get; } = [];

    public List<HistoryEvent> NewBuffered { get; } = [];

    public bool BufferFlushed { get; set; }

    /// <summary>Scheduled event ids of activities whose record is to be stored; of those that have ended meanwhile, nothing is.</summary>
    public HashSet<long> TouchedActivities { get; } = [];

    /// <summary>Scheduled event ids of ended activities that have a row.</summary>
    public List<long> RemovedActivities { get; } = [];

    public List<string> NewSignalRequestIds { get; } = [];

    public List<TransferTask> Transfers { get; } = [];

    public List<long> DoneTransfers { get; } = [];

    /// <summary>Something of the record changed.</summary>
    public bool Touched { get; set; }

    /// <summary>Status, memo or search attributes changed.</summary>
    public bool Visible { get; set; }

    /// <summary>The run is new.</summary>
    public bool Created { get; set; }

    /// <summary>Closed by these changes.</summary>
    public bool Closed { get; set; }

    /// <summary>The run that goes on in place of the closed one; empty for none.</summary>
    public string NewRunId { get; set; } = "";

    /// <summary>The time of the run is up: whoever holds the workflow closes it.</summary>
    public bool TimedOut { get; set; }

    /// <summary>The progress of updates after all of these changes; told to those who wait once the changes are durable.</summary>
    public Dictionary<PendingUpdate, UpdateProgress> Updates { get; } = [];

    /// <summary>The workflow task is to be handed to its queue.</summary>
    public bool DispatchWorkflowTask { get; set; }

    /// <summary>Activities to be handed to their queues, by scheduled event id.</summary>
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
