using System.Collections.Immutable;

namespace Orchestrator.Workflows.Train;

/// <summary>The state of the merge train, as a value: waiting entries, the batch under way, the size of batches, flaky gates.
/// <see cref="TrainRules"/> decides from the whole of it; methods return the state after an event.</summary>
internal sealed record TrainState
{
    /// <summary>Requests without a result, the oldest first, those of the batch included.</summary>
    public ImmutableList<MergeRequest> Queue { get; init; } = [];

    /// <summary>The maximum size of a batch by settings; 1: no batches.</summary>
    public int Limit { get; init; } = 1;

    /// <summary>Gate runs at once.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>The size of the next batch: one more for each entry that was merged, up to <see cref="Limit"/>, halved after each that was
    /// sent back. 0: the limit.</summary>
    public int Window { get; init; }

    /// <summary>The batch that is under way.</summary>
    public TrainBatch? Batch { get; init; }

    /// <summary>Gates that have failed and then passed on the same tree.</summary>
    public ImmutableSortedSet<string> Flaky { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Tasks that are merged alone the next time.</summary>
    public ImmutableSortedSet<string> Alone { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>The task that was sent back to resolve a conflict and has not finished; empty: none.</summary>
    public string Resolving { get; init; } = "";

    /// <summary>Other tasks in conflict, which wait for that one.</summary>
    public ImmutableSortedSet<string> Deferred { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>The entries that may be merged next.</summary>
    public ImmutableList<MergeRequest> Ready => Deferred.IsEmpty ? Queue : Queue.RemoveAll(request => Deferred.Contains(request.TaskId));

    /// <summary>The maximum size of the next batch.</summary>
    public int Most => Window == 0 ? Limit : Math.Clamp(Window, 1, Limit);

    /// <summary>Adds a request; one that waits already is not added twice, and one that resolved a conflict comes first.</summary>
    public TrainState Enqueue(MergeRequest request) =>
        Queue.Exists(other => (other.TaskId, other.Attempt, other.Commit) == (request.TaskId, request.Attempt, request.Commit)) ? this
        : request.TaskId == Resolving ? this with { Queue = Queue.Insert(0, request) }
        : this with { Queue = Queue.Add(request) };

    /// <summary>True if an entry in conflict is sent back now, or has to wait for another.</summary>
    public bool MayResolve(MergeRequest request) => Resolving.Length == 0 || Resolving == request.TaskId;

    /// <summary>The entry was sent back to resolve its conflict.</summary>
    public TrainState SentToResolve(MergeRequest request) => Answered([request]) with { Resolving = request.TaskId };

    /// <summary>The entry in conflict waits until another has resolved its own.</summary>
    public TrainState PutOff(MergeRequest request) => this with { Deferred = Deferred.Add(request.TaskId) };

    /// <summary>Stops waiting for this task: its agent is not working on it.</summary>
    public TrainState Passed(string task) => task == Resolving ? this with { Resolving = "", Deferred = Deferred.Clear() } : this;

    /// <summary>The merges of these entries were made.</summary>
    public TrainState Built(IReadOnlyList<MergeRequest> entries, IReadOnlyList<MergeResult> merges) =>
        this with
        {
            Batch = entries.Count == 0 ? null : new TrainBatch(entries, merges),
        };

    /// <summary>Gates run.</summary>
    public TrainState Started(IReadOnlyList<PrefixRun> runs) =>
        this with
        {
            Batch = Batch! with { Running = Batch.Running.Union(runs.Select(run => run.Length)) },
        };

    /// <summary>Gates have ended.</summary>
    /// <param name="length">Of which tree.</param>
    /// <param name="result">How.</param>
    public TrainState Gated(int length, MergeResult result) =>
        this with
        {
            Batch = Batch!.With(length, result),
            Flaky = Flaky.Union(result.Flaky),
        };

    /// <summary>Staging contains the first entries of the batch.</summary>
    public TrainState Landed(int length)
    {
        var merged = Batch!.Entries.Take(length).Skip(Batch.Landed).ToList();
        return Answered(merged) with { Batch = Batch with { Landed = length }, Window = Math.Min(Limit, Most + merged.Count) };
    }

    /// <summary>An entry of the batch was sent back, and the batch is over. One that was alone says nothing about batches.</summary>
    public TrainState SentBack(int length) =>
        Answered([Batch!.Entries[length - 1]]) with
        {
            Batch = null,
            Window = Batch.IsAlone ? Window : (Most + 1) / 2,
        };

    /// <summary>The batch is over.</summary>
    public TrainState Ended() => this with { Batch = null };

    /// <summary>The batch is over, and what is left of it is merged one by one.</summary>
    public TrainState GivenUp() => SetApart(Batch!.Rest);

    /// <summary>The batch is over, and these are merged one by one.</summary>
    public TrainState SetApart(IEnumerable<MergeRequest> requests) =>
        this with
        {
            Batch = null,
            Alone = Alone.Union(requests.Select(request => request.TaskId)),
        };

    /// <summary>The requests have their results. Entries that waited for one of them are checked for conflicts again.</summary>
    public TrainState Answered(IReadOnlyList<MergeRequest> requests)
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
