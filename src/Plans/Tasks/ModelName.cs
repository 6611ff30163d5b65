namespace Orchestrator.Plans;

/// <summary>Names of models: aliases, and retired names that people still have in their files.</summary>
public static class ModelName
{
    private static readonly string[] Aliases = ["opus", "sonnet", "haiku"];

    /// <summary>The alias for a retired model, or null when the name can be used.</summary>
    /// <remarks>Models of the generations 1 to 3 are no longer served.</remarks>
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
