using System.Globalization;

namespace Orchestrator.Messages;

/// <summary>An agent that goes on with a task in place of another one.</summary>
/// <param name="Agent">Its name.</param>
/// <param name="After">How long the usage limit of the one before it has to last, as far as its end is known.</param>
public sealed record AgentRelay(string Agent, TimeSpan After);

/// <summary>A task went on with another agent, because the usage limit of the one before it lasted for long.</summary>
public sealed record TaskRelay
{
    /// <summary>The agent that would have waited.</summary>
    [JsonPropertyName("from")]
    public required string From { get; init; }

    /// <summary>The agent that went on.</summary>
    [JsonPropertyName("to")]
    public required string To { get; init; }

    /// <summary>Number of the last agent run before it; 0: there was none.</summary>
    [JsonPropertyName("afterStart")]
    public required int AfterStart { get; init; }

    /// <summary>True if a conversation was left behind: the other agent had its files and a summary.</summary>
    [JsonPropertyName("lostConversation")]
    public required bool LostConversation { get; init; }

    /// <summary>When the usage limit ends.</summary>
    [JsonPropertyName("until")]
    public required DateTimeOffset Until { get; init; }

    /// <summary>A sentence without its subject, for people.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"relayed from {From}, whose usage limit lasts until {Until:yyyy-MM-dd HH:mm}Z, to {To}: "
        )
        + (
            LostConversation
                ? $"it went on from the files and a summary, the conversation with {From} is lost to it, "
                    + "and its start counts as a further one"
                : "nothing was begun"
        );
}
