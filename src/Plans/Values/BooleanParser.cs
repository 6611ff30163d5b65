namespace Orchestrator.Plans;

/// <summary>Parses Boolean values in plans and settings.</summary>
public static class BooleanParser
{
    /// <summary>
    /// Returns true for <c>true</c>, <c>yes</c>, <c>on</c> or <c>1</c>, and false for <c>false</c>, <c>no</c>, <c>off</c> or <c>0</c>,
    /// ignoring case. Returns null for any other text.
    /// </summary>
    public static bool? Read(string text) =>
        text.Trim().ToLowerInvariant() switch
        {
            "true" or "yes" or "on" or "1" => true,
            "false" or "no" or "off" or "0" => false,
            _ => null,
        };
}
