using System.ComponentModel.DataAnnotations;
using System.Numerics;

namespace Orchestrator.Messages;

/// <summary>
/// Position of a run's staging branch: its commit and the number of times it has moved, which orders the positions in time.
/// </summary>
/// <param name="Commit">Commit of the branch; empty if unknown.</param>
/// <param name="Number">Number of moves so far. The position with the larger number is newer.</param>
public sealed record StagingBranchTip(string Commit, [property: Range(0, int.MaxValue)] int Number)
{
    /// <summary>Returns the position after a move to a commit, or the same position if the branch is already at that commit.</summary>
    public StagingBranchTip MovedTo(string commit) => commit == Commit ? this : new StagingBranchTip(commit, Number + 1);

    /// <summary>Returns the later of two positions.</summary>
    public StagingBranchTip OrNewer(StagingBranchTip other) => other.Number > Number ? other : this;
}

/// <summary>
/// Counts of a merge queue's recent verdicts. From these counts, the queue estimates the fraction of the next tasks that will fail.
/// </summary>
/// <param name="Judged">Number of entries that landed or that gates rejected.</param>
/// <param name="Returned">Number of entries that gates rejected.</param>
public sealed record MergeQueueStatistics([property: Range(0, int.MaxValue)] int Judged, [property: Range(0, int.MaxValue)] int Returned)
{
    // Above this number of entries, earlier entries count half.
    private const int Memory = 64;

    // Weight of the previous average; each new duration counts for a quarter.
    private const int Inertia = 3;

    /// <summary>Average duration of recent gate runs, in seconds; 0 if unknown.</summary>
    [Range(0, int.MaxValue)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int GateSeconds { get; init; }

    /// <summary>Estimates the fraction of the next tasks that will fail. Returns 1/32 before the first verdict.</summary>
    public double EstimateFailureRate() => (Returned + 0.25) / (Judged + 8);

    /// <summary>
    /// Returns the batch size with the lowest expected number of gate runs per task. The size is a power of two, at least 1.
    /// </summary>
    /// <remarks>Source: generalized binary splitting (Hwang 1972).</remarks>
    public int ChooseBatchSize() => 1 << BitOperations.Log2((uint)Math.Max(1, (int)((1 - EstimateFailureRate()) / EstimateFailureRate())));

    /// <summary>Returns a copy that also counts the given verdicts.</summary>
    /// <param name="landed">Number of additional entries that landed.</param>
    /// <param name="returned">Number of additional entries that were returned.</param>
    public MergeQueueStatistics With(int landed, int returned)
    {
        var part = Judged < Memory ? 1 : 2;
        return this with { Judged = (Judged / part) + landed + returned, Returned = (Returned / part) + returned };
    }

    /// <summary>Returns a copy whose average also includes the given duration of a gate run.</summary>
    public MergeQueueStatistics WithDuration(TimeSpan duration)
    {
        var seconds = (int)Math.Min(duration.TotalSeconds, int.MaxValue / (Inertia + 1));
        return this with { GateSeconds = GateSeconds == 0 ? seconds : ((GateSeconds * Inertia) + seconds) / (Inertia + 1) };
    }

    /// <summary>
    /// Returns the batch limit adjusted for slow gates: doubled if gates take at least one minute, and quadrupled if they take at least
    /// five minutes.
    /// </summary>
    /// <remarks>
    /// A larger batch saves whole gate runs, and each failure costs only a logarithm of the batch size. It delays entries that arrive
    /// meanwhile, but slow gates delay those entries anyway.
    /// </remarks>
    /// <param name="limit">Limit for gates that take only seconds.</param>
    public int StretchLimit(int limit) =>
        limit
        * GateSeconds switch
        {
            >= 300 => 4,
            >= 60 => 2,
            _ => 1,
        };
}

/// <summary>Options of a merge queue for verifying several batches at the same time.</summary>
public sealed record MergeQueueBatchOptions
{
    /// <summary>
    /// Maximum number of undecided batches on top of which another batch is verified, on the assumption that they pass. Range: 0 to 3.
    /// </summary>
    [Range(0, 3)]
    public int Speculation { get; init; }

    /// <summary>True if batches whose changes can't affect each other's gates are verified at the same time.</summary>
    public bool HasLanes { get; init; }

    /// <summary>
    /// True if the parts of the repository are defined by manifests, so that merged work can change how the repository is divided into
    /// parts.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasChangingParts { get; init; }

    /// <summary>True if the batch limit is raised while gates are slow.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool StretchesBatches { get; init; }
}

/// <summary>
/// Input of <c>MergeTrainWorkflow</c>. When the workflow continues as new, it passes the updated input to its next execution.
/// </summary>
public sealed record MergeQueueInput
{
    [ValidTemporalIdentifier]
    public required string RunId { get; init; }
    public required RepositoryReference Repository { get; init; }
    public required string PlanHash { get; init; }

    public required RunWorkflowSettings Rules { get; init; }

    /// <summary>
    /// True if a single activity merges a batch, runs the gates and moves the staging branch; false for queues from earlier versions.
    /// </summary>
    public bool MergesAtOnce { get; init; }

    /// <summary>Position of the staging branch.</summary>
    public required StagingBranchTip Position { get; init; }

    /// <summary>Waiting merge requests, oldest first.</summary>
    public IReadOnlyList<TaskMergeRequest> Queue { get; init; } = [];

    /// <summary>Size of the next batch, for queues without <see cref="Verdicts"/>; 0 for the maximum from the settings.</summary>
    [Range(0, int.MaxValue)]
    public int Window { get; init; }

    /// <summary>Recent verdicts, which determine the batch size; null for queues from earlier versions.</summary>
    public MergeQueueStatistics? Verdicts { get; init; }

    /// <summary>Names of gates that have both failed and passed on the same tree.</summary>
    public IReadOnlyList<string> FlakyGates { get; init; } = [];

    /// <summary>Ids of tasks that are merged next in a batch of their own.</summary>
    public IReadOnlyList<string> Alone { get; init; } = [];

    /// <summary>Id of the task that was sent back to resolve a conflict; empty if there is none.</summary>
    public string Resolving { get; init; } = "";

    /// <summary>Ids of other tasks with conflicts, which wait until the task in <c>Resolving</c> has resolved its conflict.</summary>
    public IReadOnlyList<string> Deferred { get; init; } = [];

    /// <summary>Number of the last report that the merge queue sent to its run.</summary>
    [Range(0, int.MaxValue)]
    public int Sequence { get; init; }
}

/// <summary>Merge requests that a run sends to its merge queue.</summary>
/// <param name="Requests">Merge requests, oldest first. Empty if the run only checks whether the merge queue is open.</param>
/// <param name="Position">Last position of staging known to the run.</param>
public sealed record MergeQueueSubmission(IReadOnlyList<TaskMergeRequest> Requests, StagingBranchTip Position)
{
    /// <summary>
    /// SHA-256 of the run's current plan, to which tasks may have been added; empty to keep the plan that the merge queue already uses.
    /// </summary>
    public string PlanHash { get; init; } = "";
}

/// <summary>Current state of a merge queue, returned by its query.</summary>
public sealed record MergeQueueStatus
{
    /// <summary>Merge requests that are waiting or are being merged, in merge order.</summary>
    public IReadOnlyList<TaskMergeRequest> Queue { get; init; } = [];

    /// <summary>Ids of the tasks in the current batches. The tasks of a batch are merged together and tested by gates together.</summary>
    public IReadOnlyList<string> Batch { get; init; } = [];

    /// <inheritdoc cref="MergeQueueInput.Resolving"/>
    public string Resolving { get; init; } = "";

    /// <inheritdoc cref="MergeQueueInput.Deferred"/>
    public IReadOnlyList<string> Deferred { get; init; } = [];

    /// <inheritdoc cref="MergeQueueInput.Position"/>
    public required StagingBranchTip Position { get; init; }
}

/// <summary>Report from a merge queue to its run. Only one report is in flight at a time.</summary>
public sealed record MergeQueueReport
{
    /// <summary>
    /// Id of the first execution of the reporting workflow. If a merge queue is lost, another one replaces it, and the run ignores late
    /// reports from the lost queue.
    /// </summary>
    [ValidTemporalIdentifier]
    public required string ExecutionId { get; init; }

    /// <summary>Number of the report. It increases with each report and is preserved across continue-as-new.</summary>
    public required int Sequence { get; init; }

    /// <summary>Current position of the staging branch.</summary>
    public required StagingBranchTip Position { get; init; }

    /// <summary>Results of merge requests whose work was merged or refused.</summary>
    public IReadOnlyList<MergeResult> Answers { get; init; } = [];

    /// <summary>
    /// Results of merge requests that are waiting because of a conflict, until another task has resolved its own conflict.
    /// </summary>
    public IReadOnlyList<MergeResult> Deferred { get; init; } = [];

    /// <summary>Sentences for users about the merges.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>True if this is the merge queue's last report. Merge requests without a result will then never get one.</summary>
    public bool Ended { get; init; }
}

/// <summary>State of a run's connection to its merge queue, passed to the next execution of the run's workflow.</summary>
public sealed record MergeQueueClientCheckpoint
{
    /// <summary>Number of merge requests made so far. It determines the <see cref="TaskMergeRequest.Turn"/> of the next request.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Arrivals { get; init; }

    /// <summary>
    /// Id of the first execution of the merge queue from which the run accepts reports; empty if no merge queue was started.
    /// </summary>
    public string ExecutionId { get; init; } = "";

    /// <summary>Number of the last report that the run has processed.</summary>
    public int Sequence { get; init; }

    /// <summary>Merge requests without a result, oldest first.</summary>
    public IReadOnlyList<TaskMergeRequest> Waiting { get; init; } = [];

    /// <inheritdoc cref="MergeQueueInput.Resolving"/>
    public string Resolving { get; init; } = "";

    /// <inheritdoc cref="MergeQueueInput.Deferred"/>
    public IReadOnlyList<string> Deferred { get; init; } = [];
}

/// <summary>Request to create the merge commits of a batch, each on top of the previous one, without moving the staging branch.</summary>
/// <param name="Requests">Work to merge, in order.</param>
public sealed record BuildBatchInput(
    string RunId,
    RepositoryReference Repository,
    string PlanHash,
    IReadOnlyList<TaskMergeRequest> Requests
)
{
    /// <summary>
    /// Expected tip of the staging branch: the last merge reported to the run, or the run's base commit. Empty if unknown.
    /// </summary>
    public string StagingTip { get; init; } = "";

    /// <summary>
    /// Last merge of the previous batch, if the staging branch does not contain that batch yet; the first request is merged onto this
    /// commit. Empty to merge onto the staging branch.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string Onto { get; init; } = "";
}

/// <summary>Request to determine which parts of the repository each change can affect.</summary>
/// <param name="Requests">Verified work to locate.</param>
public sealed record FindAffectedRepositoryPartsInput(
    string RunId,
    RepositoryReference Repository,
    string PlanHash,
    IReadOnlyList<TaskMergeRequest> Requests
)
{
    /// <inheritdoc cref="BuildBatchInput.StagingTip"/>
    public string StagingTip { get; init; } = "";
}

/// <summary>Parts of the repository that a change can affect.</summary>
/// <param name="Parts">Names of the parts; empty for the whole repository.</param>
public sealed record AffectedRepositoryParts(IReadOnlyList<string> Parts);

/// <summary>Request to merge a batch, run gates on the result and move the staging branch to it, all in a single activity.</summary>
/// <param name="Build">Batch to merge.</param>
/// <param name="Tries">Maximum number of runs of a failing gate before the failure counts.</param>
public sealed record MergeBatchInput(BuildBatchInput Build, int Tries)
{
    /// <summary>Returns the request to run gates on the whole batch, or null if a merge failed and must be handled first.</summary>
    /// <param name="built">Results of the merges.</param>
    public VerifyMergeBatchInput? ToGate(IReadOnlyList<MergeResult> built) =>
        built.All(result => result.Outcome == MergeOutcome.Made)
            ? new VerifyMergeBatchInput(
                Build.RunId,
                Build.Repository,
                Build.PlanHash,
                [.. Build.Requests.Take(built.Count)],
                built[0].Onto,
                built[^1].Commit,
                Tries
            )
            : null;

    /// <summary>
    /// Returns the request to move the staging branch to the last merge of the batch, or null if the batch did not pass its gates.
    /// </summary>
    /// <param name="built">Results of the merges.</param>
    /// <param name="gated">Result of the gates.</param>
    public AdvanceStagingBranchInput? ToLand(IReadOnlyList<MergeResult> built, MergeResult gated) =>
        gated.Outcome == MergeOutcome.Made
            ? new AdvanceStagingBranchInput(
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

/// <summary>
/// Results of the three steps for a batch: creating the merge commits, running the gates, and moving the staging branch. The result of a
/// skipped step is null.
/// </summary>
/// <param name="Built">Results of <see cref="IMergeQueueActivities.BuildBatchAsync"/>.</param>
/// <param name="Gated">Result of <see cref="IMergeQueueActivities.GateBatchAsync"/>, or null if no gates were run.</param>
/// <param name="Landed">Results of <see cref="IMergeQueueActivities.LandBatchAsync"/>, or null if staging was not moved.</param>
public sealed record MergedBatch(IReadOnlyList<MergeResult> Built, MergeResult? Gated = null, IReadOnlyList<MergeResult>? Landed = null);

/// <summary>Request to run the gates on the merge commit of the last given request, which contains the merges of all the others.</summary>
/// <param name="Requests">Merged requests, in order.</param>
/// <param name="Base">Commit onto which the first request was merged.</param>
/// <param name="Commit">Merge commit of the last request.</param>
/// <param name="Tries">Maximum number of runs of a failing gate before the failure counts.</param>
public sealed record VerifyMergeBatchInput(
    string RunId,
    RepositoryReference Repository,
    string PlanHash,
    IReadOnlyList<TaskMergeRequest> Requests,
    string Base,
    string Commit,
    int Tries
);

/// <summary>Request to run gates on a published merge on any host with a free slot.</summary>
/// <param name="Gate">The merge and its gates.</param>
/// <param name="HomeQueue">Queue of the owner host, which has the merge.</param>
public sealed record VerifyPublishedMergeInput(VerifyMergeBatchInput Gate, string HomeQueue);

/// <summary>Request to move the staging branch to the last merge commit of a batch.</summary>
/// <param name="Merges">Merges to land, each on top of the previous one. The first one is on top of the expected staging commit.</param>
public sealed record AdvanceStagingBranchInput(
    string RunId,
    RepositoryReference Repository,
    string PlanHash,
    IReadOnlyList<MergeResult> Merges
)
{
    /// <inheritdoc cref="BuildBatchInput.StagingTip"/>
    public string StagingTip { get; init; } = "";
}
