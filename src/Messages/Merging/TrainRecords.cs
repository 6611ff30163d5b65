using System.ComponentModel.DataAnnotations;
using System.Numerics;

namespace Orchestrator.Messages;

/// <summary>Position of a run's staging branch.</summary>
/// <param name="Commit">Commit of the branch; empty if unknown.</param>
/// <param name="Number">Number of moves; the position with the larger number is newer.</param>
public sealed record StagingPosition(string Commit, [property: Range(0, int.MaxValue)] int Number)
{
    /// <summary>Returns the position after a move to a commit; unchanged if the branch is already at that commit.</summary>
    public StagingPosition MovedTo(string commit) => commit == Commit ? this : new StagingPosition(commit, Number + 1);

    /// <summary>Returns the newer of two positions.</summary>
    public StagingPosition OrNewer(StagingPosition other) => other.Number > Number ? other : this;
}

/// <summary>Recent verdicts of a merge queue on its entries, from which it expects how many of the next will fail.</summary>
/// <param name="Judged">Number of entries that landed or were returned because of gates.</param>
/// <param name="Returned">Number of entries that were returned.</param>
public sealed record RecentVerdicts([property: Range(0, int.MaxValue)] int Judged, [property: Range(0, int.MaxValue)] int Returned)
{
    // With more entries than this, earlier ones count half.
    private const int Memory = 64;

    // A new duration counts for a quarter.
    private const int Inertia = 3;

    /// <summary>Average duration of recent gate runs, in seconds; 0 if unknown.</summary>
    [Range(0, int.MaxValue)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int GateSeconds { get; init; }

    /// <summary>Returns the expected part of the next entries that will fail: 1/32 before the first verdict.</summary>
    public double EstimateFailureRate() => (Returned + 0.25) / (Judged + 8);

    /// <summary>Returns the size of a batch with which the fewest gate runs per entry are expected: a power of two, at least 1.</summary>
    /// <remarks>Source: generalized binary splitting (Hwang 1972).</remarks>
    public int ChooseBatchSize() => 1 << BitOperations.Log2((uint)Math.Max(1, (int)((1 - EstimateFailureRate()) / EstimateFailureRate())));

    /// <summary>Returns the verdicts with further ones.</summary>
    /// <param name="landed">Number of further entries that landed.</param>
    /// <param name="returned">Number of further entries that were returned.</param>
    public RecentVerdicts With(int landed, int returned)
    {
        var part = Judged < Memory ? 1 : 2;
        return this with { Judged = (Judged / part) + landed + returned, Returned = (Returned / part) + returned };
    }

    /// <summary>Returns the verdicts after a gate run of a duration.</summary>
    public RecentVerdicts Took(TimeSpan duration)
    {
        var seconds = (int)Math.Min(duration.TotalSeconds, int.MaxValue / (Inertia + 1));
        return this with { GateSeconds = GateSeconds == 0 ? seconds : ((GateSeconds * Inertia) + seconds) / (Inertia + 1) };
    }

    /// <summary>Returns the limit of batches for the duration of gates: twice as much from one minute on, four times from five minutes
    /// on.</summary>
    /// <remarks>A longer batch saves whole gate runs, and each failure costs a logarithm of its size. It delays entries that arrive
    /// meanwhile, which matters less the longer a gate run takes in any case.</remarks>
    /// <param name="limit">Limit for gates that take seconds.</param>
    public int StretchLimit(int limit) =>
        limit
        * GateSeconds switch
        {
            >= 300 => 4,
            >= 60 => 2,
            _ => 1,
        };
}

/// <summary>Rules of a merge queue that verifies several batches at the same time.</summary>
public sealed record QueueRules
{
    /// <summary>Number of batches that are verified on top of an undecided one, in the expectation that it passes. Range: 0 to 3.
    /// </summary>
    [Range(0, 3)]
    public int Speculation { get; init; }

    /// <summary>True if batches whose changes can't influence each other's gates are verified at the same time.</summary>
    public bool HasLanes { get; init; }

    /// <summary>True if merged work can change the parts of the repository, because manifests define them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasChangingParts { get; init; }

    /// <summary>True if batches become larger while gates take minutes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool StretchesBatches { get; init; }
}

/// <summary>Input of a <c>MergeTrainWorkflow</c>, also when it continues as new.</summary>
public sealed record TrainInput
{
    [Identifier]
    public required string RunId { get; init; }
    public required RepositoryReference Repository { get; init; }
    public required string PlanHash { get; init; }

    public required RunRules Rules { get; init; }

    /// <summary>True if one activity merges, gates and lands a batch; false for queues from before.</summary>
    public bool MergesAtOnce { get; init; }

    /// <summary>Position of that branch.</summary>
    public required StagingPosition Position { get; init; }

    /// <summary>Waiting merge requests, oldest first.</summary>
    public IReadOnlyList<MergeRequest> Queue { get; init; } = [];

    /// <summary>Size of the next batch, for queues without <see cref="Verdicts"/>; 0 for the maximum from the settings.</summary>
    [Range(0, int.MaxValue)]
    public int Window { get; init; }

    /// <summary>Recent verdicts, which decide the size of batches; null for queues from before.</summary>
    public RecentVerdicts? Verdicts { get; init; }

    /// <summary>Gates that have failed and then passed on the same tree.</summary>
    public IReadOnlyList<string> FlakyGates { get; init; } = [];

    /// <summary>Tasks to merge in a batch of one the next time.</summary>
    public IReadOnlyList<string> Alone { get; init; } = [];

    /// <summary>Task that was returned to resolve a conflict; empty for none.</summary>
    public string Resolving { get; init; } = "";

    /// <summary>Other conflicting tasks, which wait for the task that resolves its conflict.</summary>
    public IReadOnlyList<string> Deferred { get; init; } = [];

    /// <summary>Number of the last report.</summary>
    [Range(0, int.MaxValue)]
    public int Sequence { get; init; }
}

/// <summary>Work for the merge queue.</summary>
/// <param name="Requests">The requests, oldest first; empty if the run only checks that the merge queue is open.</param>
/// <param name="Position">Position of staging, as far as the run knows.</param>
public sealed record TrainWork(IReadOnlyList<MergeRequest> Requests, StagingPosition Position)
{
    /// <summary>Hash of the run's plan after a review added tasks; empty if unchanged.</summary>
    public string PlanHash { get; init; } = "";
}

/// <summary>Status of a merge queue.</summary>
public sealed record TrainStatus
{
    /// <summary>Merge requests that wait or are being merged, in order.</summary>
    public IReadOnlyList<MergeRequest> Queue { get; init; } = [];

    /// <summary>Tasks of the current batches, which are merged and gated together.</summary>
    public IReadOnlyList<string> Batch { get; init; } = [];

    /// <inheritdoc cref="TrainInput.Resolving"/>
    public string Resolving { get; init; } = "";

    /// <inheritdoc cref="TrainInput.Deferred"/>
    public IReadOnlyList<string> Deferred { get; init; } = [];

    /// <inheritdoc cref="TrainInput.Position"/>
    public required StagingPosition Position { get; init; }
}

/// <summary>Report of a merge queue to its run. Only one is in flight at a time.</summary>
public sealed record TrainReport
{
    /// <summary>First execution id of the reporting workflow. A lost merge queue has a successor, and its late reports are
    /// ignored.</summary>
    [Identifier]
    public required string ExecutionId { get; init; }

    /// <summary>Number of the report, incremented with each report and kept across continue-as-new.</summary>
    public required int Sequence { get; init; }

    /// <summary>Current position of staging.</summary>
    public required StagingPosition Position { get; init; }

    /// <summary>Results of merge requests.</summary>
    public IReadOnlyList<MergeResult> Answers { get; init; } = [];

    /// <summary>Conflicting tasks that wait until another task has resolved its conflict.</summary>
    public IReadOnlyList<MergeResult> Deferred { get; init; } = [];

    /// <summary>Notes about the merge for users.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>True for the last report. Other pending requests get no result.</summary>
    public bool Ended { get; init; }
}

/// <summary>The run's state for its merge queue, passed to the run's next execution.</summary>
public sealed record TrainLinkCheckpoint
{
    /// <summary>Number of requests so far, which numbers their turns.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Arrivals { get; init; }

    /// <summary>Execution id of the merge queue whose reports count; empty if none was started.</summary>
    public string ExecutionId { get; init; } = "";

    /// <summary>Number of the merge queue's last handled report.</summary>
    public int Sequence { get; init; }

    /// <summary>Requests without a result, oldest first.</summary>
    public IReadOnlyList<MergeRequest> Waiting { get; init; } = [];

    /// <inheritdoc cref="TrainInput.Resolving"/>
    public string Resolving { get; init; } = "";

    /// <inheritdoc cref="TrainInput.Deferred"/>
    public IReadOnlyList<string> Deferred { get; init; } = [];
}

/// <summary>Request to merge verified commits, each on top of the previous one, without moving staging.</summary>
/// <param name="Requests">The work, in order.</param>
public sealed record BuildBatchInput(string RunId, RepositoryReference Repository, string PlanHash, IReadOnlyList<MergeRequest> Requests)
{
    /// <summary>Expected commit of staging: the last merge that was reported to the run, or the run's base; empty if unknown.</summary>
    public string StagingTip { get; init; } = "";

    /// <summary>Commit that the first request is merged onto: the last merge of a batch that is not on staging yet. Empty for staging.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string Onto { get; init; } = "";
}

/// <summary>Asks which parts of the repository work can influence.</summary>
/// <param name="Requests">The work.</param>
public sealed record LocateInput(string RunId, RepositoryReference Repository, string PlanHash, IReadOnlyList<MergeRequest> Requests)
{
    /// <inheritdoc cref="BuildBatchInput.StagingTip"/>
    public string StagingTip { get; init; } = "";
}

/// <summary>Parts of the repository that work can influence.</summary>
/// <param name="Parts">Names of the parts; empty for the whole repository.</param>
public sealed record WorkLocation(IReadOnlyList<string> Parts);

/// <summary>Asks for a batch to be merged, gated and landed in one step.</summary>
/// <param name="Build">The batch.</param>
/// <param name="Tries">Number of runs of a failing gate before the failure counts.</param>
public sealed record MergeBatchInput(BuildBatchInput Build, int Tries)
{
    /// <summary>Gates for the whole batch, or null if a merge failed and must be handled first.</summary>
    /// <param name="built">Results of the merges.</param>
    public GateBatchInput? ToGate(IReadOnlyList<MergeResult> built) =>
        built.All(result => result.Outcome == MergeOutcome.Made)
            ? new GateBatchInput(
                Build.RunId,
                Build.Repository,
                Build.PlanHash,
                [.. Build.Requests.Take(built.Count)],
                built[0].Onto,
                built[^1].Commit,
                Tries
            )
            : null;

    /// <summary>The landing of the whole batch, or null if its gates leave something to decide.</summary>
    /// <param name="built">Results of the merges.</param>
    /// <param name="gated">Result of the gates.</param>
    public LandBatchInput? ToLand(IReadOnlyList<MergeResult> built, MergeResult gated) =>
        gated.Outcome == MergeOutcome.Made
            ? new LandBatchInput(
                Build.RunId,
                Build.Repository,
                Build.PlanHash,
                [.. built.Select(merge => merge with { Message = gated.Message })]
            )
            {
                StagingTip = built[0].Onto,
            }
            : null;
}

/// <summary>Results of a batch, as far as it came.</summary>
/// <param name="Built">As <see cref="ITrainActivities.BuildBatchAsync"/> returns them.</param>
/// <param name="Gated">As <see cref="ITrainActivities.GateBatchAsync"/> returns it, or null if no gates were run.</param>
/// <param name="Landed">As <see cref="ITrainActivities.LandBatchAsync"/> returns them, or null if staging was not moved.</param>
public sealed record MergedBatch(IReadOnlyList<MergeResult> Built, MergeResult? Gated = null, IReadOnlyList<MergeResult>? Landed = null);

/// <summary>Asks for gates to be run on a tree with the first entries of a batch.</summary>
/// <param name="Requests">Merged requests, in order.</param>
/// <param name="Base">Commit onto which the first request was merged.</param>
/// <param name="Commit">The merge of the last.</param>
/// <param name="Tries">Number of runs of a failing gate before the failure counts.</param>
public sealed record GateBatchInput(
    string RunId,
    RepositoryReference Repository,
    string PlanHash,
    IReadOnlyList<MergeRequest> Requests,
    string Base,
    string Commit,
    int Tries
);

/// <summary>Request to move staging to the merge commits of a batch.</summary>
/// <param name="Merges">The merges, each on top of the previous one. The first is on top of the expected position of staging.</param>
public sealed record LandBatchInput(string RunId, RepositoryReference Repository, string PlanHash, IReadOnlyList<MergeResult> Merges)
{
    /// <inheritdoc cref="BuildBatchInput.StagingTip"/>
    public string StagingTip { get; init; } = "";
}
