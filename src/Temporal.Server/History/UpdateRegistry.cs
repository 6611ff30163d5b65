using Temporalio.Api.Update.V1;

namespace Temporal.Server.History;

/// <summary>An update on its way: admitted (in memory only), then accepted and completed by events.</summary>
internal sealed class PendingUpdate(string id, Request request)
{
    public string Id { get; } = id;

    public Request Request { get; } = request;

    public bool Accepted { get; set; }

    /// <summary>Sent to a worker with the current workflow task.</summary>
    public bool Sent { get; set; }

    public Outcome? Outcome { get; set; }

    /// <summary>What a caller is answered when the update ended without outcome.</summary>
    public Exception? Aborted { get; set; }

    public TaskCompletionSource AcceptedOrDone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
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
