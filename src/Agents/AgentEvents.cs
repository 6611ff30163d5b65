namespace Orchestrator.Agents;

/// <summary>An event in the output of an agent program, such as a tool call or the result. Unknown kinds of events are ignored.</summary>
public abstract record AgentEvent
{
    /// <summary>Byte offset of the end of the event's line in the agent run's <c>stdout</c> file. A restarted follower passes the last
    /// recorded offset, so that it does not receive the same event twice.</summary>
    public long Offset { get; init; }

    /// <summary>Id of the tool call that started the sub-agent to which the event belongs, or null if the event belongs to the agent
    /// itself.</summary>
    public string? ParentToolUseId { get; init; }
}

/// <summary>The agent program started and reported the id of its conversation.</summary>
/// <param name="SessionId">Id of the conversation, with which the conversation can be continued later.</param>
/// <param name="Model">Model of the agent.</param>
/// <param name="Version">Version of the agent program.</param>
public sealed record AgentSessionStartedEvent(string SessionId, string? Model, string? Version) : AgentEvent
{
    /// <summary>Tools available to the agent.</summary>
    public IReadOnlyList<string> Tools { get; init; } = [];

    /// <summary>Sub-agents available to the agent.</summary>
    public IReadOnlyList<string> Agents { get; init; } = [];

    /// <summary>MCP servers by name, with their state (<c>connected</c>, <c>failed</c>, <c>pending</c>).</summary>
    public IReadOnlyDictionary<string, string> McpServers { get; init; } = new Dictionary<string, string>();
}

/// <summary>The model wrote text, or an agent program with plain-text output printed a line.</summary>
/// <param name="Text">Text without a trailing line break.</param>
public sealed record AgentTextEvent(string Text) : AgentEvent;

/// <summary>A line that the agent's program wrote to standard error.</summary>
/// <param name="Text">The line.</param>
public sealed record AgentErrorOutputEvent(string Text) : AgentEvent;

/// <summary>The model called a tool.</summary>
/// <param name="Id">Id of the call, referenced by its result.</param>
/// <param name="Tool">Name of the tool, such as <c>Write</c> or <c>Bash</c>.</param>
/// <param name="Subject">File, command or sub-agent of the call, on one line. May be empty.</param>
public sealed record AgentToolCallEvent(string Id, string Tool, string Subject) : AgentEvent;

/// <summary>A tool call failed or was denied. Successful tool calls produce no such event.</summary>
/// <param name="ToolUseId">Id of the failed call.</param>
/// <param name="Message">Error message shown to the model, truncated to 2,000 characters.</param>
public sealed record AgentToolErrorEvent(string ToolUseId, string Message) : AgentEvent;

/// <summary>The model started an answer. The event contains the size of the model's context at that time.</summary>
/// <param name="ContextTokens">Number of tokens of the whole request, including cached tokens.</param>
public sealed record AgentContextSizeEvent(long ContextTokens) : AgentEvent;

/// <summary>The service reported the state of the account's usage limits.</summary>
/// <param name="Usage">Utilization and reset times of the account's windows.</param>
public sealed record AgentUsageWindowsEvent(UsageWindows Usage) : AgentEvent;

/// <summary>A request to the model failed permanently.</summary>
/// <param name="Kind">Kind of failure in the agent program's terms, such as <c>rate_limit</c> or <c>authentication_failed</c>.</param>
/// <param name="Status">HTTP status, or null if there was no response.</param>
/// <param name="Message">Message of the service or the program.</param>
public sealed record AgentApiErrorEvent(string Kind, int? Status, string Message) : AgentEvent;

/// <summary>A request to the model failed, and the agent program will retry it.</summary>
/// <param name="Attempt">Number of the retry, from 1.</param>
/// <param name="MaxAttempts">Maximum number of retries.</param>
/// <param name="Delay">Delay before the retry.</param>
/// <param name="Status">HTTP status, or null if there was no response.</param>
/// <param name="Kind">Kind of failure in the agent program's terms.</param>
public sealed record AgentApiRetryEvent(int Attempt, int MaxAttempts, TimeSpan Delay, int? Status, string Kind) : AgentEvent;

/// <summary>The agent program printed a final result. If a program prints several results, only the last one counts.</summary>
/// <param name="IsError">True if the program reports failure.</param>
/// <param name="Text">Final text or error.</param>
/// <param name="Turns">Number of turns so far.</param>
/// <param name="CostUsd">Cost of the process so far, in US dollars. Newer programs report the cost of the whole conversation after a
/// resume.</param>
public sealed record AgentResultEvent(bool IsError, string Text, int Turns, decimal CostUsd) : AgentEvent;
