namespace Temporal.Server.History;

/// <summary>A workflow id, and those of its runs that are in memory. Serves as the lock for these runs.</summary>
internal sealed class CachedWorkflow(string namespaceId, string workflowId, Task ready)
{
    private readonly Dictionary<string, MutableState> _runs = [];
    private readonly List<(MutableState Run, Task Written)> _leaving = [];
    private readonly TaskCompletionSource _dropped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string NamespaceId { get; } = namespaceId;

    public string WorkflowId { get; } = workflowId;

    /// <summary>Completes when the workflow may be loaded, after the pending writes of its previous in-memory state.</summary>
    public Task Ready { get; } = ready;

    /// <summary>
    /// The current run of the workflow id, or null if none exists or none has been loaded (see <see cref="CurrentKnown"/>).
    /// </summary>
    public MutableState? Current { get; set; }

    /// <summary>True if the current run has been looked up.</summary>
    public bool CurrentKnown { get; set; }

    /// <summary>True if the workflow's cached state is invalid; the next caller loads it again.</summary>
    public bool Dropped => _dropped.Task.IsCompleted;

    /// <summary>Completes when the cached state is dropped; callers that wait on this state must then retry.</summary>
    public Task Gone => _dropped.Task;

    /// <summary>True if a write of the workflow failed; writes that were submitted later must fail as well.</summary>
    public volatile bool CannotSucceed;

    /// <summary>Completes when all changes submitted so far are durable.</summary>
    public Task LastCommit { get; set; } = Task.CompletedTask;

    /// <summary>Like <see cref="LastCommit"/>, without deferred writes (starts of workflow tasks, heartbeats).</summary>
    public Task LastFirmCommit { get; set; } = Task.CompletedTask;

    /// <summary>Number of callers about to lock the workflow, which is evicted only if this number is zero.</summary>
    public int Users { get; set; }

    /// <summary>Sequence number of the last use. The workflows with the lowest numbers are evicted first.</summary>
    public long LastUsed { get; set; }

    /// <summary>Updates of the current run that events do not record yet, and the callers that wait for updates.</summary>
    public UpdateRegistry Updates { get; } = new();

    /// <summary>Queries that are waiting for an answer.</summary>
    public QueryRegistry Queries { get; } = new();

    /// <summary>
    /// Number of callers that are waiting for <see cref="Changed"/>. While it is not zero, the workflow is not evicted, because these
    /// callers would never be woken.
    /// </summary>
    public int Waiters;

    /// <summary>Wakes the callers that are waiting for new events.</summary>
    public TaskCompletionSource Changed { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IEnumerable<MutableState> Runs => _runs.Values;

    public MutableState? Find(string runId) => _runs.GetValueOrDefault(runId);

    public void Add(MutableState run) => _runs[run.RunId] = run;

    /// <summary>
    /// Removes an ended run from memory once its end is durable and another run is current. Before that, the stored state is older than
    /// the state in memory.
    /// </summary>
    public void RemoveWhenWritten(MutableState run, Task written) => _leaving.Add((run, written));

    /// <summary>Removes the ended runs whose end is durable. Call with the lock held.</summary>
    public void RemoveWritten()
    {
        if (_leaving.Count == 0)
        {
            return;
        }

        foreach (var (run, _) in _leaving.Where(leaving => leaving.Written.IsCompletedSuccessfully && leaving.Run != Current))
        {
            _runs.Remove(run.RunId);
        }

        _leaving.RemoveAll(static leaving => leaving.Written.IsCompleted);
    }

    /// <summary>Marks the cached state as invalid. Returns false if it was already marked.</summary>
    public bool Drop() => _dropped.TrySetResult();

    public bool IsDirty => _runs.Values.Any(r => r.Changes.IsDirty);
}
