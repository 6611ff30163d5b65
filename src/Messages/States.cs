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

    /// <summary>It had landed, and a person has taken the landing back: the target is where it was.</summary>
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

    /// <summary>Its work is in a commit on staging.</summary>
    public const string Merged = "merged";

    /// <summary>A person skipped it: nothing of it is merged, and its dependants run all the same.</summary>
    public const string Waived = "waived";

    /// <summary>A person has done it: the gates of the whole run pass on their commits on staging.</summary>
    public const string Resolved = "resolved";

    /// <summary>It did not end well, and a person had it replaced by other tasks of the same run.</summary>
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

    /// <summary>Its remediations are used up; a person decides.</summary>
    public const string Escalated = "escalated";

    /// <summary>True where the dependants of the task may run.</summary>
    public static bool IsDone(string state) =>
        state is Merged or Resolved or Waived or Superseded or NotAsked or Planned || IsReviewEnd(state);

    /// <summary>True where a round of the review has ended by itself, and not by a person.</summary>
    public static bool IsReviewEnd(string state) => state is Answered or Reviewed or Findings;

    /// <summary>True where its result is on staging, its own work or a person's.</summary>
    public static bool IsOnStaging(string state) => state is Merged or Resolved;

    /// <summary>True where the task has ended, well or not.</summary>
    public static bool IsEnd(string state) => IsDone(state) || state is Failed or Skipped or Cancelled or Escalated;

    /// <summary>True where an agent slot is in use.</summary>
    public static bool HoldsSlot(string state) => state is Queued or Preparing or Executing or Verifying or Remediating;
}

/// <summary>Why an agent run or a step of a task did not end well: decides what happens next (<c>AgentWorkflow</c> has the
/// rules).</summary>
public static class FailureClasses
{
    public const string None = "none";

    /// <summary>Network or server fault of one service: retried by policy.</summary>
    public const string Transient = "transient";

    /// <summary>A usage limit with a reset time: waits by a durable timer.</summary>
    public const string UsageLimit = "usage-limit";

    /// <summary>Login, credit, permission, missing model, broken agent program: parked and probed.</summary>
    public const string Account = "account";

    /// <summary>Disk, memory, a missing tool: parked until repaired.</summary>
    public const string Environment = "environment";

    /// <summary>A need of one task's gate is missing, or memory for its agent: only that task is parked, and retries by itself.</summary>
    public const string Gate = "gate";

    /// <summary>Its run had ended without it (it was terminated): the task's end was not requested by a person.</summary>
    public const string RunEnded = "run-ended";

    /// <summary>A limit of the task was reached: time, turns, cost or memory.</summary>
    public const string Limit = "limit";

    /// <summary>The agent reported that it could not do it.</summary>
    public const string GaveUp = "gave-up";

    /// <summary>The agent reported that it needs something.</summary>
    public const string Blocked = "blocked";

    /// <summary>The agent's process was killed from outside or with its machine: the conversation is resumed in a new agent run.</summary>
    public const string Died = "died";

    /// <summary>A person holds all new agent runs: this one was not started, and is started when the hold is over.</summary>
    public const string Held = "held";

    /// <summary>We stopped it: pause, cancel or shutdown.</summary>
    public const string Stopped = "stopped";

    /// <summary>Can't succeed by retrying.</summary>
    public const string Invalid = "invalid";
}
