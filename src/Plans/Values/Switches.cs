namespace Orchestrator.Plans;

/// <summary>Truth values as people write them, in plans and in settings.</summary>
public static class Switches
{
    /// <summary>The value of <c>true</c>, <c>yes</c>, <c>on</c>, <c>1</c> or their opposites, case ignored; null for anything
    /// else.</summary>
    public static bool? Read(string text) =>
        text.Trim().ToLowerInvariant() switch
        {
            "true" or "yes" or "on" or "1" => true,
            "false" or "no" or "off" or "0" => false,
            _ => null,
        };
}
