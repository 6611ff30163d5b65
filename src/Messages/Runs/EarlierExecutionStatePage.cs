namespace Orchestrator.Messages;

/// <summary>Request to find the work that an earlier execution of this run's workflow left behind when a reset replaced it.</summary>
/// <param name="PlanHash">SHA-256 of the run's plan. Empty to read only the run's record.</param>
/// <param name="Offset">Number of tasks on earlier pages, which are skipped.</param>
public sealed record FindEarlierWorkInput(string RunId, RepositoryReference Repository, string PlanHash, int Offset);

/// <summary>A page of the state that an earlier execution of a run's workflow left behind.</summary>
public sealed record EarlierExecutionStatePage
{
    /// <summary>Number of the last transition in the run's record.</summary>
    public long LastSequence { get; init; }

    /// <summary>Id of the commit at the tip of the staging branch.</summary>
    public string StagingTip { get; init; } = "";

    /// <summary>Sentence about a missing staging branch that was recreated with the landed work. Empty if the branch existed.</summary>
    public string StagingMade { get; init; } = "";

    /// <summary>
    /// True if the staging branch was missing and the run had landed nothing, so that its merged work is on no branch. The staging branch
    /// was recreated at the run's base commit.
    /// </summary>
    public bool StagingLost { get; init; }

    /// <summary>
    /// A page of the tasks that were started, in plan order. If a task's workflow is open, its entry is the workflow's last report.
    /// Otherwise, the task's state comes from git, the run's folder and the record, and <see cref="TaskReport.ExecutionId"/> is empty.
    /// </summary>
    public IReadOnlyList<TaskReport> Tasks { get; init; } = [];

    /// <summary>Total number of started tasks on all pages.</summary>
    public int TaskCount { get; init; }
}
