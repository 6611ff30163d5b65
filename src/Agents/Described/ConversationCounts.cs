using Orchestrator.Agents.Supervision;

namespace Orchestrator.Agents.Described;

/// <summary>The counts that the starts of a conversation have ended with, each in its start's folder: a program that counts the whole
/// conversation would have earlier starts paid for again.</summary>
/// <param name="folder">The start's folder.</param>
/// <param name="earlier">Folders of the earlier starts, in order.</param>
internal sealed class ConversationCounts(string folder, IReadOnlyList<string> earlier)
{
    private const string FileName = "counted";

    /// <summary>Keeps the last count of this start.</summary>
    /// <param name="session">The conversation.</param>
    internal void Keep(string session, DescribedCount count) =>
        new StartFolder(folder).Write(FileName, JsonSerializer.Serialize(new Kept(session, count.Tokens, count.CostUsd)));

    /// <summary>The last count of the conversation before this start; zero where there is none.</summary>
    /// <param name="session">The conversation; null: unknown.</param>
    internal DescribedCount Before(string? session) =>
        session is null ? DescribedCount.Zero
        : earlier.Reverse().Select(Read).FirstOrDefault(kept => kept?.Session == session) is { } last
            ? new DescribedCount(last.Tokens, last.CostUsd)
        : DescribedCount.Zero;

    private static Kept? Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<Kept>(File.ReadAllText(file)) : null;
        }
        catch (JsonException)
        {
            // Torn by a full disk: then more is counted, not less.
            return null;
        }
    }

    private sealed record Kept(string Session, TokenUsage Tokens, decimal CostUsd);
}
