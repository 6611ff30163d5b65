using Orchestrator.Agents.Supervision;

namespace Orchestrator.Agents.Described;

/// <summary>Final usage counts of a conversation's agent runs, each stored in its run's folder. Without them, a program that counts the
/// whole conversation would charge earlier runs again.</summary>
/// <param name="folder">Folder of the agent run.</param>
/// <param name="earlier">Folders of the earlier agent runs, in order.</param>
internal sealed class ConversationUsageStore(string folder, IReadOnlyList<string> earlier)
{
    private const string FileName = "counted";

    /// <summary>Stores the last count of this agent run.</summary>
    /// <param name="session">Id of the conversation.</param>
    internal void Keep(string session, DescribedCount count) =>
        new StartFolder(folder).Write(FileName, JsonSerializer.Serialize(new StoredUsage(session, count.Tokens, count.CostUsd)));

    /// <summary>Returns the last count of the conversation before this agent run, or zero if there is none.</summary>
    /// <param name="session">Id of the conversation, or null if unknown.</param>
    internal DescribedCount Before(string? session) =>
        session is null ? DescribedCount.Zero
        : earlier.Reverse().Select(Read).FirstOrDefault(kept => kept?.Session == session) is { } last
            ? new DescribedCount(last.Tokens, last.CostUsd)
        : DescribedCount.Zero;

    private static StoredUsage? Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<StoredUsage>(File.ReadAllText(file)) : null;
        }
        catch (JsonException)
        {
            // The file was truncated by a full disk. Ignoring it counts too much rather than too little.
            return null;
        }
    }

    private sealed record StoredUsage(string Session, TokenUsage Tokens, decimal CostUsd);
}
