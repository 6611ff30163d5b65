namespace Orchestrator.Agents;

/// <summary>Reason for which an agent run did not end in "done". Determines the caller's next step: retry, wait, continue the conversation
/// or ask a user.</summary>
public enum AgentFailure
{
    /// <summary>No failure: the agent claims that the work is done.</summary>
    None,

    /// <summary>The agent ended and reported failure, or its program exited with an error.</summary>
    GaveUp,

    /// <summary>The account reached a usage limit. <see cref="AgentOutcome.Windows"/> identifies it, with its reset time if
    /// known.</summary>
    UsageLimit,

    /// <summary>The service throttles the caller (HTTP 429) although no usage limit is reached. A later retry can succeed.</summary>
    Throttled,

    /// <summary>Failure of login, credit, permission, model, agent program or network: the account enters backoff.</summary>
    Account,

    /// <summary>Transient failure of the service (5xx, overload, broken stream), worth a retry.</summary>
    Transient,

    /// <summary>The request itself is invalid, so a retry would fail again.</summary>
    Invalid,

    /// <summary>This machine lacks disk space, memory or a tool.</summary>
    Environment,

    /// <summary>The time limit was exceeded.</summary>
    Timeout,

    /// <summary>The agent printed nothing for longer than the stall limit.</summary>
    Stall,

    /// <summary>The limit on turns was reached.</summary>
    Turns,

    /// <summary>The cost limit was reached.</summary>
    Money,

    /// <summary>The agent and its processes exceeded the memory limit.</summary>
    Memory,

    /// <summary>The supervisor stopped the agent because it had no follower for the orphan limit.</summary>
    Orphaned,

    /// <summary>The process was killed externally, or the machine went down. There is no result, and the agent is not at fault.</summary>
    Killed,

    /// <summary>The program was killed as in <see cref="Killed"/>, and the kernel's OOM killer was active during its run.</summary>
    OutOfMemory,

    /// <summary>The agent exceeded the limit on output.</summary>
    Output,

    /// <summary>The agent was stopped at the caller's request (pause, cancel).</summary>
    Stopped,
}

/// <summary>Refused tool call.</summary>
/// <param name="Tool">Name of the tool.</param>
/// <param name="Subject">File or command.</param>
public sealed record PermissionDenial(string Tool, string Subject);

/// <summary>Outcome of an agent run as the agent claims it. Gates and diffs verify it.</summary>
public sealed record AgentOutcome
{
    /// <summary>Reason for which the run did not end in "done".</summary>
    public required AgentFailure Failure { get; init; }

    /// <summary>True if the agent claims that the work is done.</summary>
    public bool ClaimsDone => Failure == AgentFailure.None;

    /// <summary>Description for users: error text, limit, exit code. Empty if done.</summary>
    public string Detail { get; init; } = "";

    /// <summary>True if the machine refused to start the agent for a reason that will hardly resolve itself.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Retry time reported by a service that was called without an agent program, or null if none was reported. Always null for
    /// agent programs, whose usage limits have their reset times in <see cref="Windows"/>.</summary>
    public DateTimeOffset? ResetsAt { get; init; }

    /// <summary>Service's latest report on the account's windows, or null if there was none.</summary>
    public UsageWindows? Windows { get; init; }

    /// <summary>Exit code of the program, or null if unavailable: it was killed together with its supervisor or is still
    /// running.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Id of the conversation as reported by the agent, or null if not reported.</summary>
    public string? SessionId { get; init; }

    /// <summary>Number of turns of this agent run.</summary>
    public int Turns { get; init; }

    /// <summary>Usage of this agent run, without earlier runs of the same conversation. If the agent was killed before it reported its
    /// cost, only tokens are known (from the conversation's file), and the cost is 0.</summary>
    public AgentUsage Usage { get; init; } = AgentUsage.None;

    /// <summary>False if no result was printed, so that <see cref="Usage"/> is a lower bound with unknown cost.</summary>
    public bool IsUsageComplete { get; init; }

    /// <summary>Last text of the agent, which is its report.</summary>
    public string FinalText { get; init; } = "";

    /// <summary>Answer to <see cref="AgentStart.AnswerSchema"/>. JSON if the agent program guarantees it, or else the agent's whole text,
    /// which may contain JSON. Null if no answer was requested or given.</summary>
    public string? Answer { get; init; }

    /// <summary>Notices for the user in addition to the failure, a sentence each.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>Refused tool calls.</summary>
    public IReadOnlyList<PermissionDenial> Denials { get; init; } = [];

    /// <summary>Called tools, with the number of calls.</summary>
    public IReadOnlyDictionary<string, int> Tools { get; init; } = new Dictionary<string, int>();

    /// <summary>Sub-agents that were called successfully, according to tool-use events rather than text.</summary>
    public IReadOnlyList<string> SubAgents { get; init; } = [];
}
