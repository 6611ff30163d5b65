using Orchestrator.Agents.Supervision;

namespace Orchestrator.Agents.Described;

/// <summary>
/// Stores the final usage counts of each agent run of a conversation in the agent run's folder. Some programs count the whole conversation,
/// so earlier agent runs would be charged again without these stored counts.
/// </summary>
/// <param name="folder">Folder of the agent run.</param>
/// <param name="earlier">Folders of the earlier agent runs, in order.</param>
internal sealed class ConversationUsageStore(string folder, IReadOnlyList<string> earlier)
{
    private const string FileName = "counted";

    /// <summary>Stores the last usage count of this agent run.</summary>
    /// <param name="session">Id of the conversation.</param>
    internal void Keep(string session, PrintedTokensAndCost count) =>
        new AgentRunFileStore(folder).Write(
            FileName,
            JsonSerializer.Serialize(new StoredConversationUsage(session, count.Tokens, count.CostUsd))
        );

    /// <summary>Returns the conversation's last usage count before this agent run, or zero if there is none.</summary>
    /// <param name="session">Id of the conversation, or null if unknown.</param>
    internal PrintedTokensAndCost Before(string? session) =>
        session is null ? PrintedTokensAndCost.Zero
        : earlier.Reverse().Select(Read).FirstOrDefault(kept => kept?.Session == session) is { } last
            ? new PrintedTokensAndCost(last.Tokens, last.CostUsd)
        : PrintedTokensAndCost.Zero;

    private static StoredConversationUsage? Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<StoredConversationUsage>(File.ReadAllText(file)) : null;
        }
        catch (JsonException)
        {
            // A full disk truncated the file. If the file is ignored, too much is counted rather than too little.
            return null;
        }
    }

    private sealed record StoredConversationUsage(string Session, TokenUsage Tokens, decimal CostUsd);
}
