using System.Collections.Immutable;

namespace Orchestrator.Workflows.Train;

/// <summary>All that the merge train decides by, as a value: what waits, the batch that is under way, how large batches may be, which gates
/// fail by chance. <see cref="TrainRules"/> decides from the whole of it each time; the methods here say what it is after something has
/// happened.</summary>
internal sealed record TrainState
{
    /// <summary>Work that has no answer yet, the oldest first; that of the batch is among it.</summary>
    public ImmutableList<MergeRequest> Queue { get; init; } = [];

    /// <summary>The most entries of a batch, as the settings have it; 1: there are no batches.</summary>
    public int Limit { get; init; } = 1;

    /// <summary>Gate runs at once.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>The most entries of the next batch: one more for each that was merged, up to <see cref="Limit"/>, half of it after each
    /// that was sent back. 0: as many as the limit allows.</summary>
    public int Window { get; init; }

    /// <summary>The batch that is under way.</summary>
    public TrainBatch? Batch { get; init; }

    /// <summary>Gates that have failed and then passed on the same tree.</summary>
    public ImmutableSortedSet<string> Flaky { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Tasks that are merged alone the next time.</summary>
    public ImmutableSortedSet<string> Alone { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>The task that was sent back to resolve a conflict and has not come to an end of it; empty: none.</summary>
    public string Resolving { get; init; } = "";

    /// <summary>Tasks that are in conflict, too, and wait until that one is through.</summary>
    public ImmutableSortedSet<string> Deferred { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>What may be merged next.</summary>
    public ImmutableList<MergeRequest> Ready => Deferred.IsEmpty ? Queue : Queue.RemoveAll(request => Deferred.Contains(request.TaskId));

    /// <summary>How many entries the next batch may have.</summary>
    public int Most => Window == 0 ? Limit : Math.Clamp(Window, 1, Limit);

    /// <summary>Work comes; what waits already is not taken in twice, and who has resolved a conflict comes before the others.</summary>
    public TrainState Enqueue(MergeRequest request) =>
        Queue.Exists(other => (other.TaskId, other.Attempt, other.Commit) == (request.TaskId, request.Attempt, request.Commit)) ? this
        : request.TaskId == Resolving ? this with { Queue = Queue.Insert(0, request) }
        : this with { Queue = Queue.Add(request) };

    /// <summary>Whether one that is in conflict is sent back now, or has to wait for another.</summary>
    public bool MayResolve(MergeRequest request) => Resolving.Length == 0 || Resolving == request.TaskId;

    /// <summary>One was sent back to resolve its conflict.</summary>
    public TrainState SentToResolve(MergeRequest request) => Answered([request]) with { Resolving = request.TaskId };

    /// <summary>One in conflict waits until another has resolved its own.</summary>
    public TrainState PutOff(MergeRequest request) => this with { Deferred = Deferred.Add(request.TaskId) };

    /// <summary>Nobody waits for this one any more: its agent is not at it.</summary>
    public TrainState Passed(string task) => task == Resolving ? this with { Resolving = "", Deferred = Deferred.Clear() } : this;

    /// <summary>A batch was made; one of fewer than two entries is none.</summary>
    public TrainState Built(IReadOnlyList<MergeRequest> entries) =>
        entries.Count < 2
            ? this with
            {
                Alone = Alone.Union(entries.Select(entry => entry.TaskId)),
            }
            : this with
            {
                Batch = new TrainBatch(entries),
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
    /// <param name="flaky">Gates that failed and passed when run once more.</param>
    public TrainState Gated(int length, PrefixResult result, IReadOnlyList<string> flaky) =>
        this with
        {
            Batch = Batch!.With(length, result),
            Flaky = Flaky.Union(flaky),
        };

    /// <summary>Staging has moved over the first entries of the batch.</summary>
    public TrainState Landed(int length)
    {
        var merged = Batch!.Entries.Take(length).Skip(Batch.Landed).ToList();
        return Answered(merged) with { Batch = Batch with { Landed = length }, Window = Math.Min(Limit, Most + merged.Count) };
    }

    /// <summary>An entry of the batch was sent back, and the batch is over.</summary>
    public TrainState SentBack(int length) => Answered([Batch!.Entries[length - 1]]) with { Batch = null, Window = (Most + 1) / 2 };

    /// <summary>One was merged alone, or was not; gates that failed by chance matter where there are batches.</summary>
    public TrainState AnsweredAlone(MergeRequest request, bool isMerged, IReadOnlyList<string> flaky) =>
        Answered([request]) with
        {
            Window = isMerged ? Math.Min(Limit, Most + 1) : Window,
            Flaky = Limit > 1 ? Flaky.Union(flaky) : Flaky,
        };

    /// <summary>The batch is over.</summary>
    public TrainState Ended() => this with { Batch = null };

    /// <summary>The batch is over, and what is left of it is merged one by one.</summary>
    public TrainState GivenUp() => this with { Batch = null, Alone = Alone.Union(Batch!.Rest.Select(entry => entry.TaskId)) };

    /// <summary>They have their answers. Who has waited for one of them is in conflict no more, or anew.</summary>
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
