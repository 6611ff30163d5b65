namespace Orchestrator.Plans;

/// <summary>The user's git hooks (<c>git.hooks</c>).</summary>
public static class LandingHooks
{
    /// <summary>No hook runs.</summary>
    public const string Off = "off";

    /// <summary>The hook of a merge is a gate of the landing.</summary>
    public const string Landing = "landing";
}
