namespace Orchestrator.Messages;

/// <summary>States of a run in displays and files.</summary>
public static class RunStates
{
    public const string Planning = "planning";
    public const string AwaitingApproval = "awaiting-approval";
    public const string Preparing = "preparing";
    public const string Executing = "executing";
    public const string Integrating = "integrating";
    public const string Reviewing = "reviewing";
    public const string Landing = "landing";

    /// <summary>All work is verified and merged to staging, but a user has to land it on the target branch (see <c>promote</c>).</summary>
    public const string AwaitingPromotion = "awaiting-promotion";
    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    /// <summary>Ended from outside, for example by Terminate in a Temporal tool, without a report from the run.</summary>
    public const string Terminated = "terminated";

    /// <summary>The run had landed, and a user reverted the landing. The target is at its earlier commit.</summary>
    public const string Aborted = "aborted";

    /// <summary>No task can run and at least one failed. The run stays open for <c>retry</c>, <c>skip</c>, <c>resolve</c> or
    /// <c>cancel</c>.</summary>
    public const string Escalated = "escalated";

    /// <summary>True for final states.</summary>
    public static bool IsFinal(string state) => state is Completed or Failed or Cancelled or Terminated or Aborted;
}

/// <summary>States of a task in displays and files.</summary>
public static class TaskStates
{
    public const string Pending = "pending";
    public const string Queued = "queued";
    public const string Preparing = "preparing";
    public const string Executing = "executing";
    public const string Verifying = "verifying";
    public const string Merging = "merging";

    /// <summary>The task's work is in a commit on staging.</summary>
    public const string Merged = "merged";

    /// <summary>The task's verified work is retained on a separate branch and not merged, because the run requested branches
    /// (<see cref="Plans.LandingMode.Branches"/>).</summary>
    public const string Kept = "kept";

    /// <summary>Skipped by a user. Its work is not merged, and its dependents run anyway.</summary>
    public const string Waived = "waived";

    /// <summary>Resolved by a user with commits on staging that pass the gates of the whole run.</summary>
    public const string Resolved = "resolved";

    /// <summary>The task did not succeed, and a user had it replaced by other tasks of the same run.</summary>
    public const string Superseded = "superseded";

    /// <summary>Not requested (<c>--only</c>, <c>--phase</c>, a completed phase), and counted as done.</summary>
    public const string NotAsked = "not-asked";

    /// <summary>The planner has made the plan. Nothing is merged for the planner itself.</summary>
    public const string Planned = "planned";

    /// <summary>All answers of a review round have arrived, and their verdict is still pending.</summary>
    public const string Answered = "answered";

    /// <summary>The reviewer has accepted the change.</summary>
    public const string Reviewed = "reviewed";

    /// <summary>The reviewer has findings that must be fixed.</summary>
    public const string Findings = "findings";

    /// <summary>The agent has reported that it needs something. A user, or an answer from the planner, is required.</summary>
    public const string Blocked = "blocked";
    public const string AwaitingApproval = "awaiting-approval";
    public const string Remediating = "remediating";

    /// <summary>Backing off until a usage limit resets, or an account or host recovers. No attempt is used.</summary>
    public const string Parked = "parked";
    public const string Failed = "failed";

    /// <summary>A dependency of the task failed.</summary>
    public const string Skipped = "skipped";
    public const string Cancelled = "cancelled";

    /// <summary>The maximum number of review remediations is reached. A user decides.</summary>
    public const string Escalated = "escalated";

    /// <summary>True if the dependents of the task may run.</summary>
    public static bool IsDone(string state) =>
        IsGoodEnd(state) || state is Waived or Superseded or NotAsked or Planned || IsReviewEnd(state);

    /// <summary>True if the task's work is finished, verified and retained on staging or on a separate branch.</summary>
    public static bool IsGoodEnd(string state) => IsOnStaging(state) || state is Kept;

    /// <summary>True if a review round has ended without a user's decision.</summary>
    public static bool IsReviewEnd(string state) => state is Answered or Reviewed or Findings;

    /// <summary>True if the task's result is on staging, made by its agent or by a user.</summary>
    public static bool IsOnStaging(string state) => state is Merged or Resolved;

    /// <summary>True if the task has ended, successfully or not.</summary>
    public static bool IsEnd(string state) => IsDone(state) || state is Failed or Skipped or Cancelled or Escalated;

    /// <summary>True if the task makes no progress until a user acts.</summary>
    public static bool WaitsForPerson(string state, Reason? why) =>
        state is Blocked or AwaitingApproval || (state == Parked && why is BudgetReached);

    /// <summary>True if the task occupies an agent slot.</summary>
    public static bool HoldsSlot(string state) => state is Queued or Preparing or Executing or Verifying or Remediating;
}
