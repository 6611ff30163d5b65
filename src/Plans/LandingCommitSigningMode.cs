namespace Orchestrator.Plans;

/// <summary>Values of <c>git.sign</c>, which controls the signing of landed commits.</summary>
public static class LandingCommitSigningMode
{
    /// <summary>Landed commits are not signed.</summary>
    public const string Off = "off";

    /// <summary>Landed commits are signed if the user's git configuration signs commits.</summary>
    public const string AsConfigured = "as-configured";
}
