using System.Globalization;
using System.Text;
using System.Text.Json;
using Temporal.Server.Visibility.Query;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Visibility;

/// <summary>
/// Parses the values of search attributes from their JSON payloads, as strictly as the Temporal server. Accepting values that the Temporal
/// server rejects would hide errors in clients.
/// </summary>
internal static class SearchAttributeValues
{
    private const string NullEncoding = "binary/null";
    private const string BinaryEncoding = "binary/plain";
    private const int ShortestExponent = 6;
    private const string JsonEncoding = "json/plain";

    /// <summary>
    /// Converts a payload to stored values: none for a null value, one for a scalar, or one per term. Returns null if the payload does not
    /// match the type.
    /// </summary>
    public static IReadOnlyList<object>? Read(IndexedValueType type, Payload payload)
    {
        if (Encoding(payload) == NullEncoding)
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
            (IndexedValueType.KeywordList, JsonValueKind.Array) => Strings(json),
            (IndexedValueType.KeywordList, _) => null,

            // A scalar may be sent as a list with one element; an empty list counts as no value.
            (_, JsonValueKind.Array) => json.GetArrayLength() switch
            {
                0 => [],
                1 when json[0].ValueKind == JsonValueKind.Null => [],
                1 => Scalar(type, json[0]),
                _ => null,
            },
            _ => Scalar(type, json),
        };
    }

    /// <summary>Returns the JSON of the only element of a list, or null if the payload is not a list with exactly one element.</summary>
    public static string? Only(Payload payload) =>
        Json(payload) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() == 1 ? list[0].GetRawText() : null;

    /// <summary>Formats a value as in the Temporal server's messages.</summary>
    public static string Display(Payload payload) =>
        Json(payload) is { } json ? Display(json)
        : Encoding(payload) == BinaryEncoding ? $"[{string.Join(' ', payload.Data.Select(b => b.ToString(CultureInfo.InvariantCulture)))}]"
        : "value from <" + Text(payload) + ">";

    private static IReadOnlyList<object>? Scalar(IndexedValueType type, JsonElement json) =>
        (type, json.ValueKind) switch
        {
            (IndexedValueType.Text, JsonValueKind.String) => [.. SearchTermExtractor.Of(type, json.GetString()!)],
            (IndexedValueType.Keyword, JsonValueKind.String) => [json.GetString()!],
            (IndexedValueType.Int, JsonValueKind.Number) => json.TryGetInt64(out var integer) ? [integer] : null,
            (IndexedValueType.Double, JsonValueKind.Number) => json.TryGetDouble(out var number) && double.IsFinite(number)
                ? [number]
                : null,
            (IndexedValueType.Bool, JsonValueKind.True) => [1L],
            (IndexedValueType.Bool, JsonValueKind.False) => [0L],

            // Takes the raw text between the quotes, because the Temporal server does not unescape it.
            (IndexedValueType.Datetime, JsonValueKind.String) => VisibilityQueryLiteralConverter.ParseAttributeTime(
                json.GetRawText()[1..^1]
            )
                is { } time
                ? [time]
                : null,
            _ => null,
        };

    private static string Display(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.String => json.GetString()!,
            JsonValueKind.Null => "<nil>",
            JsonValueKind.Array => $"[{string.Join(' ', json.EnumerateArray().Select(Display))}]",
            JsonValueKind.Object =>
                $"map[{string.Join(' ', json.EnumerateObject().Select(property => $"{property.Name}:{Display(property.Value)}"))}]",
            JsonValueKind.Number => json.TryGetDouble(out var number) && double.IsFinite(number) ? Display(number) : json.GetRawText(),
            _ => json.GetRawText(),
        };

    /// <summary>Formats a number as the Temporal server does, with an exponent if the magnitude is below 1e-4 or at least 1e6.</summary>
    private static string Display(double number)
    {
        if (number == 0)
        {
            return double.IsNegative(number) ? "-0" : "0";
        }

        // The shortest digits that parse back to the same number, and the position of the decimal point.
        var parts = Math.Abs(number).ToString("E16", CultureInfo.InvariantCulture).Split('E');
        var exponent = int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var digits = new string([
            .. Math.Abs(number).ToString("R", CultureInfo.InvariantCulture).Split('E')[0].Where(char.IsAsciiDigit),
        ]).Trim('0');
        var sign = number < 0 ? "-" : "";
        if (exponent is < -4 or >= ShortestExponent)
        {
            return $"{sign}{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        return exponent < 0 ? $"{sign}0.{new string('0', -exponent - 1)}{digits}"
            : digits.Length <= exponent + 1 ? sign + digits.PadRight(exponent + 1, '0')
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    private static List<object>? Strings(JsonElement json)
    {
        var values = new List<object>();
        foreach (var item in json.EnumerateArray())
        {
            switch (item.ValueKind)
            {
                case JsonValueKind.String:
                    values.Add(item.GetString()!);
                    break;
                case JsonValueKind.Null:
                    break;
                case JsonValueKind.Array when Strings(item) is { } inner:
                    values.AddRange(inner);
                    break;
                default:
                    return null;
            }
        }

        return values;
    }

    private static string Encoding(Payload payload) =>
        payload.Metadata.TryGetValue("encoding", out var encoding) ? encoding.ToStringUtf8() : "";

    /// <summary>Formats a payload as protobuf text, as in the messages of the Temporal server about unreadable payloads.</summary>
    private static string Text(Payload payload)
    {
        var parts = payload
            .Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"metadata:{{key:{Quoted(pair.Key)}  value:{Quoted(pair.Value.ToStringUtf8())}}}")
            .ToList();
        if (payload.Data.Length > 0)
        {
            parts.Add("data:" + Quoted(payload.Data.ToStringUtf8()));
        }

        return string.Join("  ", parts);
    }

    private static string Quoted(string text) =>
        new StringBuilder(text)
            .Replace("\\", "\\\\")
            .Replace("\"", "\\\"")
            .Replace("\n", "\\n")
            .Replace("\t", "\\t")
            .Insert(0, '"')
            .Append('"')
            .ToString();

    private static JsonElement? Json(Payload payload)
    {
        if (Encoding(payload) != JsonEncoding)
        {
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(payload.Data.Span);
            if (!JsonElement.TryParseValue(ref reader, out var json))
            {
                return null;
            }

            // Only white space may follow, and a number must fit a double.
            return json.Value.ValueKind == JsonValueKind.Number && !double.IsFinite(json.Value.GetDouble()) ? null
                : payload.Data.Span[(int)reader.BytesConsumed..].IndexOfAnyExcept(" \t\r\n"u8) < 0 ? json
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
