namespace Temporal.Server.History;

/// <summary>The cached runs of one workflow id. Also serves as the lock for these runs.</summary>
internal sealed class SingleWorkflowRunCache(string namespaceId, string workflowId, Task ready)
{
    private readonly Dictionary<string, MutableState> _runs = [];
    private readonly List<(MutableState Run, Task Written)> _leaving = [];
    private readonly TaskCompletionSource _dropped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string NamespaceId { get; } = namespaceId;

    public string WorkflowId { get; } = workflowId;

    /// <summary>
    /// Completes when the workflow may be loaded, that is, when all pending writes of its previously cached state have finished.
    /// </summary>
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

    /// <summary>True if a write of the workflow failed, so that all writes submitted later must fail as well.</summary>
    public volatile bool CannotSucceed;

    /// <summary>Completes when all changes submitted so far are durable.</summary>
    public Task LastCommit { get; set; } = Task.CompletedTask;

    /// <summary>
    /// Like <see cref="LastCommit"/>, but does not wait for deferred writes, such as starts of workflow tasks and heartbeats.
    /// </summary>
    public Task LastFirmCommit { get; set; } = Task.CompletedTask;

    /// <summary>
    /// Number of callers that are using the workflow or waiting to lock it. The workflow is evicted from the cache only if this number is
    /// zero.
    /// </summary>
    public int Users { get; set; }

    /// <summary>Sequence number of the last use. The workflows with the lowest numbers are evicted first.</summary>
    public long LastUsed { get; set; }

    /// <summary>The incomplete updates of the current run, with the callers that wait for them.</summary>
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
    /// Schedules an ended run for removal from memory. The run is removed once its end is durable and another run is current; until then,
    /// its stored state is outdated.
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
