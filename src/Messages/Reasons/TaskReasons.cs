namespace Orchestrator.Messages;

/// <summary>The task was not requested for this run.</summary>
[ReasonKind("not-asked-for")]
public sealed record TaskNotRequested : Reason;

/// <summary>A dependency of the task did not succeed.</summary>
/// <param name="Task">The dependency.</param>
/// <param name="State">State of the dependency.</param>
public sealed record DependencyEnded(string Task, string State) : Reason;

/// <summary>The dependency that caused the task to be skipped continues.</summary>
/// <param name="Task">The dependency.</param>
[ReasonKind("dependency-goes-on")]
public sealed record DependencyContinues(string Task) : Reason;

/// <summary>The task is retried.</summary>
/// <param name="By">The user who requested the retry, or null for the run itself.</param>
[ReasonKind("tried-again")]
public sealed record TaskRetried(Person? By = null) : Reason;

/// <summary>The plan requires an approval before the task starts.</summary>
public sealed record StartNeedsApproval : Reason;

/// <summary>The approval did not arrive in time.</summary>
public sealed record NotApprovedInTime : Reason;

/// <summary>The task's work was merged before the run was reset.</summary>
public sealed record MergedBeforeReset : Reason;

/// <summary>The task's work was only on a host that is gone.</summary>
/// <param name="Machine">The host.</param>
public sealed record LostWithMachine(MachineName Machine) : Reason;

/// <summary>The task's workflow ended without a report.</summary>
/// <param name="Because">The cause as known to the server, or null if unknown.</param>
public sealed record WorkflowEnded(Reason? Because) : Reason;

/// <summary>The server has no workflow for the task.</summary>
[ReasonKind("workflow-gone")]
public sealed record WorkflowMissing : Reason;

/// <summary>The task can't be started, because another execution of its workflow is open and does not end.</summary>
/// <param name="Workflow">Id of the workflow.</param>
[ReasonKind("still-open-elsewhere")]
public sealed record WorkflowStillOpen(string Workflow) : Reason;

/// <summary>The task's run has ended.</summary>
/// <param name="State">State of the run.</param>
public sealed record EndedWithRun(string State) : Reason;

/// <summary>A task of another run holds the required lease.</summary>
/// <param name="Path">The file, pattern or resource.</param>
/// <param name="Task">The other run and its task.</param>
/// <param name="IsWaiting">True if the other task is also waiting, earlier in line.</param>
public sealed record WaitsForLease(string Path, string Task, bool IsWaiting = false) : Reason;

/// <summary>A task of another run has held the required lease for a long time.</summary>
/// <param name="Wait">The lease that the task waits for.</param>
/// <param name="Since">Time at which the wait started.</param>
public sealed record WaitsLongForLease(WaitsForLease Wait, DateTimeOffset Since) : Reason;

/// <summary>The task's files and resources could not be leased.</summary>
/// <param name="Cause">The failure.</param>
[ReasonKind("lease-impossible")]
public sealed record LeaseFailed(Quote Cause) : Reason;

/// <summary>An activity of the task fails repeatedly and is retried.</summary>
/// <param name="Activity">Name of the activity.</param>
/// <param name="Failures">Number of failed attempts.</param>
/// <param name="Cause">The last failure.</param>
public sealed record StepFailing(string Activity, int Failures, Quote Cause) : Reason;

/// <summary>The task's merge waits until another task has resolved its conflict.</summary>
/// <param name="Task">The other task.</param>
/// <param name="Conflict">Conflict of this task's work.</param>
public sealed record WaitsForConflict(string Task, Quote Conflict) : Reason;

/// <summary>The task was divided into parts, which are tasks of the run.</summary>
/// <param name="Parts">Ids of the parts.</param>
[ReasonKind("divided")]
public sealed record TaskDivided(IReadOnlyList<string> Parts) : Reason;

/// <summary>The task was not divided.</summary>
/// <param name="Cause">The reason, or null if the agent's proposal is gone.</param>
[ReasonKind("not-divided")]
public sealed record TaskNotDivided(Quote? Cause) : Reason;

/// <summary>A remark about the task that does not change its state.</summary>
/// <param name="Text">Note of the agent run.</param>
public sealed record Noted(Quote Text) : Reason;

/// <summary>The run ends without this attempt at a task, because other attempts succeeded and the best one is picked.</summary>
/// <param name="Tasks">The successful tasks with the same text.</param>
/// <param name="Because">Reason why this attempt did not succeed.</param>
[ReasonKind("other-attempts-done")]
public sealed record OtherAttemptSucceeded(IReadOnlyList<string> Tasks, Reason? Because) : Reason;

/// <summary>The task was replaced by other tasks.</summary>
/// <param name="By">The user who requested the other tasks.</param>
[ReasonKind("replaced")]
public sealed record TaskReplaced(Person By) : Reason;

/// <summary>No other plan was made.</summary>
/// <param name="Because">The cause.</param>
[ReasonKind("no-other-plan")]
public sealed record NoNewPlan(Reason? Because) : Reason;

/// <summary>The other plan was made but not adopted.</summary>
/// <param name="Because">The cause.</param>
[ReasonKind("other-plan-not-taken")]
public sealed record NewPlanNotAdopted(Reason Because) : Reason;

/// <summary>The findings of a review are left to the tasks of another plan.</summary>
[ReasonKind("findings-for-other-plan")]
public sealed record FindingsLeftToReplan : Reason;

/// <summary>The reviewer reviews again, because a user has added commits.</summary>
public sealed record CommitsAdded : Reason;

/// <summary>The reviewer did not compare results where the evidence is inconclusive.</summary>
/// <param name="Why">The results that were not compared, each with the reason.</param>
[ReasonKind("not-compared")]
public sealed record ResultsNotCompared(IReadOnlyList<Quote> Why) : Reason;

/// <summary>The reviewer reviews again, because the last review was of another tree.</summary>
public sealed record ReviewOutdated : Reason;

/// <summary>The reviewer reviews again, because its findings are fixed.</summary>
[ReasonKind("findings-done")]
public sealed record FindingsFixed : Reason;

/// <summary>The reviewer reviews again, because more work was merged since the last review.</summary>
public sealed record MergedSinceReview : Reason;

/// <summary>A round of the review has ended.</summary>
/// <param name="Review">The review.</param>
/// <param name="Summary">Summary by the reviewer, or null for none.</param>
public sealed record ReviewConcluded(RunReview Review, Quote? Summary) : Reason;

/// <summary>The result of a round can't be read.</summary>
/// <param name="Cause">The failure.</param>
public sealed record ReviewUnreadable(Quote Cause) : Reason;

/// <summary>The reviewer does not accept the change, and a user decides.</summary>
/// <param name="Review">The review.</param>
/// <param name="IsLastRound">True if the maximum number of rounds is reached.</param>
/// <param name="Before">Number of findings in the previous round, if the number does not decrease; null if none was repaired, or without a
/// previous round.</param>
/// <param name="Summary">Summary by the reviewer.</param>
public sealed record ReviewRejected(RunReview Review, bool IsLastRound, int? Before, Quote Summary) : Reason;
