using System.Collections.Immutable;

namespace Orchestrator.Workflows.Train;

/// <summary>Immutable state of the merge queue: waiting entries, batches, batch sizes and flaky gates. <see cref="MergeQueueRules"/>
/// decides from this state; methods return the state after an event.</summary>
internal sealed record MergeQueueState
{
    /// <summary>Requests without a result, oldest first, including those of batches.</summary>
    public ImmutableList<MergeRequest> Queue { get; init; } = [];

    /// <summary>Maximum size of a batch from the settings; 1 for no batches.</summary>
    public int Limit { get; init; } = 1;

    /// <summary>Number of concurrent gate runs.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Size of the next batch, without <see cref="Verdicts"/>. Incremented for each merged entry, up to <see cref="Limit"/>, and
    /// halved for each returned entry. 0 for the limit.</summary>
    public int Window { get; init; }

    /// <summary>Recent verdicts; null for queues from before, whose decisions do not depend on them.</summary>
    public RecentVerdicts? Verdicts { get; init; }

    /// <summary>Rules of lanes, speculation and the search for culprits; null for queues from before, which have none.</summary>
    public QueueRules? Rules { get; init; }

    /// <summary>Current commit of the staging branch.</summary>
    public string Staging { get; init; } = "";

    /// <summary>Current batches, in the order of their making.</summary>
    public ImmutableList<TrainBatch> Batches { get; init; } = [];

    /// <summary>True if a step that uses staging or creates merges is in progress.</summary>
    public bool IsBusy { get; init; }

    /// <summary>Entries that can't be merged onto the batch with this number, with which they conflict.</summary>
    public ImmutableHashSet<(string Task, int After)> Conflicts { get; init; } = [];

    /// <summary>Number of the latest batch.</summary>
    public int LastBatch { get; init; }

    /// <summary>Footprints of waiting entries, by task and attempt, if lanes are configured.</summary>
    public ImmutableDictionary<(string Task, int Attempt), Footprint> Footprints { get; init; } =
        ImmutableDictionary<(string Task, int Attempt), Footprint>.Empty;

    /// <summary>Gates that have failed and then passed on the same tree.</summary>
    public ImmutableSortedSet<string> Flaky { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Tasks to merge in a batch of one the next time.</summary>
    public ImmutableSortedSet<string> Alone { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Task that was returned to resolve a conflict and has not finished; empty for none.</summary>
    public string Resolving { get; init; } = "";

    /// <summary>Other conflicting tasks, which wait for <see cref="Resolving"/>.</summary>
    public ImmutableSortedSet<string> Deferred { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Entries that may be merged next.</summary>
    public ImmutableList<MergeRequest> Ready
    {
        get
        {
            var inBatch = Batches.SelectMany(batch => batch.Entries).ToHashSet<MergeRequest>(ReferenceEqualityComparer.Instance);
            return inBatch.Count == 0 && Deferred.IsEmpty
                ? Queue
                : Queue.RemoveAll(request => Deferred.Contains(request.TaskId) || inBatch.Contains(request));
        }
    }

    /// <summary>Maximum size of the next batch.</summary>
    public int Most =>
        Verdicts is not null
            ? Math.Min(Verdicts.ChooseBatchSize(), Rules is { StretchesBatches: true } ? Verdicts.StretchLimit(Limit) : Limit)
        : Window == 0 ? Limit
        : Math.Clamp(Window, 1, Limit);

    /// <summary>Adds a request. A request that is already queued is not added twice and may only get another turn. A request that resolved
    /// a conflict goes first.</summary>
    public MergeQueueState Enqueue(MergeRequest request)
    {
        var known = Queue.Find(other => (other.TaskId, other.Attempt, other.Commit) == (request.TaskId, request.Attempt, request.Commit));
        return known is not null
                ? (known.Turn != request.Turn && Ready.Contains(known) ? this with { Queue = Queue.Replace(known, request) } : this)
            : request.TaskId == Resolving
                ? this with
                {
                    Queue = Queue.Insert(0, request with { Turn = MergeQueueAdvance.First([.. Queue, request]) }),
                }
            : this with { Queue = Queue.Add(request) };
    }

    /// <summary>True if a conflicting entry is returned to its task now; false if it has to wait for another.</summary>
    public bool MayResolve(MergeRequest request) => Resolving.Length == 0 || Resolving == request.TaskId;

    /// <summary>Returns the state after an entry was returned to resolve its conflict.</summary>
    public MergeQueueState SentToResolve(MergeRequest request) => Answered([request]) with { Resolving = request.TaskId };

    /// <summary>Returns the state in which a conflicting entry waits until another has resolved its conflict.</summary>
    public MergeQueueState PutOff(MergeRequest request) => this with { Deferred = Deferred.Add(request.TaskId) };

    /// <summary>Returns the state that no longer waits for this task, because its agent is not working on it.</summary>
    public MergeQueueState Passed(string task) => task == Resolving ? this with { Resolving = "", Deferred = Deferred.Clear() } : this;

    /// <summary>Returns a batch, or null if it has ended.</summary>
    public TrainBatch? Find(int batch) => Batches.Find(other => other.Id == batch);

    /// <summary>Returns the parts of the repository that an entry can influence.</summary>
    public Footprint FootprintOf(MergeRequest request) =>
        Footprints.GetValueOrDefault((request.TaskId, request.Attempt), Footprint.Everything);

    /// <summary>Returns the state after the merges of these entries were made. They are dropped if the batch below has ended.</summary>
    /// <param name="entries">Entries of the new batch.</param>
    /// <param name="merges">Merges of the entries.</param>
    /// <param name="after">Batch that they are built on; 0 for staging.</param>
    public MergeQueueState Built(IReadOnlyList<MergeRequest> entries, IReadOnlyList<MergeResult> merges, int after = 0)
    {
        if (entries.Count == 0 || (after != 0 && Find(after) is null))
        {
            return this;
        }
        var batch = new TrainBatch(entries, merges)
        {
            Id = LastBatch + 1,
            After = after,
            Lacks = Find(after)?.Lacks,
            Footprint = entries.Select(FootprintOf).Aggregate((all, one) => all.With(one)),
        };
        return this with { Batches = Batches.Add(batch), LastBatch = batch.Id };
    }

    /// <summary>Returns the state after entries could not be merged onto an undecided batch. They wait until it has ended.</summary>
    public MergeQueueState NotBuiltOn(int batch, IEnumerable<MergeRequest> entries) =>
        this with
        {
            Conflicts = Conflicts.Union(entries.Select(entry => (entry.TaskId, batch))),
        };

    /// <summary>Returns the state after it was determined which parts of the repository entries can influence.</summary>
    public MergeQueueState Located(IReadOnlyList<MergeRequest> entries, IReadOnlyList<WorkLocation> locations) =>
        this with
        {
            Footprints = Footprints.SetItems(
                entries.Zip(
                    locations,
                    (entry, location) => KeyValuePair.Create((entry.TaskId, entry.Attempt), Footprint.Of(location.Parts))
                )
            ),
        };

    /// <summary>Returns the state with these gate runs in progress.</summary>
    public MergeQueueState Started(int batch, IReadOnlyList<PrefixRun> runs) =>
        Change(batch, b => b with { Running = b.Running.Union(runs.Select(run => run.Length)) });

    /// <summary>Returns the state after a gate run has ended. A failure drops the batches that are built on this one.</summary>
    /// <param name="batch">Number of the batch.</param>
    /// <param name="length">Number of entries merged in the tree.</param>
    /// <param name="result">Gate result.</param>
    /// <param name="duration">Duration of the gate run.</param>
    public MergeQueueState Gated(int batch, int length, MergeResult result, TimeSpan duration = default)
    {
        var state = Change(batch, b => b.With(length, result)) with
        {
            Flaky = Flaky.Union(result.Flaky),
            Verdicts = Rules is { StretchesBatches: true } ? Verdicts?.Took(duration) : Verdicts,
        };
        return TrainBatch.IsGreen(result) ? state : state.WithoutThoseOn(batch);
    }

    /// <summary>Returns the state after the rest of a batch was merged again. If it could not be, the batch keeps its order on the same
    /// staging, and ends where staging has moved.</summary>
    /// <param name="step">The step.</param>
    /// <param name="merges">Merges of the first entries.</param>
    public MergeQueueState Remade(MergeQueueStep.RebuildBatch step, IReadOnlyList<MergeResult> merges)
    {
        if (Find(step.Batch) is not { } batch)
        {
            return this;
        }
        var isSameOrder = step.Entries.SequenceEqual(batch.Rest);
        var isWhole = merges.Count == step.Entries.Count && merges.All(merge => merge.Outcome == MergeOutcome.Made);
        return isWhole ? Change(step.Batch, b => b.Remade(step.Entries, merges, step.Cleared, isSameOrder))
            : isSameOrder ? Ended(step.Batch)
            : Change(step.Batch, b => b with { KeepsOrder = true, Cleared = 0 });
    }

    /// <summary>Returns the state after others moved staging.</summary>
    public MergeQueueState MovedTo(string commit) =>
        this with
        {
            Staging = commit,
            Footprints = Rules is { HasChangingParts: true } && commit != Staging ? Footprints.Clear() : Footprints,
        };

    /// <summary>Returns the state after the first entries of the batch landed on staging.</summary>
    public MergeQueueState Landed(int batch, int length)
    {
        var found = Find(batch)!;
        var merged = found.Entries.Take(length).Skip(found.Landed).ToList();
        var state = Answered(merged).Change(batch, b => b with { Landed = length });
        if (Rules is { HasChangingParts: true } && found.Footprint.Parts is null)
        {
            // The work may have changed a manifest. Other batches were built on it, with footprints from before.
            state = state with
            {
                Footprints = Footprints.Clear(),
                Batches = [.. state.Batches.Select(other => other with { Footprint = Footprint.Everything })],
            };
        }
        return state with
        {
            Batches =
            [
                .. state.Batches.Select(other =>
                    state.IsOn(other, batch) ? other : other with { Lacks = other.Lacks?.With(found.Footprint) ?? found.Footprint }
                ),
            ],
            Window = Math.Min(Limit, Most + merged.Count),
            Verdicts = Verdicts?.With(merged.Count, 0),
            Staging = found.Merges[length - 1].Commit,
        };
    }

    /// <summary>Returns the state after an entry was returned to its task, which ends the batch. A batch of one entry does not affect the
    /// batch size.</summary>
    public MergeQueueState SentBack(int batch, int length)
    {
        var found = Find(batch)!;
        return Ended(batch).Answered([found.Entries[length - 1]]) with
        {
            Window = found.IsAlone ? Window : (Most + 1) / 2,
            Verdicts = Verdicts?.With(0, 1),
        };
    }

    /// <summary>Returns the state after the end of a batch. Batches that are built on it stand on staging if it has landed as a whole, and
    /// end otherwise.</summary>
    public MergeQueueState Ended(int batch)
    {
        if (Find(batch) is not { } found)
        {
            return this;
        }
        var state = found.Landed == found.Entries.Count ? this : WithoutThoseOn(batch);
        return state with
        {
            Batches =
            [
                .. state.Batches.Where(other => other.Id != batch).Select(other => other.After == batch ? other with { After = 0 } : other),
            ],
        };
    }

    /// <summary>Returns the state without batches.</summary>
    public MergeQueueState AllEnded() => this with { Batches = [] };

    /// <summary>Ends the batch, and merges its remaining entries one by one.</summary>
    public MergeQueueState GivenUp(int batch) => SetApart(Find(batch)!.Rest).Ended(batch);

    /// <summary>Merges the given requests one by one.</summary>
    public MergeQueueState SetApart(IEnumerable<MergeRequest> requests) =>
        this with
        {
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
            Footprints = state.Footprints.RemoveRange(requests.Select(request => (request.TaskId, request.Attempt))),
            Alone = state.Alone.Except(tasks),
            Deferred = state.Deferred.Except(tasks),
        };
    }

    private MergeQueueState Change(int batch, Func<TrainBatch, TrainBatch> change) =>
        Find(batch) is { } found ? this with { Batches = Batches.Replace(found, change(found)) } : this;

    /// <summary>Drops the batches that are built on this one, directly or not.</summary>
    private MergeQueueState WithoutThoseOn(int batch) =>
        this with
        {
            Batches = Batches.RemoveAll(other => other.Id != batch && IsOn(other, batch)),
        };

    /// <summary>True if one batch is built on another, directly or not, or is that batch.</summary>
    private bool IsOn(TrainBatch batch, int below)
    {
        var at = batch;
        while (at.Id != below && at.After != 0 && Find(at.After) is { } next)
        {
            at = next;
        }
        return at.Id == below;
    }
}
