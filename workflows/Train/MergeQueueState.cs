using System.Collections.Immutable;

namespace Orchestrator.Workflows.Train;

/// <summary>Immutable state of the merge queue: waiting entries, the current batch, batch sizes and flaky gates.
/// <see cref="MergeQueueRules"/>
/// decides from this state; methods return the state after an event.</summary>
internal sealed record MergeQueueState
{
    /// <summary>Requests without a result, oldest first, including those of the batch.</summary>
    public ImmutableList<MergeRequest> Queue { get; init; } = [];

    /// <summary>Maximum size of a batch from the settings; 1 for no batches.</summary>
    public int Limit { get; init; } = 1;

    /// <summary>Number of concurrent gate runs.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Size of the next batch. Incremented for each merged entry, up to <see cref="Limit"/>, and halved for each returned entry.
    /// 0 for the limit.</summary>
    public int Window { get; init; }

    /// <summary>The current batch, or null for none.</summary>
    public TrainBatch? Batch { get; init; }

    /// <summary>Gates that have failed and then passed on the same tree.</summary>
    public ImmutableSortedSet<string> Flaky { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Tasks to merge in a batch of one the next time.</summary>
    public ImmutableSortedSet<string> Alone { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Task that was returned to resolve a conflict and has not finished; empty for none.</summary>
    public string Resolving { get; init; } = "";

    /// <summary>Other conflicting tasks, which wait for <see cref="Resolving"/>.</summary>
    public ImmutableSortedSet<string> Deferred { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Entries that may be merged next.</summary>
    public ImmutableList<MergeRequest> Ready => Deferred.IsEmpty ? Queue : Queue.RemoveAll(request => Deferred.Contains(request.TaskId));

    /// <summary>Maximum size of the next batch.</summary>
    public int Most => Window == 0 ? Limit : Math.Clamp(Window, 1, Limit);

    /// <summary>Adds a request. A request that is already queued is not added twice, and one that resolved a conflict goes
    /// first.</summary>
    public MergeQueueState Enqueue(MergeRequest request) =>
        Queue.Exists(other => (other.TaskId, other.Attempt, other.Commit) == (request.TaskId, request.Attempt, request.Commit)) ? this
        : request.TaskId == Resolving ? this with { Queue = Queue.Insert(0, request) }
        : this with { Queue = Queue.Add(request) };

    /// <summary>True if a conflicting entry is returned to its task now; false if it has to wait for another.</summary>
    public bool MayResolve(MergeRequest request) => Resolving.Length == 0 || Resolving == request.TaskId;

    /// <summary>Returns the state after an entry was returned to resolve its conflict.</summary>
    public MergeQueueState SentToResolve(MergeRequest request) => Answered([request]) with { Resolving = request.TaskId };

    /// <summary>Returns the state in which a conflicting entry waits until another has resolved its conflict.</summary>
    public MergeQueueState PutOff(MergeRequest request) => this with { Deferred = Deferred.Add(request.TaskId) };

    /// <summary>Returns the state that no longer waits for this task, because its agent is not working on it.</summary>
    public MergeQueueState Passed(string task) => task == Resolving ? this with { Resolving = "", Deferred = Deferred.Clear() } : this;

    /// <summary>Returns the state after the merges of these entries were made.</summary>
    public MergeQueueState Built(IReadOnlyList<MergeRequest> entries, IReadOnlyList<MergeResult> merges) =>
        this with
        {
            Batch = entries.Count == 0 ? null : new TrainBatch(entries, merges),
        };

    /// <summary>Returns the state with these gate runs in progress.</summary>
    public MergeQueueState Started(IReadOnlyList<PrefixRun> runs) =>
        this with
        {
            Batch = Batch! with { Running = Batch.Running.Union(runs.Select(run => run.Length)) },
        };

    /// <summary>Returns the state after a gate run has ended.</summary>
    /// <param name="length">Number of entries merged in the tree.</param>
    /// <param name="result">Gate result.</param>
    public MergeQueueState Gated(int length, MergeResult result) =>
        this with
        {
            Batch = Batch!.With(length, result),
            Flaky = Flaky.Union(result.Flaky),
        };

    /// <summary>Returns the state after the first entries of the batch landed on staging.</summary>
    public MergeQueueState Landed(int length)
    {
        var merged = Batch!.Entries.Take(length).Skip(Batch.Landed).ToList();
        return Answered(merged) with { Batch = Batch with { Landed = length }, Window = Math.Min(Limit, Most + merged.Count) };
    }

    /// <summary>Returns the state after an entry was returned to its task, which ends the batch. A batch of one entry does not affect the
    /// batch size.</summary>
    public MergeQueueState SentBack(int length) =>
        Answered([Batch!.Entries[length - 1]]) with
        {
            Batch = null,
            Window = Batch.IsAlone ? Window : (Most + 1) / 2,
        };

    /// <summary>Returns the state after the end of the batch.</summary>
    public MergeQueueState Ended() => this with { Batch = null };

    /// <summary>Ends the batch, and merges its remaining entries one by one.</summary>
    public MergeQueueState GivenUp() => SetApart(Batch!.Rest);

    /// <summary>Ends the batch, and merges the given requests one by one.</summary>
    public MergeQueueState SetApart(IEnumerable<MergeRequest> requests) =>
        this with
        {
            Batch = null,
            Alone = Alone.Union(requests.Select(request => request.TaskId)),
        };

    /// <summary>Returns the state after the requests got their results. Entries that waited for one of the requests are checked for
    /// conflicts again.</summary>
    public MergeQueueState Answered(IReadOnlyList<MergeRequest> requests)
    {
        var (tasks, state) = (requests.Select(request => request.TaskId).ToList(), this);
        if (tasks.Contains(Resolving))
        {
            state = Passed(Resolving);
        }
        return state with
        {
            Queue = state.Queue.RemoveRange(requests, ReferenceEqualityComparer.Instance),
            Alone = state.Alone.Except(tasks),
            Deferred = state.Deferred.Except(tasks),
        };
    }
}
