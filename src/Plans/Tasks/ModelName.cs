namespace Orchestrator.Plans;

/// <summary>Resolves model names, including aliases and retired names that users' files still contain.</summary>
public static class ModelName
{
    private static readonly string[] Aliases = ["opus", "sonnet", "haiku"];

    /// <summary>Returns the alias that replaces a retired model, or null if the name is still usable.</summary>
    /// <remarks>Models of generations 1 to 3 are retired.</remarks>
    public static string? AliasForRetired(string name)
    {
        if (!name.StartsWith("claude-", StringComparison.Ordinal))
        {
            return null;
        }
        var retired =
            name.StartsWith("claude-3", StringComparison.Ordinal)
            || name.StartsWith("claude-2", StringComparison.Ordinal)
            || name.StartsWith("claude-1", StringComparison.Ordinal)
            || name.StartsWith("claude-instant", StringComparison.Ordinal);
        return retired ? Array.Find(Aliases, alias => name.Contains(alias, StringComparison.Ordinal)) ?? "sonnet" : null;
    }
}
