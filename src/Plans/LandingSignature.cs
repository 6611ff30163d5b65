namespace Orchestrator.Plans;

/// <summary>Signatures of what lands (<c>git.sign</c>).</summary>
public static class LandingSignature
{
    /// <summary>Nothing is signed.</summary>
    public const string Off = "off";

    /// <summary>Signed if the user's git configuration signs commits.</summary>
    public const string AsConfigured = "as-configured";
}
