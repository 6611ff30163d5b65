namespace Orchestrator.Plans;

/// <summary>Parses truth values in plans and settings.</summary>
public static class BooleanParser
{
    /// <summary>
    /// Returns the value of <c>true</c>, <c>yes</c>, <c>on</c>, <c>1</c> or their opposites, ignoring case. Null for any other text.
    /// </summary>
    public static bool? Read(string text) =>
        text.Trim().ToLowerInvariant() switch
        {
            "true" or "yes" or "on" or "1" => true,
            "false" or "no" or "off" or "0" => false,
            _ => null,
        };
}
