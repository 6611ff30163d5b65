using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>Approved by a user.</summary>
/// <param name="By">User who approved.</param>
public sealed record Approved(Person By) : Reason;

/// <summary>Rejected by a user.</summary>
/// <param name="By">User who rejected.</param>
public sealed record Rejected(Person By) : Reason;

/// <summary>Cancelled by a user.</summary>
/// <param name="By">User who cancelled.</param>
[ReasonKind("cancelled-by")]
public sealed record CancelledByUser(Person By) : Reason;

/// <summary>A user told the run or task to continue.</summary>
/// <param name="By">User who resumed, with guidance for the agent.</param>
[ReasonKind("told-to-go-on")]
public sealed record ContinuedByUser(Person By) : Reason;

/// <summary>A user added tasks to the run.</summary>
/// <param name="Tasks">Ids of the added tasks.</param>
/// <param name="By">User who added the tasks.</param>
public sealed record TasksAdded(IReadOnlyList<string> Tasks, Person By) : Reason;

/// <summary>A user skipped the task, which counts as done without changes.</summary>
/// <param name="By">User who skipped the task.</param>
[ReasonKind("waived-by")]
public sealed record TaskWaivedBy(Person By) : Reason;

/// <summary>A user resolved the task with commits that pass the gates of the whole run.</summary>
/// <param name="By">User who made the commits.</param>
/// <param name="Commits">User's commits.</param>
/// <param name="Gates">Verdict of the gates of the whole run, or null if no gates were run.</param>
[ReasonKind("resolved-by")]
public sealed record TaskResolvedByUser(Person By, UserCommits Commits, GateSummary? Gates) : Reason;

/// <summary>A user's commits on a branch of the run.</summary>
/// <param name="Count">Number of commits.</param>
/// <param name="Branch">Name of the branch.</param>
/// <param name="Summary">Summary of the commits from git.</param>
public sealed record UserCommits(int Count, string Branch, Quote Summary)
{
    /// <inheritdoc/>
    public override string ToString() => ReasonText.Of(this);
}

/// <summary>A user requested another plan.</summary>
/// <param name="By">User who requested it, or null if another reason names the user.</param>
[ReasonKind("other-plan-asked-for")]
public sealed record ReplanRequestedBy(Person? By = null) : Reason;

/// <summary>Paused by a user.</summary>
public sealed record PausedByPerson : Reason;

/// <summary>Resumed by a user.</summary>
public sealed record ResumedByPerson : Reason;

/// <summary>A user requested the landing.</summary>
/// <param name="By">User who requested it.</param>
[ReasonKind("promoted-by")]
public sealed record LandingRequestedBy(Person By) : Reason;

/// <summary>A user requested that the task be merged before all other waiting tasks.</summary>
/// <param name="By">User who requested it.</param>
[ReasonKind("merged-next-for")]
public sealed record MergeNextRequestedBy(Person By) : Reason;

/// <summary>A user requested the landing of the merged tasks.</summary>
/// <param name="By">User who requested it.</param>
[ReasonKind("land-merged-asked-by")]
public sealed record LandMergedRequestedBy(Person By) : Reason;

/// <summary>An approver's decision on whether the plan may start.</summary>
/// <param name="Accepted">True if the plan may start.</param>
/// <param name="By">User who decided.</param>
[ReasonKind("plan-answered")]
public sealed record PlanDecided(bool Accepted, Person By) : Reason;

/// <summary>A user answered an escalation by aborting the run.</summary>
/// <param name="By">User who aborted.</param>
[ReasonKind("abort-asked-by")]
public sealed record AbortRequestedBy(Person By) : Reason;

/// <summary>Moved to another host by a user.</summary>
/// <param name="From">Host that owned the run before.</param>
/// <param name="To">Host that owns the run now.</param>
/// <param name="By">User who moved the run.</param>
public sealed record MovedToMachine(MachineName From, MachineName To, Person By) : Reason;
