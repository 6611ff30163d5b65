namespace Orchestrator.Messages;

/// <summary>Asks for what an execution of this run has left that was replaced by a reset.</summary>
/// <param name="PlanHash">Its plan; empty: only the record is read.</param>
/// <param name="Offset">Tasks of earlier pages.</param>
public sealed record FindEarlierWorkInput(string RunId, RepositoryReference Repository, string PlanHash, int Offset);

/// <summary>State left by an earlier execution of a run.</summary>
public sealed record EarlierWork
{
    /// <summary>Number of the last transition in the run's record.</summary>
    public long LastSequence { get; init; }

    /// <summary>Position of the staging branch.</summary>
    public string StagingTip { get; init; } = "";

    /// <summary>The staging branch was missing and was created again, with what had landed; a sentence, else empty.</summary>
    public string StagingMade { get; init; } = "";

    /// <summary>The staging branch was missing and nothing of the run is on its target: what was merged is on no branch. It was created
    /// again at the run's base.</summary>
    public bool StagingLost { get; init; }

    /// <summary>A page of the tasks that were started, in plan order.</summary>
    public IReadOnlyList<EarlierTask> Tasks { get; init; } = [];

    /// <summary>Number of tasks in all pages.</summary>
    public int TaskCount { get; init; }
}

/// <summary>State of one task in an earlier execution of the run.</summary>
public sealed record EarlierTask
{
    public required string Id { get; init; }

    /// <summary>Its merge commit on staging; empty where there is none.</summary>
    public string MergeCommit { get; init; } = "";

    /// <summary>Last attempt.</summary>
    public int Attempt { get; init; }

    /// <summary>Number of the last agent run.</summary>
    public int LastStart { get; init; }

    /// <summary>Report of its open workflow; null where none is open.</summary>
    public TaskReport? Open { get; init; }
}
