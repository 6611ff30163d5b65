using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Temporalio.Common;

/// <summary>
/// Search attribute values to and from payloads. They never pass through the user's converter or codec: the server reads them.
/// </summary>
internal static class SearchAttributePayloads
{
    private static readonly ByteString JsonPlain = ByteString.CopyFromUtf8("json/plain");

    private static readonly (IndexedValueType Type, string Name)[] TypeNames =
    [
        (IndexedValueType.Bool, "Bool"),
        (IndexedValueType.Datetime, "Datetime"),
        (IndexedValueType.Double, "Double"),
        (IndexedValueType.Int, "Int"),
        (IndexedValueType.Keyword, "Keyword"),
        (IndexedValueType.KeywordList, "KeywordList"),
        (IndexedValueType.Text, "Text"),
    ];

    /// <summary>Value to payload; a null value makes the payload that removes the attribute.</summary>
    public static Payload ToPayload(SearchAttributeKey key, object? value)
    {
        var payload = new Payload { Data = ByteString.CopyFrom(Json(value)) };
        payload.Metadata["encoding"] = JsonPlain;
        payload.Metadata["type"] = ByteString.CopyFromUtf8(TypeNames.First(pair => pair.Type == key.ValueType).Name);
        return payload;
    }

    /// <summary>Payload to key and value; null when the payload holds no value or says no type known here.</summary>
    public static (SearchAttributeKey Key, object Value)? FromPayload(string name, Payload payload)
    {
        if (!payload.Metadata.TryGetValue("type", out var typeName) || TypeOf(typeName.ToStringUtf8()) is not { } type)
        {
            return null;
        }

        using var document = JsonDocument.Parse(payload.Data.Memory);
        var json = document.RootElement;

        // A single value may come back wrapped in a list of one.
        if (json.ValueKind == JsonValueKind.Array && type != IndexedValueType.KeywordList)
        {
            if (json.GetArrayLength() != 1)
            {
                return null;
            }

            json = json[0];
        }

        if (json.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return null;
        }

        return type switch
        {
            IndexedValueType.Bool => (SearchAttributeKey.CreateBool(name), json.GetBoolean()),
            IndexedValueType.Datetime => (
                SearchAttributeKey.CreateDateTimeOffset(name),
                DateTimeOffset.Parse(json.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            ),
            IndexedValueType.Double => (SearchAttributeKey.CreateDouble(name), json.GetDouble()),
            IndexedValueType.Int => (SearchAttributeKey.CreateLong(name), json.GetInt64()),
            IndexedValueType.Keyword => (SearchAttributeKey.CreateKeyword(name), json.GetString()!),
            IndexedValueType.Text => (SearchAttributeKey.CreateText(name), json.GetString()!),
            _ => (SearchAttributeKey.CreateKeywordList(name), Texts(json)),
        };
    }

    // A server takes null among the values of a list, and means nothing by it.
    private static string[] Texts(JsonElement json) =>
        json.ValueKind == JsonValueKind.Array
            ? [.. json.EnumerateArray().Select(item => item.GetString()).OfType<string>()]
            : [json.GetString()!];

    // The server writes either the short names or those of the enumeration (INDEXED_VALUE_TYPE_KEYWORD_LIST).
    private static IndexedValueType? TypeOf(string name)
    {
        const string Prefix = "INDEXED_VALUE_TYPE_";
        var plain = name.StartsWith(Prefix, StringComparison.Ordinal)
            ? name[Prefix.Length..].Replace("_", string.Empty, StringComparison.Ordinal)
            : name;
        foreach (var (type, typeName) in TypeNames)
        {
            if (typeName.Equals(plain, StringComparison.OrdinalIgnoreCase))
            {
                return type;
            }
        }

        return null;
    }

    private static byte[] Json(object? value) =>
        value switch
        {
            null => "null"u8.ToArray(),
            DateTimeOffset time => JsonSerializer.SerializeToUtf8Bytes(
                time.ToString("O", CultureInfo.InvariantCulture),
                ServerJson.Options
            ),
            IEnumerable<string> texts => JsonSerializer.SerializeToUtf8Bytes(texts, ServerJson.Options),
            _ => JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), ServerJson.Options),
        };
}
