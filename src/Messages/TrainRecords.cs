namespace Orchestrator.Messages;

/// <summary>Asks for a batch of verified work to be merged, one on top of the other, without staging being moved.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Repository">Its repository.</param>
/// <param name="PlanHash">Its plan.</param>
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

    /// <summary>
    /// What came of the work, in the order in which it was given. It may be fewer: what does not go with what is before it in the batch is
    /// left for the next one, and what is behind it, too.
    /// </summary>
    public required IReadOnlyList<BuiltMerge> Merges { get; init; }

    /// <summary>What was done for it, for people; empty where nothing was.</summary>
    public string Message { get; init; } = "";
}

/// <summary>What came of one of the requests for a batch.</summary>
/// <param name="Commit">Its merge; empty where it has its answer already.</param>
/// <param name="Answer">Its answer: staging has it already, or it does not go with what is there. Null where it is in the batch.</param>
public sealed record BuiltMerge(string Commit, MergeResult? Answer = null);

/// <summary>Asks for gates to be run on a tree in which the first of a batch are merged.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Repository">Its repository.</param>
/// <param name="PlanHash">Its plan.</param>
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
}

/// <summary>Asks for staging to be moved over merges of a batch.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Repository">Its repository.</param>
/// <param name="PlanHash">Its plan.</param>
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
