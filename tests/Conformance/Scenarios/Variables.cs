using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Orchestrator.Conformance.Scenarios;

/// <summary>The values a run of a scenario has saved or made, and what is written with them in requests.</summary>
internal sealed partial class Variables(string id, string ns)
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<string, JsonNode?> _saved = [];
    private readonly List<(string Name, string Value)> _uuids = [];

    /// <summary>Unique per run of a scenario.</summary>
    public string Id { get; } = id;

    /// <summary>The suite's namespace.</summary>
    public string Namespace { get; } = ns;

    /// <summary>UUIDs that the script itself made, in order.</summary>
    public IReadOnlyList<(string Name, string Value)> Uuids => _uuids;

    /// <summary>Fresh variables for one run.</summary>
    public static Variables For(Scenario scenario, string ns) => new($"{scenario.ShortName}-{Hex(5)}", ns);

    public static string Hex(int bytes) => Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(bytes));

    /// <summary>Keeps the value at a path of an answer under a name.</summary>
    public void Save(string name, JsonNode? value) => _saved[name] = value?.DeepClone();

    /// <summary>A request with all references replaced and all payload shorthands written out.</summary>
    public JsonNode? Fill(JsonNode? request) => ExpandPayloads(Substitute(request));

    /// <summary>A copy with every <c>${...}</c> replaced, in strings and in map keys.</summary>
    public JsonNode? Substitute(JsonNode? node) =>
        node switch
        {
            JsonValue value when value.GetValueKind() == JsonValueKind.String => SubstituteText((string)value!),
            JsonArray array => new JsonArray([.. array.Select(Substitute)]),
            JsonObject obj => new JsonObject(obj.Select(pair => KeyValuePair.Create(SubstituteInside(pair.Key), Substitute(pair.Value)))),
            null => null,
            _ => node.DeepClone(),
        };

    /// <summary>The value at a path such as <c>$.a.b[0].c</c>; <c>*</c> is the first key of a map; null if absent.</summary>
    public static JsonNode? At(JsonNode? node, string path)
    {
        foreach (Match part in PathParts().Matches(path[1..]))
        {
            node = (node, part.Value) switch
            {
                (JsonObject { Count: > 0 } obj, "*") => JsonValue.Create(obj.First().Key),
                (JsonObject obj, var name) => obj[name],
                (JsonArray array, var index) => int.TryParse(index, CultureInfo.InvariantCulture, out var i) && i < array.Count
                    ? array[i]
                    : null,
                _ => null,
            };
        }

        return node;
    }

    private JsonNode? SubstituteText(string text)
    {
        // A string that is one whole reference takes the saved value as it is, whatever its type.
        var whole = WholeReference().Match(text);
        return whole.Success ? Resolve(whole.Groups[1].Value)?.DeepClone() : JsonValue.Create(SubstituteInside(text));
    }

    private string SubstituteInside(string text) =>
        Reference()
            .Replace(
                text,
                match =>
                {
                    var value = Resolve(match.Groups[1].Value);
                    return value is JsonValue scalar && scalar.GetValueKind() == JsonValueKind.String
                        ? (string)scalar!
                        : value?.ToJsonString(Compact) ?? "null";
                }
            );

    private JsonNode? Resolve(string name)
    {
        if (name is "id" or "ns")
        {
            return name == "id" ? Id : Namespace;
        }

        if (name.StartsWith("uuid:", StringComparison.Ordinal))
        {
            return Uuid(name[5..]);
        }

        if (name.StartsWith("time:", StringComparison.Ordinal))
        {
            var time = DateTime.UtcNow.AddSeconds(double.Parse(name[5..], CultureInfo.InvariantCulture));
            return time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        }

        if (name.StartsWith("repeat:", StringComparison.Ordinal))
        {
            var parts = name.Split(':');
            return string.Concat(Enumerable.Repeat(parts[1], int.Parse(parts[2], CultureInfo.InvariantCulture)));
        }

        return _saved.TryGetValue(name, out var saved)
            ? saved
            : throw new ScriptException($"${{{name}}} has not been saved by an earlier step");
    }

    private string Uuid(string name)
    {
        var known = _uuids.Find(uuid => uuid.Name == name);
        if (known.Name is null)
        {
            known = (name, Guid.NewGuid().ToString());
            _uuids.Add(known);
        }

        return known.Value;
    }

    // {"$json": v, "metadata": {...text}} becomes a canonical temporal.api.common.v1.Payload.
    private static JsonNode? ExpandPayloads(JsonNode? node)
    {
        switch (node)
        {
            case JsonArray array:
                return new JsonArray([.. array.Select(ExpandPayloads)]);
            case JsonObject obj when obj.ContainsKey("$json"):
                var metadata = new JsonObject { ["encoding"] = Base64("json/plain") };
                foreach (var (key, value) in obj["metadata"]?.AsObject() ?? [])
                {
                    metadata[key] = Base64((string)value!);
                }

                return new JsonObject { ["metadata"] = metadata, ["data"] = Base64(obj["$json"]?.ToJsonString(Compact) ?? "null") };
            case JsonObject obj:
                return new JsonObject(obj.Select(pair => KeyValuePair.Create(pair.Key, ExpandPayloads(pair.Value))));
            default:
                return node?.DeepClone();
        }
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    [GeneratedRegex(@"[^.\[\]]+")]
    private static partial Regex PathParts();

    [GeneratedRegex(@"^\$\{([^}]+)\}\z")]
    private static partial Regex WholeReference();

    [GeneratedRegex(@"\$\{([^}]+)\}")]
    private static partial Regex Reference();
}

/// <summary>A script that can't continue: a path to save is absent, a condition is never met.</summary>
internal sealed class ScriptException(string message) : Exception(message);
