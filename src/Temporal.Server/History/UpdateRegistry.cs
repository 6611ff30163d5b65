using Temporalio.Api.Update.V1;
using Stage = Temporalio.Api.Enums.V1.UpdateWorkflowExecutionLifecycleStage;

namespace Temporal.Server.History;

/// <summary>The progress of an update, as one value: who waits sees all of it or nothing.</summary>
/// <param name="Stage">The stage that is reached.</param>
/// <param name="Outcome">The outcome of a completed update.</param>
/// <param name="Aborted">What a caller is answered when the update ended without outcome.</param>
internal sealed record UpdateProgress(Stage Stage, Outcome? Outcome = null, Exception? Aborted = null)
{
    public static UpdateProgress Admitted { get; } = new(Stage.Admitted);

    /// <summary>No more known to anybody: whoever waits for it asks anew.</summary>
    public static UpdateProgress Dropped { get; } = new(Stage.Unspecified);

    public bool IsDone => this == Dropped || Outcome is not null || Aborted is not null;
}

/// <summary>An update on its way: admitted (in memory only), then accepted and completed by events.</summary>
internal sealed class PendingUpdate(string id, Request request)
{
    private readonly TaskCompletionSource _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile UpdateProgress _progress = UpdateProgress.Admitted;

    public string Id { get; } = id;

    public Request Request { get; } = request;

    public bool Accepted { get; set; }

    /// <summary>Sent to a worker with the current workflow task.</summary>
    public bool Sent { get; set; }

    /// <summary>The progress that those outside may see: what is durable.</summary>
    public UpdateProgress Progress => _progress;

    /// <summary>Done when the update has come so far, or has ended.</summary>
    public Task Reached(Stage stage) =>
        stage switch
        {
            Stage.Admitted => Task.CompletedTask,
            Stage.Completed => _done.Task,
            _ => _accepted.Task,
        };

    /// <summary>Tells those who wait; call it once for all that one change did to the update.</summary>
    public void Publish(UpdateProgress progress)
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

/// <summary>The updates of a workflow's current run that are not completed.</summary>
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
