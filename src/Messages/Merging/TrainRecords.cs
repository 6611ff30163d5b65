using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messages;

/// <summary>Position of a run's staging branch.</summary>
/// <param name="Commit">Its commit; empty: unknown.</param>
/// <param name="Number">Grows with each move: of two positions the one with the larger number is newer.</param>
public sealed record StagingPosition(string Commit, [property: Range(0, int.MaxValue)] int Number)
{
    /// <summary>The position after a move to a commit; unchanged if it is there already.</summary>
    public StagingPosition MovedTo(string commit) => commit == Commit ? this : new StagingPosition(commit, Number + 1);

    /// <summary>The newer one of two positions.</summary>
    public StagingPosition OrNewer(StagingPosition other) => other.Number > Number ? other : this;
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

    /// <summary>The merge requests that wait, the oldest first.</summary>
    public IReadOnlyList<MergeRequest> Queue { get; init; } = [];

    /// <summary>Size of the next batch; 0: the maximum of the settings.</summary>
    [Range(0, int.MaxValue)]
    public int Window { get; init; }

    /// <summary>Gates that have failed and then passed on the same tree.</summary>
    public IReadOnlyList<string> FlakyGates { get; init; } = [];

    /// <summary>Tasks that are merged alone the next time.</summary>
    public IReadOnlyList<string> Alone { get; init; } = [];

    /// <summary>The task that was sent back to resolve a conflict; empty: none.</summary>
    public string Resolving { get; init; } = "";

    /// <summary>Other tasks in conflict, which wait for that one.</summary>
    public IReadOnlyList<string> Deferred { get; init; } = [];

    /// <summary>Number of the last report.</summary>
    [Range(0, int.MaxValue)]
    public int Sequence { get; init; }
}

/// <summary>Work for the merge train.</summary>
/// <param name="Requests">The requests, the oldest first; empty: the run only checks whether the train is open.</param>
/// <param name="Position">Where staging is, as far as the run knows.</param>
public sealed record TrainWork(IReadOnlyList<MergeRequest> Requests, StagingPosition Position)
{
    /// <summary>The run's present plan: a review has added tasks to it. Empty: unchanged.</summary>
    public string PlanHash { get; init; } = "";
}

/// <summary>Status of a merge train.</summary>
public sealed record TrainStatus
{
    /// <summary>The merge requests that wait or are being merged, in order.</summary>
    public IReadOnlyList<MergeRequest> Queue { get; init; } = [];

    /// <summary>Tasks that are merged now, and gated as a whole.</summary>
    public IReadOnlyList<string> Batch { get; init; } = [];

    /// <inheritdoc cref="TrainInput.Resolving"/>
    public string Resolving { get; init; } = "";

    /// <inheritdoc cref="TrainInput.Deferred"/>
    public IReadOnlyList<string> Deferred { get; init; } = [];

    /// <inheritdoc cref="TrainInput.Position"/>
    public required StagingPosition Position { get; init; }
}

/// <summary>A report of a merge train to its run, one at a time.</summary>
public sealed record TrainReport
{
    /// <summary>First execution of the train that reports; a lost train has a successor, and its late reports are ignored.</summary>
    [Identifier]
    public required string ExecutionId { get; init; }

    /// <summary>Grows by one with each report, also when the train continues as new.</summary>
    public required int Sequence { get; init; }

    /// <summary>The position of staging now.</summary>
    public required StagingPosition Position { get; init; }

    /// <summary>Results of requests.</summary>
    public IReadOnlyList<MergeResult> Answers { get; init; } = [];

    /// <summary>Tasks in conflict that wait until another one has resolved its own.</summary>
    public IReadOnlyList<MergeResult> Deferred { get; init; } = [];

    /// <summary>Notes for people.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The last report: remaining requests get no result.</summary>
    public bool Ended { get; init; }
}

/// <summary>State shared with the merge train, for the run's next execution.</summary>
public sealed record TrainLinkCheckpoint
{
    /// <summary>The train whose reports count; empty: none was begun.</summary>
    public string ExecutionId { get; init; } = "";

    /// <summary>Number of its last report that was handled.</summary>
    public int Sequence { get; init; }

    /// <summary>Requests without a result, the oldest first.</summary>
    public IReadOnlyList<MergeRequest> Waiting { get; init; } = [];

    /// <inheritdoc cref="TrainInput.Resolving"/>
    public string Resolving { get; init; } = "";

    /// <inheritdoc cref="TrainInput.Deferred"/>
    public IReadOnlyList<string> Deferred { get; init; } = [];
}

/// <summary>Asks for verified commits to be merged, one on top of the other, without moving staging.</summary>
/// <param name="Requests">The work, in order.</param>
public sealed record BuildBatchInput(string RunId, RepositoryReference Repository, string PlanHash, IReadOnlyList<MergeRequest> Requests)
{
    /// <summary>Commit that staging has to be at: the last merge that was reported to the run, or the run's base. Empty: unknown.</summary>
    public string StagingTip { get; init; } = "";
}

/// <summary>Asks for a batch to be merged, gated and landed in one step.</summary>
/// <param name="Build">The batch.</param>
/// <param name="Tries">How often a failing gate is run before the failure counts.</param>
public sealed record MergeBatchInput(BuildBatchInput Build, int Tries)
{
    /// <summary>The gates of the whole batch, or null if its merges leave something to decide.</summary>
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
/// <param name="Requests">What is merged in it, in order.</param>
/// <param name="Base">What the first of them was merged onto.</param>
/// <param name="Commit">The merge of the last.</param>
/// <param name="Tries">How often a failing gate is run before the failure counts.</param>
public sealed record GateBatchInput(
    string RunId,
    RepositoryReference Repository,
    string PlanHash,
    IReadOnlyList<MergeRequest> Requests,
    string Base,
    string Commit,
    int Tries
);

/// <summary>Asks for staging to be moved over merges of a batch.</summary>
/// <param name="Merges">The merges, each onto the one before; the first onto the expected position of staging.</param>
public sealed record LandBatchInput(string RunId, RepositoryReference Repository, string PlanHash, IReadOnlyList<MergeResult> Merges)
{
    /// <inheritdoc cref="BuildBatchInput.StagingTip"/>
    public string StagingTip { get; init; } = "";
}
