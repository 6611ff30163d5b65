namespace Orchestrator.Messages;

/// <summary>Request to find the work of an execution of this run that was replaced by a reset.</summary>
/// <param name="PlanHash">The run's plan; empty to read only the record.</param>
/// <param name="Offset">Number of tasks on earlier pages.</param>
public sealed record FindEarlierWorkInput(string RunId, RepositoryReference Repository, string PlanHash, int Offset);

/// <summary>State left by an earlier execution of a run.</summary>
public sealed record EarlierWork
{
    /// <summary>Number of the last transition in the run's record.</summary>
    public long LastSequence { get; init; }

    /// <summary>Commit of the staging branch.</summary>
    public string StagingTip { get; init; } = "";

    /// <summary>Sentence that reports a missing staging branch, recreated with the landed work; empty if the branch existed.</summary>
    public string StagingMade { get; init; } = "";

    /// <summary>True if the staging branch was missing and the run has nothing on its target, so the merged work is on no branch. The
    /// staging branch was recreated at the run's base.</summary>
    public bool StagingLost { get; init; }

    /// <summary>A page of the started tasks, in plan order. A task with an open workflow has its last report. The state of other tasks
    /// comes from git, the run's folder and the record; they have no <see cref="TaskReport.ExecutionId"/>.</summary>
    public IReadOnlyList<TaskReport> Tasks { get; init; } = [];

    /// <summary>Number of tasks on all pages.</summary>
    public int TaskCount { get; init; }
}
