using Temporalio.Api.Update.V1;
using Stage = Temporalio.Api.Enums.V1.UpdateWorkflowExecutionLifecycleStage;

namespace Temporal.Server.History;

/// <summary>Progress of an update as one immutable value, so that waiting callers never see a partial state.</summary>
/// <param name="Stage">Stage that the update has reached.</param>
/// <param name="Outcome">Outcome of a completed update, otherwise null.</param>
/// <param name="Aborted">Error for the callers of an update that ended without an outcome, otherwise null.</param>
internal sealed record WorkflowUpdateLifecycleStatus(Stage Stage, Outcome? Outcome = null, Exception? Aborted = null)
{
    public static WorkflowUpdateLifecycleStatus Admitted { get; } = new(Stage.Admitted);

    /// <summary>Progress of an update that the server has dropped; waiting callers must send the update again.</summary>
    public static WorkflowUpdateLifecycleStatus Dropped { get; } = new(Stage.Unspecified);

    public bool IsDone => this == Dropped || Outcome is not null || Aborted is not null;
}

/// <summary>An update in progress. Its admission exists only in memory, and events record its acceptance and completion.</summary>
internal sealed class PendingUpdate(string id, Request request)
{
    private readonly TaskCompletionSource _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile WorkflowUpdateLifecycleStatus _progress = WorkflowUpdateLifecycleStatus.Admitted;

    public string Id { get; } = id;

    public Request Request { get; } = request;

    public bool Accepted { get; set; }

    /// <summary>True if the current workflow task delivered the update to a worker.</summary>
    public bool Sent { get; set; }

    /// <summary>The durable progress, as callers may see it.</summary>
    public WorkflowUpdateLifecycleStatus Progress => _progress;

    /// <summary>Completes when the update has reached the stage or has ended.</summary>
    public Task StageReached(Stage stage) =>
        stage switch
        {
            Stage.Admitted => Task.CompletedTask,
            Stage.Completed => _done.Task,
            _ => _accepted.Task,
        };

    /// <summary>
    /// Publishes the progress to waiting callers. Call this once per durable change, with the change's combined effect on the update.
    /// </summary>
    public void Publish(WorkflowUpdateLifecycleStatus progress)
    {
        _progress = progress;
        if (progress.Stage != Stage.Admitted || progress.IsDone)
        {
            _accepted.TrySetResult();
        }

        if (progress.IsDone)
        {
            _done.TrySetResult();
        }
    }
}

/// <summary>The incomplete updates of a workflow's current run.</summary>
internal sealed class UpdateRegistry
{
    private readonly Dictionary<string, PendingUpdate> _updates = [];

    public int Count => _updates.Count;

    public IEnumerable<PendingUpdate> All => _updates.Values;

    public IEnumerable<PendingUpdate> Admitted => _updates.Values.Where(u => !u.Accepted);

    public PendingUpdate? Find(string id) => _updates.GetValueOrDefault(id);

    public void Add(PendingUpdate update) => _updates.Add(update.Id, update);

    public void Remove(PendingUpdate update) => _updates.Remove(update.Id);

    public void Clear() => _updates.Clear();
}
