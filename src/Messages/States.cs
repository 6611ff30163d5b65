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

    /// <summary>Everything is verified and merged to staging, but the target branch needs a person (see <c>promote</c>).</summary>
    public const string AwaitingPromotion = "awaiting-promotion";
    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    /// <summary>Ended from outside (Terminate in a Temporal tool), without a report of its own.</summary>
    public const string Terminated = "terminated";

    /// <summary>The run had landed, and a person has taken the landing back: the target is where it was.</summary>
    public const string Aborted = "aborted";

    /// <summary>Nothing more can run and something failed: the run stays open for <c>retry</c>, <c>skip</c>, <c>resolve</c> or
    /// <c>cancel</c>.</summary>
    public const string Escalated = "escalated";

    /// <summary>True for states after which nothing more happens.</summary>
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

    /// <summary>The task's verified work is on a branch of its own and merged to nothing, as the run was asked
    /// (<see cref="Plans.LandingWay.Branches"/>).</summary>
    public const string Kept = "kept";

    /// <summary>A person skipped it: nothing of it is merged, and its dependants run all the same.</summary>
    public const string Waived = "waived";

    /// <summary>A person has done it: the gates of the whole run pass on their commits on staging.</summary>
    public const string Resolved = "resolved";

    /// <summary>The task did not end well, and a person had it replaced by other tasks of the same run.</summary>
    public const string Superseded = "superseded";

    /// <summary>Not asked for (<c>--only</c>, <c>--phase</c>, a completed phase): taken as done.</summary>
    public const string NotAsked = "not-asked";

    /// <summary>The planner has made the plan; nothing of it is merged.</summary>
    public const string Planned = "planned";

    /// <summary>A round of the review has its answers; what they say is not decided yet.</summary>
    public const string Answered = "answered";

    /// <summary>The reviewer has accepted the change.</summary>
    public const string Reviewed = "reviewed";

    /// <summary>The reviewer has found what must be changed.</summary>
    public const string Findings = "findings";

    /// <summary>The agent has reported that it needs something; a person or an answer is needed.</summary>
    public const string Blocked = "blocked";
    public const string AwaitingApproval = "awaiting-approval";
    public const string Remediating = "remediating";

    /// <summary>Waits for a usage limit's reset, an account or the machine; no attempt is used.</summary>
    public const string Parked = "parked";
    public const string Failed = "failed";

    /// <summary>A task it depends on failed.</summary>
    public const string Skipped = "skipped";
    public const string Cancelled = "cancelled";

    /// <summary>The review's remediations are used up; a person decides.</summary>
    public const string Escalated = "escalated";

    /// <summary>True where the dependants of the task may run.</summary>
    public static bool IsDone(string state) =>
        IsGoodEnd(state) || state is Waived or Superseded or NotAsked or Planned || IsReviewEnd(state);

    /// <summary>True where the task's work is finished, verified and kept: on staging, or on a branch of its own.</summary>
    public static bool IsGoodEnd(string state) => IsOnStaging(state) || state is Kept;

    /// <summary>True where a round of the review has ended by itself, and not by a person.</summary>
    public static bool IsReviewEnd(string state) => state is Answered or Reviewed or Findings;

    /// <summary>True where its result is on staging, its own work or a person's.</summary>
    public static bool IsOnStaging(string state) => state is Merged or Resolved;

    /// <summary>True where the task has ended, well or not.</summary>
    public static bool IsEnd(string state) => IsDone(state) || state is Failed or Skipped or Cancelled or Escalated;

    /// <summary>True where the task waits for a person, and nothing of it moves before that.</summary>
    public static bool WaitsForPerson(string state, Reason? why) =>
        state is Blocked or AwaitingApproval || (state == Parked && why is BudgetReached);

    /// <summary>True where an agent slot is in use.</summary>
    public static bool HoldsSlot(string state) => state is Queued or Preparing or Executing or Verifying or Remediating;
}
