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

    /// <summary>A page of the tasks that were started, in plan order: the last report of a task whose workflow is open, and of the others
    /// what git, its folder and the record tell. Those have no <see cref="TaskReport.ExecutionId"/>.</summary>
    public IReadOnlyList<TaskReport> Tasks { get; init; } = [];

    /// <summary>Number of tasks in all pages.</summary>
    public int TaskCount { get; init; }
}
