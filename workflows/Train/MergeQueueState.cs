using System.Collections.Immutable;

namespace Orchestrator.Workflows.Train;

/// <summary>
/// Immutable state of the merge queue: waiting entries, batches, batch sizes and flaky gates. <see cref="MergeQueueNextStepDecider"/>
/// decides from this state. Methods return the state after an event.
/// </summary>
internal sealed record MergeQueueState
{
    /// <summary>Requests without a result, oldest first, including those in batches.</summary>
    public ImmutableList<TaskMergeRequest> Queue { get; init; } = [];

    /// <summary>Maximum batch size from the settings; 1 to merge entries one by one.</summary>
    public int Limit { get; init; } = 1;

    /// <summary>Maximum number of concurrent gate runs.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>
    /// Maximum size of the next batch for queues without <see cref="Verdicts"/>. Grows by one with each merged entry up to
    /// <see cref="Limit"/>, and is halved by each returned entry. 0 means <see cref="Limit"/>.
    /// </summary>
    public int Window { get; init; }

    /// <summary>Recent verdicts, or null for queues from earlier versions, whose decisions do not depend on them.</summary>
    public MergeQueueStatistics? Verdicts { get; init; }

    /// <summary>
    /// Options for the parallel verification of disjoint changes, for speculative batches and for culprit searches, or null for queues from
    /// earlier versions, which lack them.
    /// </summary>
    public MergeQueueBatchOptions? Rules { get; init; }

    /// <summary>Current commit of the staging branch.</summary>
    public string Staging { get; init; } = "";

    /// <summary>Current batches, in order of creation.</summary>
    public ImmutableList<TrainBatch> Batches { get; init; } = [];

    /// <summary>True while a step that uses staging or creates merges is in progress.</summary>
    public bool IsBusy { get; init; }

    /// <summary>
    /// Entries that conflict with an undecided batch and therefore can't be built on it, each with the number of that batch.
    /// </summary>
    public ImmutableHashSet<(string Task, int After)> Conflicts { get; init; } = [];

    /// <summary>Number of the latest batch.</summary>
    public int LastBatch { get; init; }

    /// <summary>Footprints of waiting entries by task and attempt. Empty if disjoint changes are not tested in parallel.</summary>
    public ImmutableDictionary<(string Task, int Attempt), ChangeFootprint> Footprints { get; init; } =
        ImmutableDictionary<(string Task, int Attempt), ChangeFootprint>.Empty;

    /// <summary>Gates that have failed and then passed on the same tree.</summary>
    public ImmutableSortedSet<string> Flaky { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Ids of tasks whose next merge is in a batch of one.</summary>
    public ImmutableSortedSet<string> Alone { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Id of the task that was returned to resolve a conflict and has not finished; empty if there is none.</summary>
    public string Resolving { get; init; } = "";

    /// <summary>
    /// Ids of the other conflicting tasks, which wait until the conflict of the task in <see cref="Resolving"/> is resolved.
    /// </summary>
    public ImmutableSortedSet<string> Deferred { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>
    /// Requests that may be merged next, oldest first. Excludes requests that are in a batch, or that are waiting until another conflict is
    /// resolved.
    /// </summary>
    public ImmutableList<TaskMergeRequest> Ready
    {
        get
        {
            var inBatch = Batches.SelectMany(batch => batch.Entries).ToHashSet<TaskMergeRequest>(ReferenceEqualityComparer.Instance);
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

    /// <summary>
    /// Adds a request. A request that is already queued is not added again, but may change its turn. A request whose conflict was resolved
    /// goes first.
    /// </summary>
    public MergeQueueState Enqueue(TaskMergeRequest request)
    {
        var known = Queue.Find(other => (other.TaskId, other.Attempt, other.Commit) == (request.TaskId, request.Attempt, request.Commit));
        return known is not null
                ? (known.Turn != request.Turn && Ready.Contains(known) ? this with { Queue = Queue.Replace(known, request) } : this)
            : request.TaskId == Resolving
                ? this with
                {
                    Queue = Queue.Insert(0, request with { Turn = MergeOrderCalculator.First([.. Queue, request]) }),
                }
            : this with { Queue = Queue.Add(request) };
    }

    /// <summary>
    /// True if a conflicting entry may be returned to its task now. False if it must wait until another conflict is resolved.
    /// </summary>
    public bool MayResolve(TaskMergeRequest request) => Resolving.Length == 0 || Resolving == request.TaskId;

    /// <summary>Returns the state after an entry was returned to its task to resolve a conflict.</summary>
    public MergeQueueState SentToResolve(TaskMergeRequest request) => Answered([request]) with { Resolving = request.TaskId };

    /// <summary>Returns the state in which a conflicting entry waits until another entry's conflict is resolved.</summary>
    public MergeQueueState PutOff(TaskMergeRequest request) => this with { Deferred = Deferred.Add(request.TaskId) };

    /// <summary>Returns the state in which the merge queue no longer waits for the given task to resolve its conflict.</summary>
    public MergeQueueState Passed(string task) => task == Resolving ? this with { Resolving = "", Deferred = Deferred.Clear() } : this;

    /// <summary>Returns the batch with the given number, or null if the batch has ended.</summary>
    public TrainBatch? Find(int batch) => Batches.Find(other => other.Id == batch);

    /// <summary>Returns the parts of the repository that an entry can affect.</summary>
    public ChangeFootprint FootprintOf(TaskMergeRequest request) =>
        Footprints.GetValueOrDefault((request.TaskId, request.Attempt), ChangeFootprint.Everything);

    /// <summary>
    /// Returns the state after the merges of these entries were created. The merges are dropped if the batch that they build on has ended.
    /// </summary>
    /// <param name="entries">Entries of the new batch.</param>
    /// <param name="merges">Merge commits of the entries.</param>
    /// <param name="after">Number of the batch that they are built on; 0 for staging.</param>
    public MergeQueueState Built(IReadOnlyList<TaskMergeRequest> entries, IReadOnlyList<MergeResult> merges, int after = 0)
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

    /// <summary>Returns the state after entries could not be merged onto an undecided batch. They wait until that batch ends.</summary>
    public MergeQueueState NotBuiltOn(int batch, IEnumerable<TaskMergeRequest> entries) =>
        this with
        {
            Conflicts = Conflicts.Union(entries.Select(entry => (entry.TaskId, batch))),
        };

    /// <summary>Returns the state after the footprints of entries were determined.</summary>
    public MergeQueueState Located(IReadOnlyList<TaskMergeRequest> entries, IReadOnlyList<AffectedRepositoryParts> locations) =>
        this with
        {
            Footprints = Footprints.SetItems(
                entries.Zip(
                    locations,
                    (entry, location) => KeyValuePair.Create((entry.TaskId, entry.Attempt), ChangeFootprint.Of(location.Parts))
                )
            ),
        };

    /// <summary>Returns the state after these gate runs were started.</summary>
    public MergeQueueState Started(int batch, IReadOnlyList<MergeBatchPrefixGateRequest> runs) =>
        Change(batch, b => b with { Running = b.Running.Union(runs.Select(run => run.Length)) });

    /// <summary>Returns the state after a gate run has ended. If it failed, batches built on this one are dropped.</summary>
    /// <param name="batch">Number of the batch.</param>
    /// <param name="length">Number of entries that are merged in the gated tree.</param>
    /// <param name="result">Gate result.</param>
    /// <param name="duration">Duration of the gate run.</param>
    public MergeQueueState Gated(int batch, int length, MergeResult result, TimeSpan duration = default)
    {
        var state = Change(batch, b => b.With(length, result)) with
        {
            Flaky = Flaky.Union(result.Flaky),
            Verdicts = Rules is { StretchesBatches: true } ? Verdicts?.WithDuration(duration) : Verdicts,
        };
        return TrainBatch.IsGreen(result) ? state : state.WithoutThoseOn(batch);
    }

    /// <summary>
    /// Returns the state after the entries of a batch that have not landed were merged again. If they could not be merged, the batch keeps
    /// its current order if staging has not moved, and ends otherwise.
    /// </summary>
    /// <param name="step">Step that rebuilt the batch.</param>
    /// <param name="merges">Merges of the leading entries that could be merged.</param>
    public MergeQueueState WithRebuiltBatch(MergeQueueStepDecision.MergeBatchRebuildDecision step, IReadOnlyList<MergeResult> merges)
    {
        if (Find(step.Batch) is not { } batch)
        {
            return this;
        }
        var isSameOrder = step.Entries.SequenceEqual(batch.Rest);
        var isWhole = merges.Count == step.Entries.Count && merges.All(merge => merge.Outcome == MergeOutcome.Made);
        return isWhole ? Change(step.Batch, b => b.Rebuilt(step.Entries, merges, step.Cleared, isSameOrder))
            : isSameOrder ? Ended(step.Batch)
            : Change(step.Batch, b => b with { KeepsOrder = true, Cleared = 0 });
    }

    /// <summary>Returns the state after the staging branch was moved by the run itself and not by the merge queue.</summary>
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
            // The work may have changed a manifest, and other batches use footprints from before the change.
            state = state with
            {
                Footprints = Footprints.Clear(),
                Batches = [.. state.Batches.Select(other => other with { Footprint = ChangeFootprint.Everything })],
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

    /// <summary>
    /// Returns the state after an entry was returned to its task, which ends the batch. For queues without <see cref="Verdicts"/>, the next
    /// batch is then smaller, unless the batch had only one entry.
    /// </summary>
    public MergeQueueState WithReturnedEntry(int batch, int length)
    {
        var found = Find(batch)!;
        return Ended(batch).Answered([found.Entries[length - 1]]) with
        {
            Window = found.IsAlone ? Window : (Most + 1) / 2,
            Verdicts = Verdicts?.With(0, 1),
        };
    }

    /// <summary>
    /// Returns the state after a batch ended. Batches built on it are now based on staging if the whole batch landed, and otherwise end as
    /// well.
    /// </summary>
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

    /// <summary>Returns the state without any batches.</summary>
    public MergeQueueState AllEnded() => this with { Batches = [] };

    /// <summary>Returns the state after a batch was ended early. Its remaining entries are merged one by one.</summary>
    public MergeQueueState WithoutBatch(int batch) => SetApart(Find(batch)!.Rest).Ended(batch);

    /// <summary>Schedules the given requests to be merged one by one.</summary>
    public MergeQueueState SetApart(IEnumerable<TaskMergeRequest> requests) =>
        this with
        {
            Alone = Alone.Union(requests.Select(request => request.TaskId)),
        };

    /// <summary>
    /// Returns the state after requests got their results. Entries that waited for one of them are checked for conflicts again.
    /// </summary>
    public MergeQueueState Answered(IReadOnlyList<TaskMergeRequest> requests)
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

    /// <summary>Returns the state without the batches that are built on this one, directly or indirectly.</summary>
    private MergeQueueState WithoutThoseOn(int batch) =>
        this with
        {
            Batches = Batches.RemoveAll(other => other.Id != batch && IsOn(other, batch)),
        };

    /// <summary>True if a batch is <paramref name="below"/> itself, or is built on that batch directly or indirectly.</summary>
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
