using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messages;

/// <summary>Where the staging branch of a run has to be.</summary>
/// <param name="Commit">Its commit; empty: nobody says.</param>
/// <param name="Number">Grows with each move: of two positions the one with the larger number is the newer one.</param>
public sealed record StagingPosition(string Commit, [property: Range(0, int.MaxValue)] int Number)
{
    /// <summary>The position after a move to a commit; the same where it is there already.</summary>
    public StagingPosition MovedTo(string commit) => commit == Commit ? this : new StagingPosition(commit, Number + 1);

    /// <summary>The newer one of what two sides know.</summary>
    public StagingPosition OrNewer(StagingPosition other) => other.Number > Number ? other : this;
}

/// <summary>What starts a <c>MergeTrainWorkflow</c>, and what it goes on with when it continues as new.</summary>
public sealed record TrainInput
{
    [Identifier]
    public required string RunId { get; init; }
    public required RepositoryReference Repository { get; init; }
    public required string PlanHash { get; init; }

    /// <summary>Branch of the run's verified work.</summary>
    public required string Staging { get; init; }
    public required RunRules Rules { get; init; }

    /// <summary>Where that branch has to be.</summary>
    public required StagingPosition Position { get; init; }

    /// <summary>What waits, the oldest first.</summary>
    public IReadOnlyList<MergeRequest> Queue { get; init; } = [];

    /// <summary>How many of them are merged at once the next time; 0: as many as the settings allow.</summary>
    [Range(0, int.MaxValue)]
    public int Window { get; init; }

    /// <summary>Gates that have failed and then held on the same tree.</summary>
    public IReadOnlyList<string> FlakyGates { get; init; } = [];

    /// <summary>Tasks that are merged alone the next time.</summary>
    public IReadOnlyList<string> Alone { get; init; } = [];

    /// <summary>The task that was sent back to resolve a conflict; empty: none.</summary>
    public string Resolving { get; init; } = "";

    /// <summary>Tasks in conflict that wait until that one is through.</summary>
    public IReadOnlyList<string> Deferred { get; init; } = [];

    /// <summary>Number of the last report.</summary>
    [Range(0, int.MaxValue)]
    public int Sequence { get; init; }
}

/// <summary>Work for the merge train.</summary>
/// <param name="Requests">The work, the oldest first; none: the run only wants to know whether somebody is there.</param>
/// <param name="Position">Where staging is, as far as the run knows.</param>
public sealed record TrainWork(IReadOnlyList<MergeRequest> Requests, StagingPosition Position)
{
    /// <summary>The plan that the run works by now: a review has added tasks to it. Empty: as before.</summary>
    public string PlanHash { get; init; } = "";
}

/// <summary>Where a merge train is.</summary>
public sealed record TrainStatus
{
    /// <summary>What waits or is being merged, in the order in which it is.</summary>
    public IReadOnlyList<MergeRequest> Queue { get; init; } = [];

    /// <summary>Tasks that are merged and gated as a whole now.</summary>
    public IReadOnlyList<string> Batch { get; init; } = [];

    /// <inheritdoc cref="TrainInput.Resolving"/>
    public string Resolving { get; init; } = "";

    /// <inheritdoc cref="TrainInput.Deferred"/>
    public IReadOnlyList<string> Deferred { get; init; } = [];

    /// <inheritdoc cref="TrainInput.Position"/>
    public required StagingPosition Position { get; init; }
}

/// <summary>What a merge train tells its run, one after the other.</summary>
public sealed record TrainReport
{
    /// <summary>First execution of the train that tells it; one that is lost has a successor, and what it still says counts no
    /// more.</summary>
    [Identifier]
    public required string ExecutionId { get; init; }

    /// <summary>Grows by one with each report, also when the train continues as new.</summary>
    public required int Sequence { get; init; }

    /// <summary>Where staging is now.</summary>
    public required StagingPosition Position { get; init; }

    /// <summary>What came of work.</summary>
    public IReadOnlyList<TrainAnswer> Answers { get; init; } = [];

    /// <summary>Tasks in conflict that wait until another one has resolved its own.</summary>
    public IReadOnlyList<TrainAnswer> Deferred { get; init; } = [];

    /// <summary>Worth knowing, for people.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The last report: what has no answer gets none.</summary>
    public bool Ended { get; init; }
}

/// <summary>What came of a task's work.</summary>
/// <param name="Result">Merged, sent back, or a conflict.</param>
public sealed record TrainAnswer([property: Identifier] string TaskId, MergeResult Result);

/// <summary>How a run stands with its merge train, for the execution that goes on with the run.</summary>
public sealed record TrainLinkCheckpoint
{
    /// <summary>The train whose reports count; empty: none was begun.</summary>
    public string ExecutionId { get; init; } = "";

    /// <summary>Number of its last report that was taken in.</summary>
    public int Sequence { get; init; }

    /// <summary>What it was told of and has not answered, the oldest first.</summary>
    public IReadOnlyList<MergeRequest> Waiting { get; init; } = [];

    /// <inheritdoc cref="TrainInput.Resolving"/>
    public string Resolving { get; init; } = "";

    /// <inheritdoc cref="TrainInput.Deferred"/>
    public IReadOnlyList<string> Deferred { get; init; } = [];
}

/// <summary>Asks for a batch of verified work to be merged, one on top of the other, without staging being moved.</summary>
/// <param name="Requests">The work, in order.</param>
public sealed record BuildBatchInput(string RunId, RepositoryReference Repository, string PlanHash, IReadOnlyList<MergeRequest> Requests)
{
    /// <inheritdoc cref="MergeTaskInput.StagingTip"/>
    public string StagingTip { get; init; } = "";
}

/// <summary>A batch: merges of which staging has none yet.</summary>
public sealed record BatchBuilt
{
    /// <summary>Where staging is: what the first merge was made on.</summary>
    public required string Base { get; init; }

    /// <summary>What came of the work, in the order in which it was given. It may be fewer: what does not go with what is before it in the
    /// batch is left for the next one, and what is behind it, too.</summary>
    public required IReadOnlyList<BuiltMerge> Merges { get; init; }

    /// <summary>What was done for it, for people; empty where nothing was.</summary>
    public string Message { get; init; } = "";
}

/// <summary>What came of one of the requests for a batch.</summary>
/// <param name="Commit">Its merge; empty where it has its answer already.</param>
/// <param name="Answer">Its answer: staging has it already, or it does not go with what is there. Null where it is in the batch.</param>
public sealed record BuiltMerge(string Commit, MergeResult? Answer = null);

/// <summary>Asks for gates to be run on a tree in which the first of a batch are merged.</summary>
/// <param name="Requests">What is merged in it, in order.</param>
/// <param name="Base">What the first of them was merged onto.</param>
/// <param name="Commit">The merge of the last.</param>
/// <param name="Tries">How often a gate that does not hold is run before that is believed.</param>
public sealed record GateBatchInput(
    string RunId,
    RepositoryReference Repository,
    string PlanHash,
    IReadOnlyList<MergeRequest> Requests,
    string Base,
    string Commit,
    int Tries
);

/// <summary>What gates said of a tree.</summary>
public sealed record BatchGated
{
    /// <summary>What the last one is told if it is sent back; null where all gates hold.</summary>
    public MergeResult? Refusal { get; init; }

    /// <summary>The gates that do not hold.</summary>
    public IReadOnlyList<string> Failed { get; init; } = [];

    /// <inheritdoc cref="MergeResult.Flaky"/>
    public IReadOnlyList<string> Flaky { get; init; } = [];

    /// <summary>The machine is to blame, and not the work.</summary>
    public bool BlamesMachine { get; init; }

    /// <summary>How many gates were taken from the cache, in words; empty where none was.</summary>
    public string FromCache { get; init; } = "";
}

/// <summary>Asks for staging to be moved over merges of a batch.</summary>
/// <param name="From">Where staging has to be: what the first of the merges was made on.</param>
/// <param name="To">The last of the merges, on which gates were run.</param>
/// <param name="Tasks">Whose merges they are.</param>
public sealed record LandBatchInput(
    string RunId,
    RepositoryReference Repository,
    string PlanHash,
    string From,
    string To,
    IReadOnlyList<string> Tasks
)
{
    /// <inheritdoc cref="MergeTaskInput.StagingTip"/>
    public string StagingTip { get; init; } = "";
}

/// <summary>Whether staging was moved.</summary>
/// <param name="Landed">It was. False: staging has gone on from somewhere else, and the batch has to be made anew.</param>
/// <param name="Message">What was done for it, for people; empty where nothing was.</param>
public sealed record BatchLanded(bool Landed, string Message = "");
