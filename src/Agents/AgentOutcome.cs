namespace Orchestrator.Agents;

/// <summary>
/// Reason why an agent run did not finish its work. It determines whether the caller retries, waits, continues the conversation or asks a
/// user.
/// </summary>
public enum AgentFailure
{
    /// <summary>No failure. The agent claims that the work is done.</summary>
    None,

    /// <summary>The agent reported failure, or its program exited with an error.</summary>
    GaveUp,

    /// <summary>
    /// The account reached a usage limit. <see cref="AgentOutcome.Windows"/> or <see cref="AgentOutcome.ResetsAt"/> contains the limit's
    /// reset time if known.
    /// </summary>
    UsageLimit,

    /// <summary>The service throttled the request (HTTP 429), although no usage limit was reached. A later retry may succeed.</summary>
    Throttled,

    /// <summary>The login, credit, permissions, model, agent program or network has a problem, so the account enters backoff.</summary>
    Account,

    /// <summary>The service failed transiently (5xx, overload, broken stream), so a retry may succeed.</summary>
    Transient,

    /// <summary>The request itself is invalid, so a retry would fail again.</summary>
    Invalid,

    /// <summary>This machine lacks disk space, memory or a tool.</summary>
    Environment,

    /// <summary>The time limit was exceeded.</summary>
    Timeout,

    /// <summary>The agent printed nothing for longer than the stall limit.</summary>
    Stall,

    /// <summary>The limit on conversation turns was reached.</summary>
    Turns,

    /// <summary>The cost limit was reached.</summary>
    Money,

    /// <summary>The agent and its processes exceeded the memory limit.</summary>
    Memory,

    /// <summary>
    /// The supervisor stopped the agent because no process had followed the agent's output for longer than the orphan limit.
    /// </summary>
    Orphaned,

    /// <summary>The process was killed externally, or the machine went down. There is no result, and the agent did not cause the
    /// failure.</summary>
    Killed,

    /// <summary>The program was killed by SIGKILL, and the kernel's OOM killer killed at least one process during the agent run.</summary>
    OutOfMemory,

    /// <summary>The agent exceeded the limit on the size of its output.</summary>
    Output,

    /// <summary>The agent was stopped at the caller's request, for example because a user paused or canceled the task.</summary>
    Stopped,
}

/// <summary>A tool call denied by the agent's permissions.</summary>
/// <param name="Tool">Name of the tool.</param>
/// <param name="Subject">File or command of the call.</param>
public sealed record PermissionDenial(string Tool, string Subject);

/// <summary>Outcome of an agent run, as claimed by the agent. Gates and diffs verify the claim.</summary>
public sealed record AgentOutcome
{
    /// <summary>Reason why the agent run did not finish its work.</summary>
    public required AgentFailure Failure { get; init; }

    /// <summary>True if the agent claims that the work is done.</summary>
    public bool ClaimsDone => Failure == AgentFailure.None;

    /// <summary>
    /// Description of the failure for users, such as an error text, a limit or an exit code. Empty if there is no failure.
    /// </summary>
    public string Detail { get; init; } = "";

    /// <summary>True if the machine refused to start the agent for a reason that the user must fix.</summary>
    public bool IsRefused { get; init; }

    /// <summary>True if the program was never executed, because it was killed while starting or the machine refused to start it.</summary>
    public bool NeverRan { get; init; }

    /// <summary>
    /// Retry time that the model service or the agent program reported, or null if none was reported. Claude Code instead reports a reset
    /// time for each usage window (see <see cref="Windows"/>).
    /// </summary>
    public DateTimeOffset? ResetsAt { get; init; }

    /// <summary>The service's latest report on the account's usage windows, or null if there was none.</summary>
    public UsageWindows? Windows { get; init; }

    /// <summary>Exit code of the program. Null if the program is still running or was killed together with its supervisor.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Id of the conversation as reported by the agent, or null if not reported.</summary>
    public string? SessionId { get; init; }

    /// <summary>Number of conversation turns in this agent run.</summary>
    public int Turns { get; init; }

    /// <summary>
    /// Usage of this agent run, excluding earlier agent runs of the same conversation. If the agent was killed before it reported its cost,
    /// only token counts are known (from the conversation's file), and the cost is 0.
    /// </summary>
    public AgentUsage Usage { get; init; } = AgentUsage.None;

    /// <summary>
    /// False if the usage counts may be incomplete, for example because the agent printed no result. <see cref="Usage"/> is then only a
    /// lower bound, and the cost is unknown.
    /// </summary>
    public bool IsUsageComplete { get; init; }

    /// <summary>Closing message of the agent, which describes its work.</summary>
    public string FinalText { get; init; } = "";

    /// <summary>Answer that <see cref="AgentRunParameters.AnswerSchema"/> requested. The answer is JSON if the agent program guarantees the
    /// schema; otherwise, it is the agent's whole text, which may contain JSON. Null if no answer was requested or given.</summary>
    public string? Answer { get; init; }

    /// <summary>Notices for the user in addition to the failure. Each notice is a sentence.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>Tool calls denied by the agent's permissions.</summary>
    public IReadOnlyList<PermissionDenial> Denials { get; init; } = [];

    /// <summary>Number of tool calls by tool name.</summary>
    public IReadOnlyDictionary<string, int> Tools { get; init; } = new Dictionary<string, int>();

    /// <summary>Names of the sub-agents that were called successfully. Determined from tool events, not from the agent's text.</summary>
    public IReadOnlyList<string> SubAgents { get; init; } = [];
}
