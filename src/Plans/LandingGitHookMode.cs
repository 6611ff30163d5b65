namespace Orchestrator.Plans;

/// <summary>Values of <c>git.hooks</c>, which controls whether the user's git hooks run.</summary>
public static class LandingGitHookMode
{
    /// <summary>None of the user's git hooks run when a run lands.</summary>
    public const string Off = "off";

    /// <summary>The user's merge hook runs as the last gate before a run lands.</summary>
    public const string Landing = "landing";
}
