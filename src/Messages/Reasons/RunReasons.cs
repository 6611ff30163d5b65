namespace Orchestrator.Messages;

/// <summary>The run is waiting because no worker serves the repository yet.</summary>
/// <param name="Repository">Path or name of the repository that the run needs.</param>
/// <param name="Since">Time at which the wait started.</param>
[StatusReasonKind("waits-for-worker")]
public sealed record WaitingForWorkerReason(string Repository, DateTimeOffset Since) : Reason;

/// <summary>The input or the plan is invalid.</summary>
/// <param name="Faults">All faults that validation found.</param>
[StatusReasonKind("plan-faulty")]
public sealed record PlanInvalidReason(IReadOnlyList<VerbatimQuote> Faults) : Reason;

/// <summary>The planner is making the plan.</summary>
/// <param name="Agent">Name of the planner's agent.</param>
[StatusReasonKind("planner-plans")]
public sealed record PlannerWorkingReason(string Agent) : Reason;

/// <summary>The planner failed to make a plan, so a user has to decide.</summary>
/// <param name="Because">The cause, or null if unknown.</param>
[StatusReasonKind("no-plan-yet")]
public sealed record PlanningFailedReason(Reason? Because) : Reason;

/// <summary>The run is asking the planner again.</summary>
[StatusReasonKind("planner-asked-again")]
public sealed record PlannerRetriedReason : Reason;

/// <summary>The plan was read, so its tasks are now known.</summary>
/// <param name="Tasks">Number of tasks in the plan.</param>
/// <param name="Stored">Location of the stored plan, or null if the input contained the plan.</param>
[StatusReasonKind("plan-read")]
public sealed record PlanLoadedReason(int Tasks, VerbatimQuote? Stored = null) : Reason;

/// <summary>The planner's answer was stored.</summary>
/// <param name="Where">Location of the stored answer.</param>
[StatusReasonKind("plan-stored")]
public sealed record PlanStoredReason(VerbatimQuote Where) : Reason;

/// <summary>Preflight is checking git, the repository, agents and gates.</summary>
[StatusReasonKind("checks-start")]
public sealed record PreflightStartedReason : Reason;

/// <summary>Preflight found errors, so the run can't start.</summary>
/// <param name="Errors">Errors found by preflight, each with its remedy.</param>
[StatusReasonKind("not-ready")]
public sealed record PreflightFailedReason(IReadOnlyList<VerbatimQuote> Errors) : Reason;

/// <summary>A user has to approve the plan before it starts.</summary>
/// <param name="Tasks">Number of tasks if a planner made the plan, or null if a user made or approved it.</param>
/// <param name="Because">Risks of the plan, and remarks about the checkout.</param>
[StatusReasonKind("plan-needs-approval")]
public sealed record PlanNeedsApprovalReason(int? Tasks, IReadOnlyList<VerbatimQuote> Because) : Reason;

/// <summary>A user has to approve a new plan that replaces the current one.</summary>
/// <param name="Tasks">Ids of the new plan's tasks, or null if they are approved.</param>
/// <param name="Because">Risks of the new plan.</param>
[StatusReasonKind("other-plan-needs-approval")]
public sealed record NewPlanNeedsApprovalReason(IReadOnlyList<string>? Tasks, IReadOnlyList<VerbatimQuote> Because) : Reason;

/// <summary>A user rejected the plan.</summary>
/// <param name="By">User who rejected.</param>
[StatusReasonKind("plan-rejected")]
public sealed record PlanRejectedReason(DecidingUser By) : Reason;

/// <summary>The plan was not approved in time.</summary>
[StatusReasonKind("plan-not-approved-in-time")]
public sealed record PlanApprovalTimedOutReason : Reason;

/// <summary>A user cancelled the run.</summary>
/// <param name="By">User who cancelled.</param>
[StatusReasonKind("run-cancelled")]
public sealed record RunCanceledReason(DecidingUser By) : Reason
{
    /// <summary>True if merged work has not landed; null in records from earlier versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? HasUnlanded { get; init; }
}

/// <summary>A user aborted the run.</summary>
/// <param name="By">User who aborted.</param>
[StatusReasonKind("run-aborted")]
public sealed record RunAbortedReason(DecidingUser By) : Reason
{
    /// <summary>True if merged work has not landed; null in records from earlier versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? HasUnlanded { get; init; }
}

/// <summary>The run is ending.</summary>
/// <param name="Because">Reason for the end.</param>
[StatusReasonKind("ending")]
public sealed record RunIsEndingReason(Reason Because) : Reason;

/// <summary>Two reasons, the second of which follows from the first.</summary>
/// <param name="First">The reason that came first.</param>
/// <param name="Then">The reason that follows from the first.</param>
[StatusReasonKind("followed")]
public sealed record CompositeReason(Reason First, Reason Then) : Reason;

/// <summary>Work from earlier executions of the run's workflow could not be found.</summary>
/// <param name="Cause">Failure of the search.</param>
[StatusReasonKind("earlier-work-not-found")]
public sealed record EarlierWorkNotFoundReason(VerbatimQuote Cause) : Reason;

/// <summary>The end of the run could not be recorded completely.</summary>
/// <param name="Cause">Failure of the activity that records the end.</param>
[StatusReasonKind("end-not-recorded")]
public sealed record RunEndNotRecordedReason(VerbatimQuote Cause) : Reason;

/// <summary>The landed work of a cancelled run stays on the target, or the run's work could not be retained.</summary>
/// <param name="Where">Sentence that names the target or the location of the work, or the cause for which it could not be retained.</param>
[StatusReasonKind("work-kept")]
public sealed record RunWorkRetainedReason(VerbatimQuote Where) : Reason;

/// <summary>The staging branch is missing, and the target does not contain the work that was merged to that branch.</summary>
/// <param name="Target">Branch that the run lands on.</param>
[StatusReasonKind("staging-gone")]
public sealed record StagingBranchLostReason(string Target) : Reason;

/// <summary>The missing staging branch was recreated.</summary>
/// <param name="Found">Source from which the branch was recreated.</param>
[StatusReasonKind("staging-made")]
public sealed record StagingBranchRecreatedReason(VerbatimQuote Found) : Reason;

/// <summary>A reset of the run's workflow restarted the run.</summary>
[StatusReasonKind("begun-anew")]
public sealed record RunWorkflowResetReason : Reason;

/// <summary>A reset restarted the run, and the run has not recorded a new state since.</summary>
/// <param name="State">State of the run before the reset.</param>
[StatusReasonKind("begun-anew-untold")]
public sealed record NoRunStateRecordedSinceResetReason(string State) : Reason;

/// <summary>Accounts or hosts have outages, or activities fail repeatedly.</summary>
/// <param name="Run">Id of the run; null if no account or host has an outage.</param>
/// <param name="Open">Accounts and hosts with an outage.</param>
/// <param name="Steps">Activities that fail repeatedly.</param>
[StatusReasonKind("not-working")]
public sealed record OngoingOutagesReason(
    string? Run,
    IReadOnlyList<OutageStatus> Open,
    IReadOnlyList<ActivityFailingRepeatedlyReason> Steps
) : Reason;

/// <summary>Several tasks failed for the same reason.</summary>
/// <param name="Tasks">Number of failed tasks.</param>
/// <param name="Because">Cause of the last failure, or null if unknown.</param>
[StatusReasonKind("failed-alike")]
public sealed record TasksFailedAlikeReason(int Tasks, Reason? Because) : Reason;

/// <summary>The run has reached its time limit, so no more agents are started.</summary>
/// <param name="Until">Time limit of the run.</param>
[StatusReasonKind("run-limit-reached")]
public sealed record RunTimeLimitReachedReason(DateTimeOffset Until) : Reason;

/// <summary>A user raised a budget.</summary>
/// <param name="By">User who raised it.</param>
/// <param name="What">The budget and its new limit, as text.</param>
[StatusReasonKind("budget-raised")]
public sealed record BudgetRaisedReason(DecidingUser By, VerbatimQuote What) : Reason;

/// <summary>No more tasks can run, because some tasks did not succeed.</summary>
/// <param name="Tasks">Ids of the tasks that did not succeed.</param>
/// <param name="Then">Reason from the last attempt to continue, or null if there was no attempt.</param>
[StatusReasonKind("nothing-can-run")]
public sealed record NoTaskCanRunReason(IReadOnlyList<string> Tasks, Reason? Then = null) : Reason
{
    /// <summary>True if merged work has not landed; null in records from earlier versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? HasUnlanded { get; init; }
}

/// <summary>The run is inspecting a user's commits.</summary>
/// <param name="By">User who made the commits.</param>
/// <param name="Branch">Branch with the commits.</param>
[StatusReasonKind("looks-at-commits")]
public sealed record InspectingUserCommitsReason(DecidingUser By, string Branch) : Reason;

/// <summary>The run is verifying a user's commits with the gates of the whole run.</summary>
/// <param name="By">User who made the commits.</param>
/// <param name="Commits">Commits that are being verified.</param>
[StatusReasonKind("gates-on-commits")]
public sealed record VerifyingUserCommitsReason(DecidingUser By, UserCommitSummary Commits) : Reason;

/// <summary>The run did not accept a user's commits.</summary>
/// <param name="Cause">Explanation from the activity that checked the commits.</param>
[StatusReasonKind("commits-not-taken")]
public sealed record UserCommitsRejectedReason(VerbatimQuote Cause) : Reason;

/// <summary>All work that is to land has been merged.</summary>
/// <param name="Review">Result of the review, or null if the run has no review.</param>
[StatusReasonKind("ready-to-land")]
public sealed record RunReadyToLandReason(RunReviewStatus? Review) : Reason;

/// <summary>The run is landing its merged tasks because a user requested it; the other tasks stay open.</summary>
[StatusReasonKind("lands-part")]
public sealed record PartialLandingStartedReason : Reason;

/// <summary>The run's work is on the target, or on a separate branch from which it can be landed.</summary>
/// <param name="Where">Description of the landing, from the activity that landed.</param>
[StatusReasonKind("run-landed")]
public sealed record RunLandedReason(VerbatimQuote Where) : Reason;

/// <summary>The run merges nothing and retains each task's work on a separate branch, as the setting <c>git.land</c> requires.</summary>
/// <param name="Tasks">Ids of the tasks with such a branch.</param>
[StatusReasonKind("branches-kept")]
public sealed record TaskBranchesRetainedReason(IReadOnlyList<string> Tasks) : Reason;

/// <summary>The landing of the run's work was refused.</summary>
/// <param name="Cause">Explanation from the activity that refused to land.</param>
[StatusReasonKind("not-landed")]
public sealed record RunNotLandedReason(VerbatimQuote Cause) : Reason
{
    /// <summary>
    /// True if the staging branch lacks some of the run's work. The run then lands only if a user accepts the lost changes.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LosesWork { get; init; }

    /// <inheritdoc cref="LandResult.RenamedTo"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Branch { get; init; }

    /// <summary>Returns the refused landing that a reason contains, or null if there is none.</summary>
    /// <param name="why">Reason to search; may be null.</param>
    public static RunNotLandedReason? In(Reason? why) =>
        why switch
        {
            RunNotLandedReason refusal => refusal,
            RunNotPromotedInTimeReason overdue => In(overdue.Because),
            EscalationResolutionRefusedReason refused => In(refused.Before),
            NoTaskCanRunReason open => In(open.Then),
            _ => null,
        };
}

/// <summary>No user promoted the run (that is, requested another landing) within the time limit.</summary>
/// <param name="Because">Reason why the run needed a user.</param>
[StatusReasonKind("not-promoted-in-time")]
public sealed record RunNotPromotedInTimeReason(Reason Because) : Reason;

/// <summary>A user tried to resolve an escalation or a refused landing, but the run could not accept the resolution.</summary>
/// <param name="Refusal">Reason for the refusal.</param>
/// <param name="Before">Reason why the run needed a user before the resolution.</param>
[StatusReasonKind("way-out-refused")]
public sealed record EscalationResolutionRefusedReason(Reason Refusal, Reason Before) : Reason;

/// <summary>The run could not register with the repository's lease workflow.</summary>
/// <param name="Cause">Failure of the attempt to join.</param>
[StatusReasonKind("leases-not-joined")]
public sealed record LeaseWorkflowJoinFailedReason(VerbatimQuote Cause) : Reason;

/// <summary>The merge queue's workflow ended, and another one has taken over.</summary>
/// <param name="Cause">Failure of the ended merge queue.</param>
[StatusReasonKind("train-ended")]
public sealed record MergeQueueWorkflowReplacedReason(VerbatimQuote Cause) : Reason;

/// <summary>A message for users from the merge queue.</summary>
/// <param name="Text">Text of the note.</param>
[StatusReasonKind("train-noted")]
public sealed record MergeQueueMessageForUserReason(VerbatimQuote Text) : Reason;

/// <summary>A message to the run was dropped.</summary>
/// <param name="Cause">Content of the message, and the reason why it was dropped.</param>
[StatusReasonKind("message-dropped")]
public sealed record WorkflowMessageDroppedReason(VerbatimQuote Cause) : Reason;

/// <summary>The planner made another plan for the run.</summary>
/// <param name="Replan">State of the replanning.</param>
[StatusReasonKind("other-plan-made")]
public sealed record NewPlanMadeReason(RunReplanStatus Replan) : Reason;

/// <summary>A user overruled the review.</summary>
/// <param name="Review">Result of the review.</param>
[StatusReasonKind("review-overruled")]
public sealed record ReviewOverruledReason(RunReviewStatus Review) : Reason;

/// <summary>The execution of a workflow has failed.</summary>
/// <param name="Cause">The failure, as reported by the server.</param>
[StatusReasonKind("execution-failed")]
public sealed record WorkflowFailedReason(VerbatimQuote Cause) : Reason;

/// <summary>A workflow was terminated by someone or something other than the run.</summary>
/// <param name="Identity">Identity of that client; empty if it gave none.</param>
/// <param name="Words">Reason given by that client, or null if none was given.</param>
[StatusReasonKind("terminated-by")]
public sealed record WorkflowTerminatedReason(string Identity, VerbatimQuote? Words) : Reason;

/// <summary>The run's workflow continued as new, but the new execution no longer exists.</summary>
[StatusReasonKind("continuation-gone")]
public sealed record ContinuedAsNewExecutionLostReason : Reason;

/// <summary>A workflow has timed out.</summary>
[StatusReasonKind("workflow-timed-out")]
public sealed record WorkflowTimedOutReason : Reason;

/// <summary>A tool other than <c>orchestrate</c> cancelled the workflow.</summary>
[StatusReasonKind("cancelled-by-server")]
public sealed record WorkflowCanceledExternallyReason : Reason;

/// <summary>A user reverted the landing.</summary>
/// <param name="How">Description of the revert, from the activity.</param>
/// <param name="Kept">Ref or branch that contains the retained work.</param>
[StatusReasonKind("landing-taken-back")]
public sealed record LandingRevertedReason(VerbatimQuote How, string Kept) : Reason;

/// <summary>A message between agents of the run, or between agents and users.</summary>
/// <param name="Message">The message, as one line.</param>
[StatusReasonKind("mailed")]
public sealed record AgentMailSentReason(VerbatimQuote Message) : Reason;

/// <summary>Notices about the run could not be sent.</summary>
/// <param name="Problem">Explanation from the notification channels.</param>
[StatusReasonKind("people-not-told")]
public sealed record NoticesNotSentReason(VerbatimQuote Problem) : Reason;
