namespace Orchestrator.Messages;

/// <summary>States of a run, as shown to users and stored in files.</summary>
public static class RunStateNames
{
    public const string Planning = "planning";
    public const string AwaitingApproval = "awaiting-approval";
    public const string Preparing = "preparing";
    public const string Executing = "executing";
    public const string Integrating = "integrating";
    public const string Reviewing = "reviewing";
    public const string Landing = "landing";

    /// <summary>All work is verified and merged to the staging branch, but a user has to land it on the target (see <c>land</c>).</summary>
    public const string AwaitingPromotion = "awaiting-promotion";
    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    /// <summary>Another client, such as a Temporal tool, terminated the run, so the run reported no result.</summary>
    public const string Terminated = "terminated";

    /// <summary>The run landed, and a user then reverted the landing. The target is back at its earlier commit.</summary>
    public const string Aborted = "aborted";

    /// <summary>
    /// No task can run and at least one failed, or no user promoted the run in time. The run stays open for commands such as <c>retry</c>,
    /// <c>skip</c>, <c>resolve</c> or <c>cancel</c>.
    /// </summary>
    public const string Escalated = "escalated";

    /// <summary>True if the state is final, so that the run has ended.</summary>
    public static bool IsFinal(string state) => state is Completed or Failed or Cancelled or Terminated or Aborted;
}

/// <summary>States of a task, as shown to users and stored in files.</summary>
public static class TaskStateNames
{
    public const string Pending = "pending";
    public const string Queued = "queued";
    public const string Preparing = "preparing";
    public const string Executing = "executing";
    public const string Verifying = "verifying";
    public const string Merging = "merging";

    /// <summary>The task's work is in a commit on the staging branch.</summary>
    public const string Merged = "merged";

    /// <summary>
    /// The task's verified work is retained on a separate branch and not merged, because the run uses the landing mode
    /// <see cref="Plans.LandingMode.Branches"/>.
    /// </summary>
    public const string Kept = "kept";

    /// <summary>A user skipped the task. Its work is not merged, and its dependents run anyway.</summary>
    public const string Waived = "waived";

    /// <summary>A user resolved the task with commits on the staging branch that pass the gates of the whole run.</summary>
    public const string Resolved = "resolved";

    /// <summary>The task did not succeed, and a user replaced it with other tasks of the same run.</summary>
    public const string Superseded = "superseded";

    /// <summary>
    /// The task is outside the requested part of the plan (<c>--only</c>, <c>--phase</c>, or an already completed phase) and counts as
    /// done.
    /// </summary>
    public const string NotAsked = "not-asked";

    /// <summary>The planner has made the plan. A planner has no work of its own to merge.</summary>
    public const string Planned = "planned";

    /// <summary>All of the reviewer's answers in a review round have arrived, and the verdict is pending.</summary>
    public const string Answered = "answered";

    /// <summary>The reviewer has accepted the change.</summary>
    public const string Reviewed = "reviewed";

    /// <summary>The reviewer has reported findings that must be fixed.</summary>
    public const string Findings = "findings";

    /// <summary>
    /// The agent has reported that it can't continue without help. The task is waiting for a user, or for an answer from the planner.
    /// </summary>
    public const string Blocked = "blocked";
    public const string AwaitingApproval = "awaiting-approval";
    public const string Remediating = "remediating";

    /// <summary>
    /// The task is waiting, for example until a usage limit resets, a budget is raised, or an account or host recovers. The wait does not
    /// use up an attempt.
    /// </summary>
    public const string Parked = "parked";
    public const string Failed = "failed";

    /// <summary>The task was not started, because one of its dependencies failed.</summary>
    public const string Skipped = "skipped";
    public const string Cancelled = "cancelled";

    /// <summary>The reviewer did not accept the change, or the result of the review can't be read, so a user must decide.</summary>
    public const string Escalated = "escalated";

    /// <summary>True if the dependents of the task may run.</summary>
    public static bool IsDone(string state) =>
        IsGoodEnd(state) || state is Waived or Superseded or NotAsked or Planned || IsReviewEnd(state);

    /// <summary>True if the task's work is on the staging branch, or if its verified work is retained on a separate branch.</summary>
    public static bool IsGoodEnd(string state) => IsOnStaging(state) || state is Kept;

    /// <summary>True if a review round has ended without a user's decision.</summary>
    public static bool IsReviewEnd(string state) => state is Answered or Reviewed or Findings;

    /// <summary>True if the task's result, from its agent or from a user, is on the staging branch.</summary>
    public static bool IsOnStaging(string state) => state is Merged or Resolved;

    /// <summary>True if the task has ended, successfully or not.</summary>
    public static bool IsEnd(string state) => IsDone(state) || state is Failed or Skipped or Cancelled or Escalated;

    /// <summary>True if the task can't continue until a user acts.</summary>
    public static bool WaitsForPerson(string state, Reason? why) =>
        state is Blocked or AwaitingApproval || (state == Parked && why is BudgetUsedUpReason);

    /// <summary>True if the task occupies an agent slot.</summary>
    public static bool HoldsSlot(string state) => state is Queued or Preparing or Executing or Verifying or Remediating;
}
