using System.ComponentModel.DataAnnotations;
using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>The facts about a task. One value on its whole way: a task's workflow reports it, the board of the run holds it, checkpoints
/// keep it, and clients read it (<see cref="RunTask"/>).</summary>
public record TaskProgress
{
    /// <summary>Id in the plan.</summary>
    [JsonPropertyName("id")]
    [JsonPropertyOrder(-2)]
    public required string Id { get; init; }

    /// <summary>One of <see cref="TaskStates"/>.</summary>
    [JsonPropertyName("state")]
    [JsonPropertyOrder(-1)]
    [AllowedValues(
        TaskStates.Pending,
        TaskStates.Queued,
        TaskStates.Preparing,
        TaskStates.Executing,
        TaskStates.Verifying,
        TaskStates.Merging,
        TaskStates.Merged,
        TaskStates.Kept,
        TaskStates.Waived,
        TaskStates.Resolved,
        TaskStates.Superseded,
        TaskStates.NotAsked,
        TaskStates.Planned,
        TaskStates.Answered,
        TaskStates.Reviewed,
        TaskStates.Findings,
        TaskStates.Blocked,
        TaskStates.AwaitingApproval,
        TaskStates.Remediating,
        TaskStates.Parked,
        TaskStates.Failed,
        TaskStates.Skipped,
        TaskStates.Cancelled,
        TaskStates.Escalated
    )]
    public required string State { get; init; }

    /// <summary>True if the task's agent is interrupted; <see cref="State"/> is the state in which it will continue.</summary>
    [JsonPropertyName("paused")]
    public bool Paused { get; init; }

    /// <summary>Why it is in this state; null where the state says it all.</summary>
    [JsonPropertyName("why")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Reason? Why { get; init; }

    /// <summary><see cref="Why"/> in words; empty where the state says it all.</summary>
    [JsonPropertyName("reason")]
    public string Reason => ReasonText.Of(Why);

    /// <summary>File with the evidence for the state, relative to the repository; empty where there is none.</summary>
    [JsonPropertyName("evidence")]
    public string Evidence
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>When it entered this state.</summary>
    [JsonPropertyName("since")]
    public DateTimeOffset Since { get; init; }

    /// <summary>When its first agent started; null before.</summary>
    [JsonPropertyName("startedAt")]
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended; null before.</summary>
    [JsonPropertyName("endedAt")]
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Attempt of the task: 1 is the first, each remediation and each retry adds one; 0 before.</summary>
    [JsonPropertyName("attempt")]
    [Range(0, 100_000)]
    public int Attempt { get; init; }

    /// <summary>Number of the last agent run, which is the name of its folder; 0 before.</summary>
    [JsonPropertyName("lastStart")]
    [Range(0, 100_000)]
    public int LastStart { get; init; }

    /// <summary>Agent processes started for it, in all executions of its workflow.</summary>
    [JsonPropertyName("starts")]
    [Range(0, 100_000)]
    public int Starts { get; init; }

    /// <summary>US dollars, in all executions of its workflow, as its agents reported them.</summary>
    [JsonPropertyName("cost")]
    public decimal Cost { get; init; }

    /// <summary>Input and output tokens, in all executions of its workflow, as its agents reported them.</summary>
    [JsonPropertyName("tokens")]
    public long Tokens { get; init; }

    /// <summary>Commit of its last verified work; empty before.</summary>
    [JsonPropertyName("commit")]
    public string Commit
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Commit on staging that merged it; empty before.</summary>
    [JsonPropertyName("mergeCommit")]
    public string MergeCommit
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>True when its work is on the target branch, while the run goes on with others (<c>land --merged</c>).</summary>
    [JsonPropertyName("landed")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Landed { get; init; }

    /// <summary>True when an earlier result was used without starting an agent.</summary>
    [JsonPropertyName("reused")]
    public bool Reused { get; init; }

    /// <summary>The verdict of the gates at <see cref="Commit"/>; left out while they were not run. A task without gates has
    /// <see cref="GateProof.NotVerified"/>.</summary>
    [JsonPropertyName("gates")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GateSummary? Gates { get; init; }

    /// <summary>The numbers that were measured at <see cref="Commit"/>; left out where nothing was.</summary>
    [JsonPropertyName("measurements")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TaskMeasurement>? Measurements { get; init; }

    /// <summary>Files, and folders with a slash, that were held back from <see cref="Commit"/>: generated files and secrets that
    /// <c>files_write</c> does not name; left out where there are none.</summary>
    [JsonPropertyName("heldBack")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? HeldBack { get; init; }

    /// <summary>Subject of an approval, one of <see cref="ApprovalKinds"/>; left out where it is the merge of its work, or none is
    /// awaited.</summary>
    [JsonPropertyName("asks")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Asks { get; init; }

    /// <summary>Tasks that it was divided into and waits for; empty before they are tasks of the run; left out where there are
    /// none.</summary>
    [JsonPropertyName("parts")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Parts { get; init; }

    /// <summary>For a parked task the <see cref="OutageStatus.Account"/> that it waits for (empty: the machine); null: for none.</summary>
    [JsonPropertyName("outage")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Outage { get; init; }

    /// <summary>Files that were granted to it beyond the plan; left out where there are none.</summary>
    [JsonPropertyName("lent")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Lent { get; init; }

    /// <summary>Questions of its agent that the planner has answered, the oldest first; left out where there are none.</summary>
    [JsonPropertyName("answers")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TaskAnswer>? Answers { get; init; }

    /// <summary>Name and identity of the host that it is, or was, done on where its run spreads its tasks; left out where that is the run's
    /// own machine, or no host has it yet.</summary>
    [JsonPropertyName("host")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Host { get; init; }

    /// <summary>The agent that works on it in place of its own; left out where that does.</summary>
    [JsonPropertyName("agent")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Agent { get; init; }

    /// <summary>The changes to other agents, the oldest first; left out if there were none.</summary>
    [JsonPropertyName("relays")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TaskRelay>? Relays { get; init; }

    /// <summary>Of its last agent run; where a planner or a reviewer has ended: of what was accepted of its answers.</summary>
    /// <inheritdoc cref="AgentRunResult.SaidHash"/>
    [JsonPropertyName("saidHash")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SaidHash { get; init; }

    /// <summary>The agents that the task requires and that were called by now; left out where there are none.</summary>
    [JsonPropertyName("called")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Called { get; init; }

    /// <summary>The task enters a state, or has another reason to be in it.</summary>
    /// <param name="state">One of <see cref="TaskStates"/>.</param>
    /// <param name="why">Why; null where the state says it all.</param>
    /// <param name="now">The time.</param>
    /// <param name="evidence">File with the evidence; empty: none, or where the state stays the same, the one that is known.</param>
    public TaskProgress MovedTo(string state, Reason? why, DateTimeOffset now, string evidence = "")
    {
        var moved = State != state;
        return this with
        {
            State = state,
            Why = why,
            Evidence =
                evidence.Length > 0 ? evidence
                : moved ? ""
                : Evidence,
            Since = moved ? now : Since,
            StartedAt = StartedAt ?? (Starts > 0 ? now : null),
            EndedAt = TaskStates.IsEnd(state) ? now : null,
        };
    }

    /// <summary>The task as another execution of its workflow begins: what was used, granted and answered is kept, results are
    /// not, and its own agent has its turn again.</summary>
    public TaskProgress WithoutResult() =>
        this with
        {
            Paused = false,
            Commit = "",
            MergeCommit = "",
            Reused = false,
            Gates = null,
            Measurements = null,
            HeldBack = null,
            Asks = null,
            Parts = null,
            Outage = null,
            Agent = null,
        };
}
