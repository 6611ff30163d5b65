using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>A user gave the approval that was requested.</summary>
/// <param name="By">User who approved.</param>
[StatusReasonKind("approved")]
public sealed record ApprovedByUserReason(DecidingUser By) : Reason;

/// <summary>A user refused the approval that was requested.</summary>
/// <param name="By">User who rejected.</param>
[StatusReasonKind("rejected")]
public sealed record ApprovalDeniedByUserReason(DecidingUser By) : Reason;

/// <summary>A user cancelled the run or task.</summary>
/// <param name="By">User who cancelled.</param>
[StatusReasonKind("cancelled-by")]
public sealed record CanceledByUserReason(DecidingUser By) : Reason;

/// <summary>A user requested that the waiting task continue.</summary>
/// <param name="By">User who resumed, with guidance for the agent.</param>
[StatusReasonKind("told-to-go-on")]
public sealed record ContinuedByUserReason(DecidingUser By) : Reason;

/// <summary>A user added tasks to the run.</summary>
/// <param name="Tasks">Ids of the added tasks.</param>
/// <param name="By">User who added the tasks.</param>
[StatusReasonKind("tasks-added")]
public sealed record TasksAddedReason(IReadOnlyList<string> Tasks, DecidingUser By) : Reason;

/// <summary>A user skipped the task, so it counts as done without changes.</summary>
/// <param name="By">User who skipped the task.</param>
[StatusReasonKind("waived-by")]
public sealed record TaskSkippedByUserReason(DecidingUser By) : Reason;

/// <summary>A user resolved the task with commits that pass the gates of the whole run.</summary>
/// <param name="By">User who made the commits.</param>
/// <param name="Commits">User's commits.</param>
/// <param name="Gates">Verdict of the gates of the whole run, or null if no gates were run.</param>
[StatusReasonKind("resolved-by")]
public sealed record TaskResolvedByUserReason(DecidingUser By, UserCommitSummary Commits, GateSummary? Gates) : Reason;

/// <summary>A user's commits on a branch of the run.</summary>
/// <param name="Count">Number of commits.</param>
/// <param name="Branch">Name of the branch.</param>
/// <param name="Summary">Summary of the commits from git.</param>
public sealed record UserCommitSummary(int Count, string Branch, VerbatimQuote Summary)
{
    /// <inheritdoc/>
    public override string ToString() => StatusReasonFormatter.Of(this);
}

/// <summary>A user requested another plan.</summary>
/// <param name="By">User who requested it, or null if another reason names the user.</param>
[StatusReasonKind("other-plan-asked-for")]
public sealed record ReplanRequestedReason(DecidingUser? By = null) : Reason;

/// <summary>A user paused the run or task.</summary>
[StatusReasonKind("paused-by-person")]
public sealed record PausedByUserReason : Reason;

/// <summary>A user resumed the run.</summary>
[StatusReasonKind("resumed-by-person")]
public sealed record ResumedByUserReason : Reason;

/// <summary>A user requested the landing.</summary>
/// <param name="By">User who requested it.</param>
[StatusReasonKind("promoted-by")]
public sealed record LandingRequestedReason(DecidingUser By) : Reason;

/// <summary>A user requested that the task be merged before all other waiting tasks.</summary>
/// <param name="By">User who requested it.</param>
[StatusReasonKind("merged-next-for")]
public sealed record MergePriorityRequestedReason(DecidingUser By) : Reason;

/// <summary>A user requested the landing of the merged tasks.</summary>
/// <param name="By">User who requested it.</param>
[StatusReasonKind("land-merged-asked-by")]
public sealed record PartialLandingRequestedReason(DecidingUser By) : Reason;

/// <summary>An approver's decision on whether the plan may start.</summary>
/// <param name="Accepted">True if the plan may start.</param>
/// <param name="By">User who decided.</param>
[StatusReasonKind("plan-answered")]
public sealed record PlanApprovalDecidedReason(bool Accepted, DecidingUser By) : Reason;

/// <summary>A user answered an escalation by aborting the run.</summary>
/// <param name="By">User who aborted.</param>
[StatusReasonKind("abort-asked-by")]
public sealed record RunAbortRequestedReason(DecidingUser By) : Reason;

/// <summary>A user moved the run to another host.</summary>
/// <param name="From">Host that owned the run before.</param>
/// <param name="To">Host that owns the run now.</param>
/// <param name="By">User who moved the run.</param>
[StatusReasonKind("moved-to-machine")]
public sealed record RunMovedToHostReason(MachineName From, MachineName To, DecidingUser By) : Reason;
