namespace Orchestrator.Agents;

/// <summary>Why an agent run did not end in "done". Decides what the caller does next: retry, wait, continue the conversation, or ask a
/// person.</summary>
public enum AgentFailure
{
    /// <summary>No failure: the agent claims done.</summary>
    None,

    /// <summary>The agent ended and claims failure, or its program exited with an error.</summary>
    GaveUp,

    /// <summary>The account's usage limit is reached; <see cref="AgentOutcome.Windows"/> say which, and its reset, if known.</summary>
    UsageLimit,

    /// <summary>The service slows the caller down (HTTP 429) though no usage limit is reached: later it works again.</summary>
    Throttled,

    /// <summary>Login, credit, permission, missing model, missing or broken agent program, no network: parks the account.</summary>
    Account,

    /// <summary>A transient failure of the service (5xx, overloaded, broken stream): worth a retry.</summary>
    Transient,

    /// <summary>The request itself is invalid, so a retry would fail again.</summary>
    Invalid,

    /// <summary>Disk, memory or a tool of this machine is missing.</summary>
    Environment,

    /// <summary>The time limit passed.</summary>
    Timeout,

    /// <summary>Nothing was printed for longer than the stall limit.</summary>
    Stall,

    /// <summary>The limit on turns was reached.</summary>
    Turns,

    /// <summary>The cost limit was reached.</summary>
    Money,

    /// <summary>The agent and its processes used more memory than the limit.</summary>
    Memory,

    /// <summary>The agent had no follower for the orphan limit, so its supervisor stopped it.</summary>
    Orphaned,

    /// <summary>The process was killed from outside, or the machine went down: no result, not the agent's fault.</summary>
    Killed,

    /// <summary>The program was killed (<see cref="Killed"/>), and the kernel killed processes for want of memory while it ran.</summary>
    OutOfMemory,

    /// <summary>The agent printed more than the limit on its output.</summary>
    Output,

    /// <summary>We stopped it because the caller asked (pause, cancel).</summary>
    Stopped,
}

/// <summary>A tool call that was refused.</summary>
/// <param name="Tool">The tool's name.</param>
/// <param name="Subject">The file or command.</param>
public sealed record PermissionDenial(string Tool, string Subject);

/// <summary>The end of one agent run as the agent claims it; gates and diffs verify it.</summary>
public sealed record AgentOutcome
{
    /// <summary>Why it did not end in "done".</summary>
    public required AgentFailure Failure { get; init; }

    /// <summary>True when the agent claims that the work is done.</summary>
    public bool ClaimsDone => Failure == AgentFailure.None;

    /// <summary>Description for people: error text, limit, exit code. Empty when done.</summary>
    public string Detail { get; init; } = "";

    /// <summary>True if the machine refused to start the agent, for a reason that hardly passes by itself.</summary>
    public bool IsRefused { get; init; }

    /// <summary>When to ask again, as a service called without an agent program has said; null if it has not, and for agent programs:
    /// their usage limit's reset is in <see cref="Windows"/>.</summary>
    public DateTimeOffset? ResetsAt { get; init; }

    /// <summary>The latest report of the service on its account's windows; null if there was none.</summary>
    public UsageWindows? Windows { get; init; }

    /// <summary>The program's exit code; null when it left none (killed together with its supervisor, or still running).</summary>
    public int? ExitCode { get; init; }

    /// <summary>The conversation, as the agent named it; null when it named none.</summary>
    public string? SessionId { get; init; }

    /// <summary>Turns of this agent run.</summary>
    public int Turns { get; init; }

    /// <summary>Usage of this agent run, without earlier runs of the same conversation. If it was killed before it reported its cost, only
    /// tokens are known (from the conversation's file), and the cost is 0.</summary>
    public AgentUsage Usage { get; init; } = AgentUsage.None;

    /// <summary>False when no result was printed: <see cref="Usage"/> is a lower bound, and its cost is unknown.</summary>
    public bool IsUsageComplete { get; init; }

    /// <summary>The last text of the agent: its report.</summary>
    public string FinalText { get; init; } = "";

    /// <summary>The answer for <see cref="AgentStart.AnswerSchema"/>: JSON where the agent program guarantees it, else the agent's whole
    /// text, which may contain JSON. Null where no answer was requested, or none was given.</summary>
    public string? Answer { get; init; }

    /// <summary>Notices for the user beside the failure, a sentence each.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>Tool calls that were refused.</summary>
    public IReadOnlyList<PermissionDenial> Denials { get; init; } = [];

    /// <summary>Tools that were called, with how often.</summary>
    public IReadOnlyDictionary<string, int> Tools { get; init; } = new Dictionary<string, int>();

    /// <summary>Sub-agents that were called without failure (by tool-use events, not words).</summary>
    public IReadOnlyList<string> SubAgents { get; init; } = [];
}
