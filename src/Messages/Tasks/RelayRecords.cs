using System.Globalization;

namespace Orchestrator.Messages;

/// <summary>An agent that can continue a task in place of another agent.</summary>
/// <param name="Agent">Name of the agent.</param>
/// <param name="After">Minimum remaining duration of the previous agent's usage limit. If less remains, the task waits for that
/// agent.</param>
public sealed record RelayAgentCandidate(string Agent, TimeSpan After);

/// <summary>A switch of a task to another agent, made to avoid a long wait for the reset of the previous agent's usage limit.</summary>
public sealed record TaskAgentSwitch
{
    /// <summary>Name of the previous agent.</summary>
    [JsonPropertyName("from")]
    public required string From { get; init; }

    /// <summary>Name of the agent that continued the task.</summary>
    [JsonPropertyName("to")]
    public required string To { get; init; }

    /// <summary>Number of the last agent run before the switch; 0 if there was none.</summary>
    [JsonPropertyName("afterStart")]
    public required int AfterStart { get; init; }

    /// <summary>True if the previous agent's conversation was abandoned, so the new agent had only the files and a summary.</summary>
    [JsonPropertyName("lostConversation")]
    public required bool LostConversation { get; init; }

    /// <summary>Time at which the previous agent's usage limit resets.</summary>
    [JsonPropertyName("until")]
    public required DateTimeOffset Until { get; init; }

    /// <summary>Describes the switch for users, in a phrase that follows the name of the task.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"relayed from {From}, whose usage limit lasts until {Until:yyyy-MM-dd HH:mm}Z, to {To}: "
        )
        + (
            LostConversation
                ? $"it continued from the files and a summary, without the conversation with {From}, "
                    + "and its start counts as an additional start"
                : "nothing had started"
        );
}
