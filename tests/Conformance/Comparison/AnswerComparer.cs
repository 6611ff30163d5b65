using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Conformance.Comparison;

/// <summary>One place where an answer differs from the recording. Null means that the place is missing.</summary>
internal sealed record Difference(int Step, string Path, string? Expected, string? Actual)
{
    public override string ToString() => $"step {Step} {Path}: expected {Short(Expected)} got {Short(Actual)}";

    private static string Short(string? text) =>
        text is null ? "nothing"
        : text.Length > 400 ? text[..400]
        : text;
}

/// <summary>Compares a recorded answer with an actual one, strictly on both sides.</summary>
internal static class AnswerComparer
{
    /// <summary>All differences of one step; <paramref name="symbols"/> is shared by all steps of a run.</summary>
    public static IReadOnlyList<Difference> Compare(int step, JsonObject expected, JsonObject actual, Symbols symbols)
    {
        var differences = new List<Difference>();
        if ((string)expected["status"]! != (string)actual["status"]!)
        {
            var message = actual["message"] is { } text ? $" ({text})" : "";
            differences.Add(new Difference(step, "status", (string?)expected["status"], $"{actual["status"]}{message}"));
            return differences;
        }

        foreach (var part in (string[])["message", "details", "response"])
        {
            if (expected.TryGetPropertyValue(part, out var want))
            {
                Walk(want, actual[part], part);
            }
            else if (part == "details" && expected.ContainsKey("message") && actual["details"] is { } details)
            {
                differences.Add(new Difference(step, part, null, details.ToJsonString()));
            }
        }

        return differences;

        void Walk(JsonNode? want, JsonNode? got, string path)
        {
            switch (want, got)
            {
                case (JsonArray left, JsonArray right):
                    WalkArrays(left, right, path);
                    break;
                case (JsonObject left, JsonObject right):
                    WalkObjects(left, right, path);
                    break;
                default:
                    if (!SameScalar(want, got, symbols))
                    {
                        differences.Add(new Difference(step, path, want?.ToJsonString() ?? "null", got?.ToJsonString()));
                    }

                    break;
            }
        }

        void WalkArrays(JsonArray want, JsonArray got, string path)
        {
            if (want.Count != got.Count)
            {
                differences.Add(new Difference(step, $"{path}.length", $"{want.Count}", $"{got.Count}"));
            }

            for (var i = 0; i < Math.Min(want.Count, got.Count); i++)
            {
                Walk(want[i], got[i], $"{path}[{i}]");
            }
        }

        void WalkObjects(JsonObject want, JsonObject got, string path)
        {
            var left = got.Select(pair => pair.Key).ToList();
            foreach (var (key, value) in want)
            {
                var actualKey = left.Contains(key) ? key : left.Find(other => Symbols.Blank(key) != key && symbols.Match(key, other));
                if (actualKey is null)
                {
                    differences.Add(new Difference(step, $"{path}.{key}", value?.ToJsonString() ?? "null", null));
                    continue;
                }

                left.Remove(actualKey);
                Walk(value, got[actualKey], $"{path}.{key}");
            }

            differences.AddRange(left.Select(key => new Difference(step, $"{path}.{key}", null, got[key]?.ToJsonString() ?? "null")));
        }
    }

    private static bool SameScalar(JsonNode? want, JsonNode? got, Symbols symbols) =>
        (want, got) switch
        {
            (null, null) => true,
            (JsonValue left, JsonValue right) when left.GetValueKind() == right.GetValueKind() => left.GetValueKind() switch
            {
                JsonValueKind.String => symbols.Match((string)left!, (string)right!),
                JsonValueKind.Number => Number(left) == Number(right),
                _ => true,
            },
            _ => false,
        };

    private static double Number(JsonValue value) => double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);
}
