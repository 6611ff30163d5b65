using System.ComponentModel.DataAnnotations;
using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>
/// State and results of a task. The task's workflow reports it, the run stores it in memory and in checkpoints, and clients read it
/// (<see cref="RunTaskStatus"/>).
/// </summary>
public record TaskProgress
{
    /// <summary>Id of the task in the plan.</summary>
    [JsonPropertyName("id")]
    [JsonPropertyOrder(-2)]
    public required string Id { get; init; }

    /// <summary>State of the task.</summary>
    [JsonPropertyName("state")]
    [JsonPropertyOrder(-1)]
    [AllowedValues(
        TaskStateNames.Pending,
        TaskStateNames.Queued,
        TaskStateNames.Preparing,
        TaskStateNames.Executing,
        TaskStateNames.Verifying,
        TaskStateNames.Merging,
        TaskStateNames.Merged,
        TaskStateNames.Kept,
        TaskStateNames.Waived,
        TaskStateNames.Resolved,
        TaskStateNames.Superseded,
        TaskStateNames.NotAsked,
        TaskStateNames.Planned,
        TaskStateNames.Answered,
        TaskStateNames.Reviewed,
        TaskStateNames.Findings,
        TaskStateNames.Blocked,
        TaskStateNames.AwaitingApproval,
        TaskStateNames.Remediating,
        TaskStateNames.Parked,
        TaskStateNames.Failed,
        TaskStateNames.Skipped,
        TaskStateNames.Cancelled,
        TaskStateNames.Escalated
    )]
    public required string State { get; init; }

    /// <summary>True if a user interrupted the task's agent. <see cref="State"/> is the state in which the task will continue.</summary>
    [JsonPropertyName("paused")]
    public bool Paused { get; init; }

    /// <summary>Reason for the task's state, or null if the state needs no explanation.</summary>
    [JsonPropertyName("why")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Reason? Why { get; init; }

    /// <summary><see cref="Why"/> as text; empty if it is null.</summary>
    [JsonPropertyName("reason")]
    public string Reason => StatusReasonFormatter.Of(Why);

    /// <summary>Path of the file with the evidence for the state, relative to the repository; empty if there is none.</summary>
    [JsonPropertyName("evidence")]
    public string Evidence
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Time at which the task entered this state.</summary>
    [JsonPropertyName("since")]
    public DateTimeOffset Since { get; init; }

    /// <summary>Time at which the task's first agent started, or null before that.</summary>
    [JsonPropertyName("startedAt")]
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Time at which the task ended, or null before that.</summary>
    [JsonPropertyName("endedAt")]
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Number of the attempt, incremented with each remediation and each retry; 0 before the first attempt.</summary>
    [JsonPropertyName("attempt")]
    [Range(0, 100_000)]
    public int Attempt { get; init; }

    /// <summary>Number of the last agent run, which is also in the name of the agent run's folder; 0 before the first agent run.</summary>
    [JsonPropertyName("lastStart")]
    [Range(0, 100_000)]
    public int LastStart { get; init; }

    /// <summary>Number of agent processes started for the task, in all executions of its workflow.</summary>
    [JsonPropertyName("starts")]
    [Range(0, 100_000)]
    public int Starts { get; init; }

    /// <summary>Cost in US dollars as reported by the agents, in all executions of the task's workflow.</summary>
    [JsonPropertyName("cost")]
    public decimal Cost { get; init; }

    /// <summary>Number of input and output tokens as reported by the agents, in all executions of the task's workflow.</summary>
    [JsonPropertyName("tokens")]
    public long Tokens { get; init; }

    /// <summary>Commit of the last verified work; empty before verification.</summary>
    [JsonPropertyName("commit")]
    public string Commit
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Merge commit of the work on the staging branch; empty before the merge.</summary>
    [JsonPropertyName("mergeCommit")]
    public string MergeCommit
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>True if the work has landed on the target while other tasks of the run continue (<c>land --merged</c>).</summary>
    [JsonPropertyName("landed")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Landed { get; init; }

    /// <summary>True if an earlier result was reused without starting an agent.</summary>
    [JsonPropertyName("reused")]
    public bool Reused { get; init; }

    /// <summary>
    /// Verdict of the gates on <see cref="Commit"/>; omitted before the gates run. <see cref="GateAssuranceLevel.NotVerified"/> for a task
    /// without gates.
    /// </summary>
    [JsonPropertyName("gates")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GateSummary? Gates { get; init; }

    /// <summary>Measurements of <see cref="Commit"/>; omitted if there are none.</summary>
    [JsonPropertyName("measurements")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TaskMeasurement>? Measurements { get; init; }

    /// <summary>
    /// Files and folders (with a trailing slash) that were excluded from <see cref="Commit"/>: generated files and secrets that
    /// <c>files_write</c> does not name. Omitted if there are none.
    /// </summary>
    [JsonPropertyName("heldBack")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? HeldBack { get; init; }

    /// <summary>
    /// Subject of the approval for which the task is waiting, one of <see cref="ApprovalKinds"/>. Omitted if the approval is for a merge,
    /// or if the task is not waiting for an approval.
    /// </summary>
    [JsonPropertyName("asks")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Asks { get; init; }

    /// <summary>
    /// Ids of the smaller tasks into which this task was divided and for which this task is waiting. Empty until they have become tasks of
    /// the run; omitted if the task was not divided.
    /// </summary>
    [JsonPropertyName("parts")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Parts { get; init; }

    /// <summary>
    /// Account that must recover from an outage before the task continues (<see cref="OutageStatus.Account"/>), or empty if the host must
    /// recover. Null if the task is not waiting for the end of an outage.
    /// </summary>
    [JsonPropertyName("outage")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Outage { get; init; }

    /// <summary>Files that the task may write in addition to those in the plan; omitted if there are none.</summary>
    [JsonPropertyName("lent")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Lent { get; init; }

    /// <summary>Questions of the task's agent that the planner has answered, oldest first; omitted if there are none.</summary>
    [JsonPropertyName("answers")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TaskAnswer>? Answers { get; init; }

    /// <summary>
    /// Name and identity of the worker host that is executing the task in a distributed run, or that last executed it. Omitted for the
    /// owner host, or before a host has the task.
    /// </summary>
    [JsonPropertyName("host")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Host { get; init; }

    /// <summary>Name of the agent that currently replaces the task's own agent; omitted if none does.</summary>
    [JsonPropertyName("agent")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Agent { get; init; }

    /// <summary>The task's switches to other agents, oldest first; omitted if there were none.</summary>
    [JsonPropertyName("relays")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TaskAgentSwitch>? Relays { get; init; }

    /// <summary>
    /// SHA-256 of the last agent run's final output (<see cref="AgentRunResult.SaidHash"/>). For an ended planner or reviewer, the SHA-256
    /// of the accepted answers.
    /// </summary>
    /// <inheritdoc cref="AgentRunResult.SaidHash"/>
    [JsonPropertyName("saidHash")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SaidHash { get; init; }

    /// <summary>Names of required subagents that the task's agent has called so far; omitted if there are none.</summary>
    [JsonPropertyName("called")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Called { get; init; }

    /// <summary>Returns the task in a new state, or in the same state with a new reason.</summary>
    /// <param name="state">One of <see cref="TaskStateNames"/>.</param>
    /// <param name="why">Reason for the state, or null if the state needs no explanation.</param>
    /// <param name="now">The current time.</param>
    /// <param name="evidence">File with the evidence. If empty, the current file is kept unless the state changes.</param>
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
            EndedAt = TaskStateNames.IsEnd(state) ? now : null,
        };
    }

    /// <summary>
    /// Returns the task's progress with the cost and tokens of an agent run added, and with the hash of the agent run's output. Keeps the
    /// previous output's hash if the agent was never started.
    /// </summary>
    public TaskProgress After(AgentRunResult result)
    {
        var paid = this with { Cost = Cost + result.Cost, Tokens = Tokens + result.Tokens };
        if (result.NeverBegun)
        {
            return paid;
        }
        IReadOnlyList<string> called = [.. (Called ?? []).Union(result.Called ?? [])];
        return paid with { SaidHash = result.SaidHash, Called = called.Count == 0 ? null : called };
    }

    /// <summary>
    /// Returns a copy for the next execution of the task's workflow. The copy keeps usage, grants and answers, discards results, and uses
    /// the task's own agent again.
    /// </summary>
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
