using System.Globalization;
using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Described;

/// <summary>Reads values of an event by the paths that an agent description specifies.</summary>
internal static class DottedJsonPathReader
{
    /// <summary>Returns the value at a path, or null if the path does not exist.</summary>
    internal static JsonElement? At(this JsonElement root, string? path)
    {
        if (path is null)
        {
            return null;
        }
        JsonElement? at = root;
        foreach (var name in path.Split('.'))
        {
            at = at?.Get(name);
        }
        return at;
    }

    /// <summary>Returns the value as text: strings, numbers and Booleans unchanged, other values as JSON. Null if the path does not
    /// exist.</summary>
    internal static string? TextAt(this JsonElement root, string? path) =>
        root.At(path) switch
        {
            null => null,
            { ValueKind: JsonValueKind.String } text => text.GetString(),
            { ValueKind: JsonValueKind.True } => "true",
            { ValueKind: JsonValueKind.False } => "false",
            { } other => other.GetRawText(),
        };

    /// <summary>Returns the number at the path. Negative numbers and missing values count as 0.</summary>
    internal static long CountAt(this JsonElement root, string? path) =>
        NumberAt(root, path) is { } number ? (long)Math.Clamp(number, 0, LenientJson.MostCounted) : 0;

    /// <summary>Returns the amount of money at the path, in US dollars. Negative amounts and missing values count as 0.</summary>
    internal static decimal MoneyAt(this JsonElement root, string? path) =>
        NumberAt(root, path) is { } number ? (decimal)Math.Clamp(number, 0, 1e9) : 0;

    /// <summary>True if an event has the kind and the values that a rule requires.</summary>
    internal static bool Applies(this AgentEventParsingRule rule, string kind, JsonElement root) =>
        rule.On == kind
        && rule.Where.All(demand =>
            root.TextAt(demand.Key) is var text
            && (demand.Value == "*" ? text is not null : string.Equals(text ?? "", demand.Value, StringComparison.Ordinal))
        );

    private static double? NumberAt(JsonElement root, string? path) =>
        root.At(path) switch
        {
            { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out var value) && double.IsFinite(value) => value,
            { ValueKind: JsonValueKind.String } text
                when double.TryParse(text.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                    && double.IsFinite(value) => value,
            _ => null,
        };
}
