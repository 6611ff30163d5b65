namespace Orchestrator.Agents;

/// <summary>Something an agent did, read from its output. Kinds this version does not know are left out.</summary>
public abstract record AgentEvent
{
    /// <summary>Where the event's line ends in the start's <c>stdout</c> file, in bytes. A follower that was killed passes the last offset
    /// it recorded and is not told the same event twice.</summary>
    public long Offset { get; init; }

    /// <summary>The tool use of the sub-agent the event belongs to; null for the agent itself.</summary>
    public string? ParentToolUseId { get; init; }
}

/// <summary>The agent program is up and has named its conversation.</summary>
/// <param name="SessionId">The conversation's id, needed to go on in it later.</param>
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
/// <param name="Subject">What the call is about in one line: the file, the command, the sub-agent. May be empty.</param>
public sealed record AgentToolUse(string Id, string Tool, string Subject) : AgentEvent;

/// <summary>A tool call failed or was denied. Results that went well are not reported.</summary>
/// <param name="ToolUseId">The call that failed.</param>
/// <param name="Message">What the model was told, cut to 2,000 characters.</param>
public sealed record AgentToolError(string ToolUseId, string Message) : AgentEvent;

/// <summary>How much of the model's context the conversation fills, after an answer began.</summary>
/// <param name="ContextTokens">Tokens of the whole request, cached ones included.</param>
public sealed record AgentContextUse(long ContextTokens) : AgentEvent;

/// <summary>The service said how an account limit stands.</summary>
/// <param name="Status"><c>allowed</c>, <c>allowed_warning</c> or <c>rejected</c>.</param>
/// <param name="Limit">Which limit, such as <c>five_hour</c>; null if not said.</param>
/// <param name="ResetsAt">When the limit starts anew; null if not said.</param>
public sealed record AgentRateLimit(string Status, string? Limit, DateTimeOffset? ResetsAt) : AgentEvent
{
    /// <summary>True when the service refuses work until <see cref="ResetsAt"/>.</summary>
    public bool IsRejected => string.Equals(Status, "rejected", StringComparison.Ordinal);
}

/// <summary>A request to the model failed for good.</summary>
/// <param name="Kind">The agent program's word for it, such as <c>rate_limit</c> or <c>authentication_failed</c>.</param>
/// <param name="Status">HTTP status; null without an answer.</param>
/// <param name="Message">What the service or the program said.</param>
public sealed record AgentApiError(string Kind, int? Status, string Message) : AgentEvent;

/// <summary>A request to the model failed and is tried again by the agent program.</summary>
/// <param name="Attempt">Which retry, from 1.</param>
/// <param name="MaxAttempts">How many there will be at most.</param>
/// <param name="Delay">Pause before it.</param>
/// <param name="Status">HTTP status; null without an answer.</param>
/// <param name="Kind">The agent program's word for the failure.</param>
public sealed record AgentRetry(int Attempt, int MaxAttempts, TimeSpan Delay, int? Status, string Kind) : AgentEvent;

/// <summary>The agent ended a turn with a result. A program may print several; the last one counts.</summary>
/// <param name="IsError">True when the program says it failed.</param>
/// <param name="Text">The final text or the error.</param>
/// <param name="Turns">Turns so far.</param>
/// <param name="CostUsd">Cost so far of the process or, after a resume in newer programs, of the conversation.</param>
public sealed record AgentResult(bool IsError, string Text, int Turns, decimal CostUsd) : AgentEvent;
