using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Temporalio.Api.History.V1;

namespace Temporalio.Common;

/// <summary>
/// History as JSON. Reading takes enum values by full name, by the older short name (<c>WorkflowExecutionStarted</c>) and by number.
/// </summary>
internal static class WorkflowHistoryJson
{
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default);

    public static History Read(string json)
    {
        JsonNode root;
        try
        {
            root = JsonNode.Parse(json) ?? throw new FormatException("The history is the JSON value null.");
        }
        catch (JsonException error)
        {
            throw new FormatException($"The history is not JSON: {error.Message}", error);
        }

        if (root is not JsonObject || root["events"] is not JsonArray)
        {
            throw new FormatException("The history has no list 'events'.");
        }

        WidenEnums(root, History.Descriptor);
        try
        {
            return Parser.Parse<History>(root.ToJsonString());
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new FormatException($"The history does not follow Temporal's schema: {error.Message}", error);
        }
    }

    public static void Write(History history, TextWriter writer) => Formatter.Format(history, writer);

    private static void WidenEnums(JsonNode? node, MessageDescriptor descriptor)
    {
        if (node is not JsonObject values || descriptor.File.Package == "google.protobuf")
        {
            return;
        }

        foreach (var field in descriptor.Fields.InDeclarationOrder())
        {
            var name = values.ContainsKey(field.JsonName) ? field.JsonName : field.Name;
            if (values[name] is not { } value)
            {
                continue;
            }

            if (field.IsMap)
            {
                var mapValue = field.MessageType.FindFieldByNumber(2);
                if (value is JsonObject map && mapValue.FieldType == FieldType.Message)
                {
                    foreach (var (_, item) in map)
                    {
                        WidenEnums(item, mapValue.MessageType);
                    }
                }
            }
            else if (field.FieldType == FieldType.Enum)
            {
                if (value is JsonArray list)
                {
                    for (var index = 0; index < list.Count; index++)
                    {
                        list[index] = FullName(list[index], field.EnumType);
                    }
                }
                else
                {
                    values[name] = FullName(value, field.EnumType);
                }
            }
            else if (field.FieldType == FieldType.Message)
            {
                if (value is JsonArray list)
                {
                    foreach (var item in list)
                    {
                        WidenEnums(item, field.MessageType);
                    }
                }
                else
                {
                    WidenEnums(value, field.MessageType);
                }
            }
        }
    }

    private static JsonNode? FullName(JsonNode? value, EnumDescriptor type)
    {
        if (value is null || value.GetValueKind() != JsonValueKind.String)
        {
            return value?.DeepClone();
        }

        var text = value.GetValue<string>();
        if (type.FindValueByName(text) is not null)
        {
            return text;
        }

        foreach (var candidate in type.Values)
        {
            if (
                Squeezed(candidate.Name).EndsWith(text.ToUpperInvariant(), StringComparison.Ordinal)
                && Squeezed(candidate.Name).Length - text.Length == Squeezed(CommonPrefix(type)).Length
            )
            {
                return candidate.Name;
            }
        }

        return text;
    }

    private static string CommonPrefix(EnumDescriptor type)
    {
        // Every enum begins with <PREFIX>UNSPECIFIED.
        const string Zero = "UNSPECIFIED";
        var zero = type.FindValueByNumber(0)?.Name ?? string.Empty;
        return zero.EndsWith(Zero, StringComparison.Ordinal) ? zero[..^Zero.Length] : string.Empty;
    }

    private static string Squeezed(string name) => name.Replace("_", string.Empty, StringComparison.Ordinal);
}
