using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Plans.Readers.Tests.TaskGraphs;

/// <summary>Checks data against a JSON Schema, as far as <see cref="Readers.TaskGraphs.LenientTaskGraphSchemaBuilder"/> uses it. A keyword
/// that it does not know is an exception, so that no schema passes unread.</summary>
internal static class SchemaCheck
{
    /// <summary>The places where the data violates the schema.</summary>
    /// <param name="data">The data.</param>
    /// <param name="schema">The schema, with its definitions.</param>
    public static IReadOnlyList<string> FaultsOf(JsonElement data, JsonObject schema)
    {
        var faults = new List<string>();
        Check(data, schema, schema, "$", faults);
        return faults;
    }

    private static void Check(JsonElement data, JsonObject schema, JsonObject root, string path, List<string> faults)
    {
        foreach (var (keyword, value) in schema)
        {
            switch (keyword)
            {
                case "description" or "$defs":
                    break;
                case "$ref":
                    var name = ((string)value!)["#/$defs/".Length..];
                    Check(data, (JsonObject)root["$defs"]![name]!, root, path, faults);
                    break;
                case "type":
                    Report(
                        value is JsonArray several ? several.Any(type => (string?)type == TypeOf(data)) : (string?)value == TypeOf(data)
                    );
                    break;
                case "minItems":
                    Report(data.ValueKind != JsonValueKind.Array || data.GetArrayLength() >= (int)value!);
                    break;
                case "minProperties":
                    Report(data.ValueKind != JsonValueKind.Object || data.EnumerateObject().Count() >= (int)value!);
                    break;
                case "items":
                    foreach (var item in data.ValueKind == JsonValueKind.Array ? [.. data.EnumerateArray()] : Array.Empty<JsonElement>())
                    {
                        Check(item, (JsonObject)value!, root, path + "[]", faults);
                    }
                    break;
                case "properties" or "additionalProperties":
                    foreach (
                        var member in data.ValueKind == JsonValueKind.Object ? [.. data.EnumerateObject()] : Array.Empty<JsonProperty>()
                    )
                    {
                        var named = schema["properties"]?[member.Name];
                        if (
                            (
                                keyword == "properties" ? named
                                : named is null ? value
                                : null
                            )
                            is JsonObject of
                        )
                        {
                            Check(member.Value, of, root, $"{path}.{member.Name}", faults);
                        }
                    }
                    break;
                default:
                    throw new NotSupportedException($"{path}: the keyword '{keyword}' is not read.");
            }

            void Report(bool fits)
            {
                if (!fits)
                {
                    faults.Add($"{path}: {keyword} {value!.ToJsonString()}, not {data.GetRawText()}");
                }
            }
        }
    }

    private static string TypeOf(JsonElement data) =>
        data.ValueKind switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => "number",
            JsonValueKind.Null => "null",
            _ => "boolean",
        };
}
