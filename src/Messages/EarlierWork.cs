namespace Orchestrator.Messages;

/// <summary>Asks what an execution of this run has left that a reset has put an end to.</summary>
/// <param name="PlanHash">Its plan; empty: only the record is asked about.</param>
/// <param name="Offset">Tasks of earlier pages.</param>
public sealed record FindEarlierWorkInput(string RunId, RepositoryReference Repository, string PlanHash, int Offset);

/// <summary>What an earlier execution of a run has left.</summary>
public sealed record EarlierWork
{
    /// <summary>Number of the last transition in the run's record.</summary>
    public long LastSequence { get; init; }

    /// <summary>Where the staging branch is.</summary>
    public string StagingTip { get; init; } = "";

    /// <summary>The staging branch was gone and was made anew, with what had landed; a sentence that says so, else empty.</summary>
    public string StagingMade { get; init; } = "";

    /// <summary>The staging branch was gone and nothing of the run is on its target: what was merged is on no branch any more. It was made
    /// anew where the run began.</summary>
    public bool StagingLost { get; init; }

    /// <summary>A page of the tasks that something has happened to, in plan order.</summary>
    public IReadOnlyList<EarlierTask> Tasks { get; init; } = [];

    /// <summary>Tasks in all pages.</summary>
    public int TaskCount { get; init; }
}

/// <summary>What an earlier execution of the run has come to with one task.</summary>
public sealed record EarlierTask
{
    public required string Id { get; init; }

    /// <summary>Commit on staging that merged it; empty where staging has none.</summary>
    public string MergeCommit { get; init; } = "";

    /// <summary>Last attempt.</summary>
    public int Attempt { get; init; }

    /// <summary>Number of the last agent start.</summary>
    public int LastStart { get; init; }

    /// <summary>What its workflow says that is open still; null where none is.</summary>
    public TaskReport? Open { get; init; }
}
