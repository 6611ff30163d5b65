namespace Orchestrator.Messages;

/// <summary>The task is not part of the work requested from this run.</summary>
[StatusReasonKind("not-asked-for")]
public sealed record TaskNotSelectedForRunReason : Reason;

/// <summary>A dependency of the task did not succeed.</summary>
/// <param name="Task">Id of the dependency.</param>
/// <param name="State">State of the dependency.</param>
[StatusReasonKind("dependency-ended")]
public sealed record TaskDependencyFailedReason(string Task, string State) : Reason;

/// <summary>A dependency was restarted after its failure had caused this task to be skipped. This task is now pending again.</summary>
/// <param name="Task">Id of the dependency.</param>
[StatusReasonKind("dependency-goes-on")]
public sealed record FailedDependencyResumedReason(string Task) : Reason;

/// <summary>The task is being retried.</summary>
/// <param name="By">The user who requested the retry, or null for the run itself.</param>
[StatusReasonKind("tried-again")]
public sealed record TaskRetriedReason(DecidingUser? By = null) : Reason;

/// <summary>The plan requires an approval before the task starts.</summary>
[StatusReasonKind("start-needs-approval")]
public sealed record TaskStartNeedsApprovalReason : Reason;

/// <summary>The requested approval was not given within the time limit.</summary>
[StatusReasonKind("not-approved-in-time")]
public sealed record ApprovalTimedOutReason : Reason;

/// <summary>The task's work was merged before the run was reset.</summary>
[StatusReasonKind("merged-before-reset")]
public sealed record TaskMergedBeforeRunResetReason : Reason;

/// <summary>The task's work is lost, because it existed only on a host that is permanently unavailable.</summary>
/// <param name="Machine">Host that is gone.</param>
[StatusReasonKind("lost-with-machine")]
public sealed record TaskWorkLostWithHostReason(MachineName Machine) : Reason;

/// <summary>The task's workflow ended without reporting to the run.</summary>
/// <param name="Because">The cause as known to the server, or null if unknown.</param>
[StatusReasonKind("workflow-ended")]
public sealed record TaskWorkflowEndedSilentlyReason(Reason? Because) : Reason;

/// <summary>The server has no workflow for the task.</summary>
[StatusReasonKind("workflow-gone")]
public sealed record TaskWorkflowMissingReason : Reason;

/// <summary>The task can't start, because another execution of its workflow is still open and does not close.</summary>
/// <param name="Workflow">Id of the workflow.</param>
[StatusReasonKind("still-open-elsewhere")]
public sealed record TaskWorkflowStillOpenReason(string Workflow) : Reason;

/// <summary>The task ended because its run has ended.</summary>
/// <param name="State">State of the run.</param>
[StatusReasonKind("ended-with-run")]
public sealed record TaskEndedWithRunReason(string State) : Reason;

/// <summary>A task of another run holds a lease that this task needs, or has requested that lease earlier.</summary>
/// <param name="Path">Contested file, pattern or resource.</param>
/// <param name="Task">Run and task that hold the lease or wait ahead.</param>
/// <param name="IsWaiting">True if the other task also waits, ahead of this one.</param>
[StatusReasonKind("waits-for-lease")]
public sealed record WaitingForLeaseReason(string Path, string Task, bool IsWaiting = false) : Reason;

/// <summary>A task of another run has held the required lease for a long time.</summary>
/// <param name="Wait">The lease that the task waits for.</param>
/// <param name="Since">Time at which the wait started.</param>
[StatusReasonKind("waits-long-for-lease")]
public sealed record WaitingLongForLeaseReason(WaitingForLeaseReason Wait, DateTimeOffset Since) : Reason;

/// <summary>No lease could be obtained for the task's files and resources.</summary>
/// <param name="Cause">Failure of the lease request.</param>
[StatusReasonKind("lease-impossible")]
public sealed record LeaseRequestFailedReason(VerbatimQuote Cause) : Reason;

/// <summary>An activity of the run fails repeatedly and is being retried.</summary>
/// <param name="Activity">Name of the activity.</param>
/// <param name="Failures">Number of failed attempts.</param>
/// <param name="Cause">Failure of the last attempt.</param>
[StatusReasonKind("step-failing")]
public sealed record ActivityFailingRepeatedlyReason(string Activity, int Failures, VerbatimQuote Cause) : Reason;

/// <summary>
/// The task's work conflicts with the staging branch, and its merge is waiting until another task has resolved its own conflict.
/// </summary>
/// <param name="Task">Id of the other task.</param>
/// <param name="Conflict">Conflict that this task's work has.</param>
[StatusReasonKind("waits-for-conflict")]
public sealed record WaitingForConflictReason(string Task, VerbatimQuote Conflict) : Reason;

/// <summary>The task was divided into smaller tasks of the same run.</summary>
/// <param name="Parts">Ids of the parts.</param>
[StatusReasonKind("divided")]
public sealed record TaskDividedReason(IReadOnlyList<string> Parts) : Reason;

/// <summary>The task was not divided.</summary>
/// <param name="Cause">Reason for the decision, or null if the agent's proposal no longer exists.</param>
[StatusReasonKind("not-divided")]
public sealed record TaskNotDividedReason(VerbatimQuote? Cause) : Reason;

/// <summary>A remark about the task that does not change its state.</summary>
/// <param name="Text">Remark from the agent run.</param>
[StatusReasonKind("noted")]
public sealed record TaskRemarkForUserReason(VerbatimQuote Text) : Reason;

/// <summary>This task did not succeed, but the run can end without it, because other tasks with the same description succeeded.</summary>
/// <param name="Tasks">Ids of the successful tasks with the same text.</param>
/// <param name="Because">Reason why this attempt did not succeed.</param>
[StatusReasonKind("other-attempts-done")]
public sealed record IdenticalTaskSucceededReason(IReadOnlyList<string> Tasks, Reason? Because) : Reason;

/// <summary>The task was replaced by other tasks.</summary>
/// <param name="By">The user who requested the other tasks.</param>
[StatusReasonKind("replaced")]
public sealed record TaskReplacedReason(DecidingUser By) : Reason;

/// <summary>The planner did not make another plan.</summary>
/// <param name="Because">Reason why there is no plan, or null if unknown.</param>
[StatusReasonKind("no-other-plan")]
public sealed record NewPlanNotMadeReason(Reason? Because) : Reason;

/// <summary>The planner made another plan, but the run did not adopt it.</summary>
/// <param name="Because">Reason why the plan was not adopted.</param>
[StatusReasonKind("other-plan-not-taken")]
public sealed record NewPlanNotAdoptedReason(Reason Because) : Reason;

/// <summary>The findings of a review will be fixed by the tasks of another plan.</summary>
[StatusReasonKind("findings-for-other-plan")]
public sealed record FindingsLeftToNewPlanReason : Reason;

/// <summary>The reviewer reviews again, because a user has added commits.</summary>
[StatusReasonKind("commits-added")]
public sealed record NewReviewForUserCommitsReason : Reason;

/// <summary>
/// The reviewer was not asked to compare the results of tasks with the same description, although the results are equally good according to
/// the evidence.
/// </summary>
/// <param name="Why">The results that were not compared, each with the reason.</param>
[StatusReasonKind("not-compared")]
public sealed record TaskResultsNotComparedReason(IReadOnlyList<VerbatimQuote> Why) : Reason;

/// <summary>The reviewer reviews again, because the last review covered a different state of the files.</summary>
[StatusReasonKind("review-outdated")]
public sealed record NewReviewForChangedFilesReason : Reason;

/// <summary>The reviewer reviews again, because its findings have been fixed.</summary>
[StatusReasonKind("findings-done")]
public sealed record NewReviewForFixedFindingsReason : Reason;

/// <summary>The reviewer reviews again, because more work has been merged since the last review.</summary>
[StatusReasonKind("merged-since-review")]
public sealed record NewReviewForMergedWorkReason : Reason;

/// <summary>A review round has ended.</summary>
/// <param name="Review">Result of the review.</param>
/// <param name="Summary">Reviewer's summary, or null if there is none.</param>
[StatusReasonKind("review-concluded")]
public sealed record ReviewRoundConcludedReason(RunReviewStatus Review, VerbatimQuote? Summary) : Reason;

/// <summary>The result of a review round can't be read.</summary>
/// <param name="Cause">Failure of the activity that reads the result.</param>
[StatusReasonKind("review-unreadable")]
public sealed record ReviewResultUnreadableReason(VerbatimQuote Cause) : Reason;

/// <summary>The reviewer does not accept the change, and a user decides.</summary>
/// <param name="Review">Result of the review.</param>
/// <param name="IsLastRound">True if the maximum number of rounds is reached.</param>
/// <param name="Before">Number of findings in the previous round, if it has not decreased since then. Null if no finding was fixed, or if
/// there is no previous round.</param>
/// <param name="Summary">Summary by the reviewer.</param>
[StatusReasonKind("review-rejected")]
public sealed record ChangeRejectedByReviewerReason(RunReviewStatus Review, bool IsLastRound, int? Before, VerbatimQuote Summary) : Reason;
