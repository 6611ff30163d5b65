namespace Orchestrator.Messages;

/// <summary>The run is waiting because no worker serves the repository yet.</summary>
/// <param name="Repository">Path or name of the repository that the run needs.</param>
/// <param name="Since">Time at which the wait started.</param>
public sealed record WaitsForWorker(string Repository, DateTimeOffset Since) : Reason;

/// <summary>The input or the plan is invalid.</summary>
/// <param name="Faults">All faults that validation found.</param>
[ReasonKind("plan-faulty")]
public sealed record PlanInvalid(IReadOnlyList<Quote> Faults) : Reason;

/// <summary>The planner is making the plan.</summary>
/// <param name="Agent">Name of the planner's agent.</param>
[ReasonKind("planner-plans")]
public sealed record PlannerWorking(string Agent) : Reason;

/// <summary>The planner failed to make a plan, so a user has to decide.</summary>
/// <param name="Because">The cause, or null if unknown.</param>
[ReasonKind("no-plan-yet")]
public sealed record PlanMissing(Reason? Because) : Reason;

/// <summary>The run is asking the planner again.</summary>
[ReasonKind("planner-asked-again")]
public sealed record PlannerRetried : Reason;

/// <summary>The plan was read, so its tasks are now known.</summary>
/// <param name="Tasks">Number of tasks in the plan.</param>
/// <param name="Stored">Location of the stored plan, or null if the input contained the plan.</param>
public sealed record PlanRead(int Tasks, Quote? Stored = null) : Reason;

/// <summary>The planner's answer was stored.</summary>
/// <param name="Where">Location of the stored answer.</param>
public sealed record PlanStored(Quote Where) : Reason;

/// <summary>Preflight is checking git, the repository, agents and gates.</summary>
[ReasonKind("checks-start")]
public sealed record PreflightStarted : Reason;

/// <summary>Preflight found errors, so the run can't start.</summary>
/// <param name="Errors">Errors found by preflight, each with its remedy.</param>
[ReasonKind("not-ready")]
public sealed record PreflightFailed(IReadOnlyList<Quote> Errors) : Reason;

/// <summary>A user has to approve the plan before it starts.</summary>
/// <param name="Tasks">Number of tasks if a planner made the plan, or null if a user made or approved it.</param>
/// <param name="Because">Risks of the plan, and remarks about the checkout.</param>
public sealed record PlanNeedsApproval(int? Tasks, IReadOnlyList<Quote> Because) : Reason;

/// <summary>A user has to approve a new plan that replaces the current one.</summary>
/// <param name="Tasks">Ids of the new plan's tasks, or null if they are approved.</param>
/// <param name="Because">Risks of the new plan.</param>
[ReasonKind("other-plan-needs-approval")]
public sealed record NewPlanNeedsApproval(IReadOnlyList<string>? Tasks, IReadOnlyList<Quote> Because) : Reason;

/// <summary>A user rejected the plan.</summary>
/// <param name="By">User who rejected.</param>
public sealed record PlanRejected(Person By) : Reason;

/// <summary>The plan was not approved in time.</summary>
public sealed record PlanNotApprovedInTime : Reason;

/// <summary>A user cancelled the run.</summary>
/// <param name="By">User who cancelled.</param>
public sealed record RunCancelled(Person By) : Reason
{
    /// <summary>True if merged work has not landed; null in records from earlier versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? HasUnlanded { get; init; }
}

/// <summary>A user aborted the run.</summary>
/// <param name="By">User who aborted.</param>
public sealed record RunAborted(Person By) : Reason
{
    /// <summary>True if merged work has not landed; null in records from earlier versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? HasUnlanded { get; init; }
}

/// <summary>The run is ending.</summary>
/// <param name="Because">Reason for the end.</param>
[ReasonKind("ending")]
public sealed record RunIsEnding(Reason Because) : Reason;

/// <summary>Two reasons, the second of which follows from the first.</summary>
/// <param name="First">The reason that came first.</param>
/// <param name="Then">The reason that follows from the first.</param>
[ReasonKind("followed")]
public sealed record ReasonSequence(Reason First, Reason Then) : Reason;

/// <summary>Work from earlier executions of the run's workflow could not be found.</summary>
/// <param name="Cause">Failure of the search.</param>
public sealed record EarlierWorkNotFound(Quote Cause) : Reason;

/// <summary>The end of the run could not be recorded completely.</summary>
/// <param name="Cause">Failure of the activity that records the end.</param>
public sealed record EndNotRecorded(Quote Cause) : Reason;

/// <summary>The work of a cancelled run is retained under a ref or branch.</summary>
/// <param name="Where">Ref or branch that contains the work.</param>
[ReasonKind("work-kept")]
public sealed record WorkRetained(Quote Where) : Reason;

/// <summary>The staging branch no longer exists, and work that was merged to it is not on the target.</summary>
/// <param name="Target">Branch that the run lands on.</param>
[ReasonKind("staging-gone")]
public sealed record StagingBranchLost(string Target) : Reason;

/// <summary>The missing staging branch was recreated.</summary>
/// <param name="Found">Source from which the branch was recreated.</param>
[ReasonKind("staging-made")]
public sealed record StagingBranchRecreated(Quote Found) : Reason;

/// <summary>A reset of the run's workflow restarted the run.</summary>
[ReasonKind("begun-anew")]
public sealed record RunWasReset : Reason;

/// <summary>A reset restarted the run, which has not recorded a new state since then.</summary>
/// <param name="State">State of the run before the reset.</param>
[ReasonKind("begun-anew-untold")]
public sealed record ResetNotRecorded(string State) : Reason;

/// <summary>Accounts or hosts have outages, or activities fail repeatedly.</summary>
/// <param name="Run">Id of the run; null if no account or host has an outage.</param>
/// <param name="Open">Accounts and hosts with an outage.</param>
/// <param name="Steps">Activities that fail repeatedly.</param>
[ReasonKind("not-working")]
public sealed record OutagesReported(string? Run, IReadOnlyList<OutageStatus> Open, IReadOnlyList<StepFailing> Steps) : Reason;

/// <summary>Several tasks failed for the same reason.</summary>
/// <param name="Tasks">Number of failed tasks.</param>
/// <param name="Because">Cause of the last failure, or null if unknown.</param>
[ReasonKind("failed-alike")]
public sealed record SameFailureRepeated(int Tasks, Reason? Because) : Reason;

/// <summary>The run has reached its time limit, so no more agents are started.</summary>
/// <param name="Until">Time limit of the run.</param>
public sealed record RunLimitReached(DateTimeOffset Until) : Reason;

/// <summary>A user raised a budget.</summary>
/// <param name="By">User who raised it.</param>
/// <param name="What">The budget and its new limit, as text.</param>
public sealed record BudgetRaised(Person By, Quote What) : Reason;

/// <summary>No more tasks can run, because some tasks did not succeed.</summary>
/// <param name="Tasks">Ids of the tasks that did not succeed.</param>
/// <param name="Then">Reason from the last attempt to continue, or null if there was no attempt.</param>
public sealed record NothingCanRun(IReadOnlyList<string> Tasks, Reason? Then = null) : Reason
{
    /// <summary>True if merged work has not landed; null in records from earlier versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? HasUnlanded { get; init; }
}

/// <summary>The run is inspecting a user's commits.</summary>
/// <param name="By">User who made the commits.</param>
/// <param name="Branch">Branch with the commits.</param>
[ReasonKind("looks-at-commits")]
public sealed record CommitsInspected(Person By, string Branch) : Reason;

/// <summary>The run is verifying a user's commits with the gates of the whole run.</summary>
/// <param name="By">User who made the commits.</param>
/// <param name="Commits">Commits that are being verified.</param>
[ReasonKind("gates-on-commits")]
public sealed record CommitsBeingVerified(Person By, UserCommits Commits) : Reason;

/// <summary>The run did not accept a user's commits.</summary>
/// <param name="Cause">Explanation from the activity that checked the commits.</param>
[ReasonKind("commits-not-taken")]
public sealed record CommitsRejected(Quote Cause) : Reason;

/// <summary>All work that should land is merged.</summary>
/// <param name="Review">Result of the review, or null if the run has no review.</param>
public sealed record ReadyToLand(RunReview? Review) : Reason;

/// <summary>The merged tasks are landing because a user requested it; the other tasks stay open.</summary>
[ReasonKind("lands-part")]
public sealed record MergedTasksLanding : Reason;

/// <summary>The run's work is on the target, or on a separate branch from which it can be landed.</summary>
/// <param name="Where">Description of the landing, from the activity that landed.</param>
public sealed record RunLanded(Quote Where) : Reason;

/// <summary>The run retains each task's work on a separate branch and merges nothing, because the user requested branches.</summary>
/// <param name="Tasks">Ids of the tasks with such a branch.</param>
[ReasonKind("branches-kept")]
public sealed record BranchesRetained(IReadOnlyList<string> Tasks) : Reason;

/// <summary>The run's work could not land, because the landing was refused.</summary>
/// <param name="Cause">Explanation from the activity that refused to land.</param>
public sealed record NotLanded(Quote Cause) : Reason
{
    /// <summary>True if staging lacks work of the run. Landing then requires a user to accept the lost changes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LosesWork { get; init; }

    /// <inheritdoc cref="LandResult.RenamedTo"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Branch { get; init; }

    /// <summary>Returns the refused landing that is part of a reason, or null if there is none.</summary>
    /// <param name="why">Reason to search; may be null.</param>
    public static NotLanded? In(Reason? why) =>
        why switch
        {
            NotLanded refusal => refusal,
            NotPromotedInTime overdue => In(overdue.Because),
            ResolutionRefused refused => In(refused.Before),
            NothingCanRun open => In(open.Then),
            _ => null,
        };
}

/// <summary>No user promoted the run (repeated its landing) before the time limit.</summary>
/// <param name="Because">Reason why the run needed a user.</param>
public sealed record NotPromotedInTime(Reason Because) : Reason;

/// <summary>A user tried to resolve the problem for which the run was waiting for a user, but the run refused the attempt.</summary>
/// <param name="Refusal">Reason for the refusal.</param>
/// <param name="Before">Reason why the run needed a user before the resolution.</param>
[ReasonKind("way-out-refused")]
public sealed record ResolutionRefused(Reason Refusal, Reason Before) : Reason;

/// <summary>The run could not register with the repository's lease workflow.</summary>
/// <param name="Cause">Failure of the attempt to join.</param>
[ReasonKind("leases-not-joined")]
public sealed record LeaseJoinFailed(Quote Cause) : Reason;

/// <summary>The workflow of the merge queue ended, and another one has taken over its work.</summary>
/// <param name="Cause">Failure of the ended merge queue.</param>
[ReasonKind("train-ended")]
public sealed record MergeQueueReplaced(Quote Cause) : Reason;

/// <summary>A message for users from the merge queue.</summary>
/// <param name="Text">Text of the note.</param>
[ReasonKind("train-noted")]
public sealed record MergeQueueNote(Quote Text) : Reason;

/// <summary>A message to the run was dropped.</summary>
/// <param name="Cause">Content of the message, and the reason why it was dropped.</param>
public sealed record MessageDropped(Quote Cause) : Reason;

/// <summary>The planner made another plan for the run.</summary>
/// <param name="Replan">State of the replanning.</param>
[ReasonKind("other-plan-made")]
public sealed record NewPlanMade(RunReplan Replan) : Reason;

/// <summary>A user overruled the review.</summary>
/// <param name="Review">Result of the review.</param>
public sealed record ReviewOverruled(RunReview Review) : Reason;

/// <summary>The execution of a workflow has failed.</summary>
/// <param name="Cause">The failure, as reported by the server.</param>
public sealed record ExecutionFailed(Quote Cause) : Reason;

/// <summary>A workflow was terminated by someone or something other than the run.</summary>
/// <param name="Identity">Identity of that client; empty if it gave none.</param>
/// <param name="Words">Reason given by that client, or null if none was given.</param>
public sealed record TerminatedBy(string Identity, Quote? Words) : Reason;

/// <summary>The run's workflow continued as new, but the new execution no longer exists.</summary>
[ReasonKind("continuation-gone")]
public sealed record ContinuationLost : Reason;

/// <summary>A workflow has timed out.</summary>
public sealed record WorkflowTimedOut : Reason;

/// <summary>A tool other than <c>orchestrate</c> cancelled the workflow.</summary>
[ReasonKind("cancelled-by-server")]
public sealed record CancelledByTool : Reason;

/// <summary>A user reverted the landing.</summary>
/// <param name="How">Description of the revert, from the activity.</param>
/// <param name="Kept">Ref or branch that contains the retained work.</param>
[ReasonKind("landing-taken-back")]
public sealed record LandingRevertedBy(Quote How, string Kept) : Reason;

/// <summary>A message between agents of the run, or between agents and users.</summary>
/// <param name="Message">The message, as one line.</param>
[ReasonKind("mailed")]
public sealed record MailSent(Quote Message) : Reason;

/// <summary>Notifications about the run could not be sent.</summary>
/// <param name="Problem">Explanation from the notification channels.</param>
[ReasonKind("people-not-told")]
public sealed record NoticesNotSent(Quote Problem) : Reason;
