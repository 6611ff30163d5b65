namespace Temporal.Server.History;

/// <summary>One workflow id with the runs of it that are in memory. It is the lock for all of them.</summary>
internal sealed class Workflow(string namespaceId, string workflowId, Task ready)
{
    private readonly Dictionary<string, MutableState> _runs = [];
    private readonly List<(MutableState Run, Task Written)> _leaving = [];
    private readonly TaskCompletionSource _dropped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string NamespaceId { get; } = namespaceId;

    public string WorkflowId { get; } = workflowId;

    /// <summary>Ends when it may be loaded: when what an entry before it had to write is done.</summary>
    public Task Ready { get; } = ready;

    /// <summary>
    /// The run that the id alone stands for; null when there is none (or it is not loaded: see <see cref="CurrentKnown"/>).
    /// </summary>
    public MutableState? Current { get; set; }

    /// <summary>The current run was looked up.</summary>
    public bool CurrentKnown { get; set; }

    /// <summary>True if the workflow's memory is not to be trusted any more; the next caller loads it anew.</summary>
    public bool Dropped => _dropped.Task.IsCompleted;

    /// <summary>Ends when its memory is dropped: who waits for something in it asks anew.</summary>
    public Task Gone => _dropped.Task;

    /// <summary>A write of it failed: what was submitted after it must fail as well.</summary>
    public volatile bool Doomed;

    /// <summary>Ends when everything submitted so far is durable.</summary>
    public Task LastCommit { get; set; } = Task.CompletedTask;

    /// <summary>As <see cref="LastCommit"/>, leaving out writes that may be late (starts of workflow tasks, heartbeats).</summary>
    public Task LastFirmCommit { get; set; } = Task.CompletedTask;

    /// <summary>Callers that are about to lock it; it is not evicted meanwhile.</summary>
    public int Users { get; set; }

    /// <summary>Last use, for eviction.</summary>
    public long LastUsed { get; set; }

    /// <summary>The updates of the current run that no event tells yet, and those who wait for any update.</summary>
    public UpdateRegistry Updates { get; } = new();

    /// <summary>Queries that wait for a workflow task.</summary>
    public QueryRegistry Queries { get; } = new();

    /// <summary>The number of callers that wait for <see cref="Changed"/>: the workflow is not evicted meanwhile, since they would wait for
    /// ever.</summary>
    public int Waiters;

    /// <summary>Wakes those who wait for new events.</summary>
    public TaskCompletionSource Changed { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IEnumerable<MutableState> Runs => _runs.Values;

    public MutableState? Find(string runId) => _runs.GetValueOrDefault(runId);

    public void Add(MutableState run) => _runs[run.RunId] = run;

    /// <summary>
    /// A run has ended and another is current: it is forgotten once its end is durable. Until then what is stored of it is older than what
    /// is known.
    /// </summary>
    public void ForgetWhenWritten(MutableState run, Task written) => _leaving.Add((run, written));

    /// <summary>Forgets the ended runs whose end is durable. Call with the lock held.</summary>
    public void ForgetWritten()
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

    /// <summary>Marks the workflow's memory as not to be trusted any more. False when that was known.</summary>
    public bool Drop() => _dropped.TrySetResult();

    public bool IsDirty => _runs.Values.Any(r => r.Changes.IsDirty);
}
