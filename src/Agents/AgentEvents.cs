namespace Orchestrator.Agents;

/// <summary>Something an agent did, read from its output. Unknown kinds are left out.</summary>
public abstract record AgentEvent
{
    /// <summary>Offset of the end of the event's line in the agent run's <c>stdout</c> file, in bytes. A follower that was killed passes
    /// the last offset it recorded and does not get the same event twice.</summary>
    public long Offset { get; init; }

    /// <summary>The tool call of the sub-agent that the event belongs to; null for the agent itself.</summary>
    public string? ParentToolUseId { get; init; }
}

/// <summary>The agent program has started and named its conversation.</summary>
/// <param name="SessionId">The conversation's id, needed to continue it later.</param>
/// <param name="Model">The model that answers.</param>
/// <param name="Version">The agent program's version.</param>
public sealed record AgentSessionStarted(string SessionId, string? Model, string? Version) : AgentEvent
{
    /// <summary>Tools the agent may call.</summary>
    public IReadOnlyList<string> Tools { get; init; } = [];

    /// <summary>Sub-agents the agent may call.</summary>
    public IReadOnlyList<string> Agents { get; init; } = [];

    /// <summary>MCP servers by name with their state (<c>connected</c>, <c>failed</c>, <c>pending</c>).</summary>
    public IReadOnlyDictionary<string, string> McpServers { get; init; } = new Dictionary<string, string>();
}

/// <summary>Text the model wrote, or a line a plain program printed.</summary>
/// <param name="Text">The text, without a final line break.</param>
public sealed record AgentText(string Text) : AgentEvent;

/// <summary>The model called a tool.</summary>
/// <param name="Id">The call's id, which its result names.</param>
/// <param name="Tool">The tool's name, such as <c>Write</c> or <c>Bash</c>.</param>
/// <param name="Subject">Subject of the call in one line: the file, the command, the sub-agent. May be empty.</param>
public sealed record AgentToolUse(string Id, string Tool, string Subject) : AgentEvent;

/// <summary>A tool call failed or was denied. Results that went well are not reported.</summary>
/// <param name="ToolUseId">The call that failed.</param>
/// <param name="Message">The model's error message, cut to 2,000 characters.</param>
public sealed record AgentToolError(string ToolUseId, string Message) : AgentEvent;

/// <summary>Size of the model's context when an answer begins.</summary>
/// <param name="ContextTokens">Tokens of the whole request, cached ones included.</param>
public sealed record AgentContextUse(long ContextTokens) : AgentEvent;

/// <summary>The service reported the state of its account's usage limits.</summary>
/// <param name="Usage">How full its windows are, and until when.</param>
public sealed record AgentRateLimit(UsageWindows Usage) : AgentEvent;

/// <summary>A request to the model failed finally.</summary>
/// <param name="Kind">The agent program's name for it, such as <c>rate_limit</c> or <c>authentication_failed</c>.</param>
/// <param name="Status">HTTP status; null without an answer.</param>
/// <param name="Message">Message of the service or the program.</param>
public sealed record AgentApiError(string Kind, int? Status, string Message) : AgentEvent;

/// <summary>A request to the model failed and is retried by the agent program.</summary>
/// <param name="Attempt">Which retry, from 1.</param>
/// <param name="MaxAttempts">Maximum of attempts.</param>
/// <param name="Delay">Pause before it.</param>
/// <param name="Status">HTTP status; null without an answer.</param>
/// <param name="Kind">The agent program's name for the failure.</param>
public sealed record AgentRetry(int Attempt, int MaxAttempts, TimeSpan Delay, int? Status, string Kind) : AgentEvent;

/// <summary>The agent ended a turn with a result. A program may print several; the last one counts.</summary>
/// <param name="IsError">True when the program reports failure.</param>
/// <param name="Text">The final text or the error.</param>
/// <param name="Turns">Turns so far.</param>
/// <param name="CostUsd">Cost so far of the process or, after a resume in newer programs, of the conversation.</param>
public sealed record AgentResult(bool IsError, string Text, int Turns, decimal CostUsd) : AgentEvent;
