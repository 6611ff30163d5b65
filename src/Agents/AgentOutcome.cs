namespace Orchestrator.Agents;

/// <summary>Why a start did not end in "done". Decides what the caller does next: try again, wait, go on in the conversation, or ask a
/// person.</summary>
public enum AgentFailure
{
    /// <summary>No failure: the agent claims done.</summary>
    None,

    /// <summary>The agent ended and says that it failed, or its program exited with an error of its own.</summary>
    GaveUp,

    /// <summary>The account's usage limit is reached; <see cref="AgentOutcome.ResetsAt"/> says until when, if known.</summary>
    UsageLimit,

    /// <summary>Login, credit, permission, model gone, agent program missing or broken, no network: parks the account.</summary>
    Account,

    /// <summary>The service failed in passing (5xx, overloaded, broken stream): worth a retry.</summary>
    Transient,

    /// <summary>The request itself is wrong and will be wrong again.</summary>
    Invalid,

    /// <summary>Disk, memory or a tool of this machine is missing.</summary>
    Environment,

    /// <summary>The time limit passed.</summary>
    Timeout,

    /// <summary>Nothing was printed for longer than the stall limit.</summary>
    Stall,

    /// <summary>The limit on turns was reached.</summary>
    Turns,

    /// <summary>The limit on money was reached.</summary>
    Money,

    /// <summary>The agent and what it started held more memory than the limit.</summary>
    Memory,

    /// <summary>Nobody followed the agent for the orphan limit, so its supervisor stopped it.</summary>
    Orphaned,

    /// <summary>The process was killed by somebody else, or the machine went down: no result, no fault of the agent.</summary>
    Killed,

    /// <summary>We stopped it because the caller asked (pause, cancel).</summary>
    Stopped,
}

/// <summary>A tool call that was refused.</summary>
/// <param name="Tool">The tool's name.</param>
/// <param name="Subject">The file or command.</param>
public sealed record PermissionDenial(string Tool, string Subject);

/// <summary>How one start of an agent ended. What the agent claims; what is true is found out by gates and diffs.</summary>
public sealed record AgentOutcome
{
    /// <summary>Why it did not end in "done".</summary>
    public required AgentFailure Failure { get; init; }

    /// <summary>True when the agent claims that the work is done.</summary>
    public bool ClaimsDone => Failure == AgentFailure.None;

    /// <summary>What happened, for a person: error text, limit, exit code. Empty when done.</summary>
    public string Detail { get; init; } = "";

    /// <summary>When the usage limit starts anew; null if unknown or no usage limit.</summary>
    public DateTimeOffset? ResetsAt { get; init; }

    /// <summary>The program's exit code; null when it left none (killed together with its supervisor, or still running).</summary>
    public int? ExitCode { get; init; }

    /// <summary>The conversation, as the agent named it; null when it named none.</summary>
    public string? SessionId { get; init; }

    /// <summary>Turns of this start.</summary>
    public int Turns { get; init; }

    /// <summary>What this start used, without what earlier starts of the same conversation used. Of a start that was killed before it told
    /// its cost only the tokens are known (from the conversation's file), and the cost is 0.</summary>
    public AgentUsage Usage { get; init; } = AgentUsage.None;

    /// <summary>False when no result was printed: <see cref="Usage"/> is a lower bound, and its cost is unknown.</summary>
    public bool IsUsageComplete { get; init; }

    /// <summary>The last text of the agent: its own report.</summary>
    public string FinalText { get; init; } = "";

    /// <summary>What was answered to <see cref="AgentStart.AnswerSchema"/>: JSON where the agent program vouches for it, else all that the
    /// agent said, in which JSON may be. Null where no answer was asked for, or none was given.</summary>
    public string? Answer { get; init; }

    /// <summary>Tool calls that were refused.</summary>
    public IReadOnlyList<PermissionDenial> Denials { get; init; } = [];

    /// <summary>Tools really called, with how often.</summary>
    public IReadOnlyDictionary<string, int> Tools { get; init; } = new Dictionary<string, int>();

    /// <summary>Sub-agents really called whose call did not fail (tool-use events, not words).</summary>
    public IReadOnlyList<string> SubAgents { get; init; } = [];
}
