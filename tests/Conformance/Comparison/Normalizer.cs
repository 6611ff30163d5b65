using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Conformance.Scenarios;

namespace Orchestrator.Conformance.Comparison;

/// <summary>Turns a raw answer into the form of the recordings; unique values become symbols that hold the raw value.</summary>
internal sealed partial class Normalizer(Variables variables, IEnumerable<string> ignored)
{
    private static readonly string JsonPlain = Convert.ToBase64String("json/plain"u8);

    private readonly string[] _ignoredEnds = [.. ignored.Select(path => "." + path)];

    /// <summary>The comparable form of <paramref name="answer"/>, lists at <paramref name="unordered"/> paths sorted.</summary>
    public JsonObject Apply(JsonObject answer, IEnumerable<string> unordered)
    {
        var result = Walk(answer, "", null)!.AsObject();
        foreach (var path in unordered)
        {
            Sort(result, path);
        }

        return result;
    }

    private JsonNode? Walk(JsonNode? node, string path, string? key)
    {
        switch (node)
        {
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                return key is "taskToken" or "nextPageToken" or "conflictToken" ? $"<token:{(string)value!}>" : Text((string)value!);
            case JsonArray array:
                return new JsonArray([.. array.Select(item => Walk(item, path, key))]);
            case JsonObject obj:
                return ReadablePayload(obj) is { } payload ? MapStrings(payload) : WalkObject(obj, path);
            default:
                return node?.DeepClone();
        }
    }

    private JsonObject WalkObject(JsonObject obj, string path)
    {
        var result = new JsonObject();
        foreach (var (key, value) in obj)
        {
            var inner = $"{path}.{key}";
            if (!_ignoredEnds.Any(end => inner.EndsWith(end, StringComparison.Ordinal)))
            {
                result[Text(key)] = key switch
                {
                    "currentRetryInterval" => RoundedInterval((string)value!),
                    "firstWorkflowTaskBackoff" => ExactOrMeasured((string)value!),
                    _ => Walk(value, inner, key),
                };
            }
        }

        return result;
    }

    // Next attempt time minus end of the last attempt: the interval plus microseconds.
    private static string RoundedInterval(string duration) =>
        (Math.Floor((Seconds(duration) * 100) + 0.5) / 100).ToString("R", CultureInfo.InvariantCulture) + "s";

    // Exact where a policy gives it, a multiple of 100 ms in these scripts; else what is left of a minimum pause.
    private static string ExactOrMeasured(string duration)
    {
        var tenths = Math.Floor((Seconds(duration) * 1e9) + 0.5) / 1e8;
        return tenths == Math.Floor(tenths) ? Seconds(duration).ToString("R", CultureInfo.InvariantCulture) + "s" : "<measured>";
    }

    private static double Seconds(string duration) => double.Parse(duration.TrimEnd('s'), CultureInfo.InvariantCulture);

    private string Text(string text)
    {
        if (ServerIdentity().IsMatch(text))
        {
            return "<identity>";
        }

        text = text.Replace(variables.Id, "<id>", StringComparison.Ordinal).Replace(variables.Namespace, "<ns>", StringComparison.Ordinal);
        foreach (var (name, value) in variables.Uuids)
        {
            text = text.Replace(value, $"<client:{name}>", StringComparison.Ordinal);
        }

        text = Time()
            .Replace(
                ProtoTextGap().Replace(text, " "),
                match =>
                    string.CompareOrdinal(match.Value[..4], "2025") >= 0 && string.CompareOrdinal(match.Value[..4], "2045") < 0
                        ? "<time>"
                        : match.Value
            );
        return Uuid().Replace(text, "<uuid:$0>");
    }

    private static JsonObject? ReadablePayload(JsonObject obj)
    {
        if (
            obj["metadata"] is not JsonObject metadata
            || metadata["encoding"]?.ToString() != JsonPlain
            || obj.Any(pair => pair.Key is not ("metadata" or "data"))
        )
        {
            return null;
        }

        JsonNode? json;
        try
        {
            json = JsonNode.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(obj["data"]?.ToString() ?? "")));
        }
        catch (JsonException)
        {
            return null;
        }

        var result = new JsonObject { ["$json"] = json };
        var rest = metadata
            .Where(pair => pair.Key != "encoding")
            .Select(pair =>
                KeyValuePair.Create(pair.Key, (JsonNode?)Encoding.UTF8.GetString(Convert.FromBase64String((string)pair.Value!)))
            )
            .ToList();
        if (rest.Count > 0)
        {
            result["metadata"] = new JsonObject(rest);
        }

        return result;
    }

    private JsonNode? MapStrings(JsonNode? node) =>
        node switch
        {
            JsonValue value when value.GetValueKind() == JsonValueKind.String => Text((string)value!),
            JsonArray array => new JsonArray([.. array.Select(MapStrings)]),
            JsonObject obj => new JsonObject(obj.Select(pair => KeyValuePair.Create(Text(pair.Key), MapStrings(pair.Value)))),
            null => null,
            _ => node.DeepClone(),
        };

    private static void Sort(JsonObject result, string path)
    {
        if (Variables.At(result["response"], path) is JsonArray array)
        {
            var sorted = array
                .Select(item => (Item: item?.DeepClone(), Key: Symbols.Blank(Stable(item))))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .ToList();
            array.Clear();
            sorted.ForEach(pair => array.Add(pair.Item));
        }
    }

    private static string Stable(JsonNode? node) =>
        node switch
        {
            JsonArray array => $"[{string.Join(',', array.Select(Stable))}]",
            JsonObject obj => "{"
                + string.Join(
                    ',',
                    obj.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"\"{pair.Key}\":{Stable(pair.Value)}")
                )
                + "}",
            null => "null",
            _ => node.ToString(),
        };

    // Go's protobuf library prints one space or two between fields, and either space after "proto:", by its build.
    [GeneratedRegex(@"(?<=[""}>\w])  (?=[a-z_]+:)|(?<=\bproto:)\u00a0")]
    private static partial Regex ProtoTextGap();

    // Process@host@: a worker inside the server.
    [GeneratedRegex("^[0-9]+@[^@]*@$")]
    private static partial Regex ServerIdentity();

    [GeneratedRegex(@"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", RegexOptions.ECMAScript)]
    private static partial Regex Time();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uuid();
}
