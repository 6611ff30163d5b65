using System.Text.Json;
using Google.Protobuf;
using Temporal.Server.Visibility.Query;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Visibility;

/// <summary>Reads the values of search attributes out of their JSON payloads.</summary>
internal static class SearchAttributeValues
{
    private static readonly ByteString NullEncoding = ByteString.CopyFromUtf8("binary/null");

    /// <summary>What is stored of a value: nothing for null, one value, or several terms; null if it is no value of that type.</summary>
    public static IReadOnlyList<object>? Read(IndexedValueType type, Payload payload)
    {
        if (IsNull(payload))
        {
            return [];
        }

        if (Json(payload) is not { } json)
        {
            return null;
        }

        return (type, json.ValueKind) switch
        {
            (_, JsonValueKind.Null) => [],
            (IndexedValueType.Text, JsonValueKind.String) => [.. SearchTerms.Of(type, json.GetString()!)],
            (IndexedValueType.Keyword, JsonValueKind.String) => [json.GetString()!],
            (IndexedValueType.KeywordList, JsonValueKind.String) => [json.GetString()!],
            (IndexedValueType.KeywordList, JsonValueKind.Array) => Strings(json),
            (IndexedValueType.Int, JsonValueKind.Number) => json.TryGetInt64(out var integer) ? [integer] : null,
            (IndexedValueType.Double, JsonValueKind.Number) => [json.GetDouble()],
            (IndexedValueType.Bool, JsonValueKind.True) => [1L],
            (IndexedValueType.Bool, JsonValueKind.False) => [0L],
            (IndexedValueType.Datetime, JsonValueKind.String) => QueryValues.ParseTime(json.GetString()!) is { } time ? [time] : null,
            _ => null,
        };
    }

    /// <summary>Whether a value takes an attribute away: null, or an empty list.</summary>
    public static bool IsUnset(Payload payload) =>
        IsNull(payload) || (Json(payload) is { } json && (json.ValueKind == JsonValueKind.Null || (json.ValueKind == JsonValueKind.Array && json.GetArrayLength() == 0)));

    /// <summary>A value as the messages of the real server show it.</summary>
    public static string Display(Payload payload) => Json(payload) is { } json ? Display(json) : payload.Data.ToStringUtf8();

    private static string Display(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString()!,
        JsonValueKind.Null => "<nil>",
        JsonValueKind.Array => $"[{string.Join(' ', json.EnumerateArray().Select(Display))}]",
        JsonValueKind.Object => $"map[{string.Join(' ', json.EnumerateObject().Select(property => $"{property.Name}:{Display(property.Value)}"))}]",
        _ => json.GetRawText(),
    };

    private static List<object>? Strings(JsonElement json)
    {
        var values = new List<object>();
        foreach (var item in json.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
            {
                return null;
            }

            values.Add(item.GetString()!);
        }

        return values;
    }

    private static bool IsNull(Payload payload) => payload.Metadata.TryGetValue("encoding", out var encoding) && encoding == NullEncoding;

    private static JsonElement? Json(Payload payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload.Data.Span);
            return JsonElement.TryParseValue(ref reader, out var json) && reader.BytesConsumed == payload.Data.Length ? json : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
