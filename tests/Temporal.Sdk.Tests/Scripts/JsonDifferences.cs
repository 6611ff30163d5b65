using System.Text.Json.Nodes;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>Differences of two JSON values by path.</summary>
internal static class JsonDifferences
{
    public static List<string> Between(JsonNode? expected, JsonNode? actual)
    {
        var differences = new List<string>();
        Add(expected, actual, string.Empty, differences);
        return differences;
    }

    private static void Add(JsonNode? expected, JsonNode? actual, string path, List<string> differences)
    {
        if (expected is JsonArray a && actual is JsonArray b)
        {
            for (var i = 0; i < Math.Max(a.Count, b.Count); i++)
            {
                Add(i < a.Count ? a[i] : Absent(), i < b.Count ? b[i] : Absent(), $"{path}[{i}]", differences);
            }
        }
        else if (expected is JsonObject x && actual is JsonObject y)
        {
            foreach (var name in x.Select(m => m.Key).Union(y.Select(m => m.Key)))
            {
                Add(
                    x.TryGetPropertyValue(name, out var left) ? left : Absent(),
                    y.TryGetPropertyValue(name, out var right) ? right : Absent(),
                    $"{path}.{name}",
                    differences
                );
            }
        }
        else if (!JsonNode.DeepEquals(expected, actual) && !SameNumber(expected, actual))
        {
            differences.Add($"{path}: expected {Brief(expected)}, actual {Brief(actual)}");
        }
    }

    private static JsonValue Absent() => JsonValue.Create("(absent)");

    // 1 and 1.0 are one number.
    private static bool SameNumber(JsonNode? a, JsonNode? b) =>
        a is JsonValue
        && b is JsonValue
        && a.GetValueKind() == System.Text.Json.JsonValueKind.Number
        && b.GetValueKind() == System.Text.Json.JsonValueKind.Number
        && double.Parse(a.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture)
            == double.Parse(b.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);

    private static string Brief(JsonNode? value)
    {
        var text = value?.ToJsonString() ?? "null";
        return text.Length > 300 ? $"{text[..300]}…" : text;
    }
}
