namespace Orchestrator.Messages;

/// <summary>Request to find the work of an earlier execution of this run's workflow, after a reset has replaced that execution.</summary>
/// <param name="PlanHash">SHA-256 of the run's plan. Empty to read only the run's record.</param>
/// <param name="Offset">Number of tasks on earlier pages, which are skipped.</param>
public sealed record FindEarlierWorkInput(string RunId, RepositoryReference Repository, string PlanHash, int Offset);

/// <summary>A page of the state that an earlier execution of a run's workflow left behind.</summary>
public sealed record EarlierWorkSearchResultPage
{
    /// <summary>Sequence number of the last transition in the run's record.</summary>
    public long LastSequence { get; init; }

    /// <summary>Id of the commit at the tip of the staging branch.</summary>
    public string StagingTip { get; init; } = "";

    /// <summary>
    /// Sentence that reports the new position of a staging branch that was missing and has been recreated. Empty if the branch existed.
    /// </summary>
    public string StagingMade { get; init; } = "";

    /// <summary>
    /// True if the staging branch was missing and the commits merged to it could not be found. The branch was then recreated at the run's
    /// base.
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
