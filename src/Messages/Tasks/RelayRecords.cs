using System.Globalization;

namespace Orchestrator.Messages;

/// <summary>An agent that can continue a task in place of another one.</summary>
/// <param name="Agent">Name of the agent.</param>
/// <param name="After">Minimum remaining time of the previous agent's usage limit, as far as known, before this agent continues.</param>
public sealed record AgentRelay(string Agent, TimeSpan After);

/// <summary>Continuation of a task by another agent, because the usage limit of the previous agent lasted too long.</summary>
public sealed record TaskRelay
{
    /// <summary>The agent that would have waited.</summary>
    [JsonPropertyName("from")]
    public required string From { get; init; }

    /// <summary>The agent that continued.</summary>
    [JsonPropertyName("to")]
    public required string To { get; init; }

    /// <summary>Number of the last agent run before the change; 0 for none.</summary>
    [JsonPropertyName("afterStart")]
    public required int AfterStart { get; init; }

    /// <summary>True if a conversation was abandoned, so the other agent had only its files and a summary.</summary>
    [JsonPropertyName("lostConversation")]
    public required bool LostConversation { get; init; }

    /// <summary>Time at which the usage limit resets.</summary>
    [JsonPropertyName("until")]
    public required DateTimeOffset Until { get; init; }

    /// <summary>Returns a sentence for users, without its subject.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"relayed from {From}, whose usage limit lasts until {Until:yyyy-MM-dd HH:mm}Z, to {To}: "
        )
        + (
            LostConversation
                ? $"it continued from the files and a summary, without the conversation with {From}, "
                    + "and its start counts as an additional one"
                : "nothing had started"
        );
}
