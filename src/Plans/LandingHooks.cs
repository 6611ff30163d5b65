namespace Orchestrator.Plans;

/// <summary>Values of <c>git.hooks</c>, which controls the user's git hooks.</summary>
public static class LandingHooks
{
    /// <summary>No hooks run at the landing.</summary>
    public const string Off = "off";

    /// <summary>Runs the user's merge hook as a gate of the landing.</summary>
    public const string Landing = "landing";
}
