using System.Text.Json;
using Google.Protobuf;
using Temporalio.Api.Common.V1;
using Temporalio.Converters;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>
/// Values of the script language: null, <see cref="Undefined"/>, bool, double, string, bytes, lists and objects with their members in
/// order, as JavaScript has them.
/// </summary>
internal static class ScriptValue
{
    /// <summary>No value.</summary>
    public static readonly object Undefined = new Nothing();

    private static readonly JsonWriterOptions Plain = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static bool IsUndefined(object? value) => ReferenceEquals(value, Undefined);

    public static bool IsNothing(object? value) => value is null || IsUndefined(value);

    public static bool IsTrue(object? value) =>
        value switch
        {
            null => false,
            bool b => b,
            double d => d != 0 && !double.IsNaN(d),
            string s => s.Length > 0,
            _ => !IsUndefined(value),
        };

    public static object? Member(object? value, string key) =>
        value switch
        {
            OrderedDictionary<string, object?> o => o.TryGetValue(key, out var member) ? member : Undefined,
            List<object?> list when int.TryParse(key, out var index) => index >= 0 && index < list.Count ? list[index] : Undefined,
            List<object?> list when key == "length" => (double)list.Count,
            string text when key == "length" => (double)text.Length,
            _ => Undefined,
        };

    public static object? Parse(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.True:
                return true;
            case JsonValueKind.False:
                return false;
            case JsonValueKind.Number:
                return json.GetDouble();
            case JsonValueKind.String:
                return json.GetString();
            case JsonValueKind.Array:
                var list = new List<object?>(json.GetArrayLength());
                foreach (var item in json.EnumerateArray())
                {
                    list.Add(Parse(item));
                }

                return list;
            case JsonValueKind.Object:
                var members = new OrderedDictionary<string, object?>();
                foreach (var member in json.EnumerateObject())
                {
                    members[member.Name] = Parse(member.Value);
                }

                return members;
            default:
                return Undefined;
        }
    }

    public static object? Parse(Payload payload)
    {
        switch (payload.Metadata["encoding"].ToStringUtf8())
        {
            case "binary/null":
                return Undefined;
            case "binary/plain":
                return payload.Data.ToByteArray();
            default:
                using (var document = JsonDocument.Parse(payload.Data.Memory))
                {
                    return Parse(document.RootElement);
                }
        }
    }

    /// <summary>The payload that the TypeScript SDK makes of the value.</summary>
    public static Payload ToPayload(object? value) =>
        value switch
        {
            byte[] bytes => Payload("binary/plain", bytes),
            _ when IsUndefined(value) => Payload("binary/null", []),
            _ => Payload("json/plain", ToJson(value)),
        };

    public static RawValue ToRaw(object? value) => new(ToPayload(value));

    /// <summary>JSON text; null for no value.</summary>
    public static string? Text(object? value) => IsUndefined(value) ? null : System.Text.Encoding.UTF8.GetString(ToJson(value));

    public static byte[] ToJson(object? value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Plain))
        {
            Write(writer, value);
        }

        return stream.ToArray();
    }

    /// <summary>A description without values that JSON does not have.</summary>
    public static object? Describable(object? value) =>
        value switch
        {
            byte[] bytes => new OrderedDictionary<string, object?> { ["$bytes"] = Convert.ToBase64String(bytes) },
            List<object?> list => list.ConvertAll(v => IsUndefined(v) ? null : Describable(v)),
            OrderedDictionary<string, object?> o => new OrderedDictionary<string, object?>(
                o.Select(m => KeyValuePair.Create(m.Key, Describable(m.Value)))
            ),
            _ => value,
        };

    private static Payload Payload(string encoding, byte[] data) =>
        new() { Metadata = { ["encoding"] = ByteString.CopyFromUtf8(encoding) }, Data = UnsafeByteOperations.UnsafeWrap(data) };

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case bool b:
                writer.WriteBooleanValue(b);
                break;
            case double d:
                writer.WriteNumberValue(d);
                break;
            case string s:
                writer.WriteStringValue(s);
                break;
            case byte[] bytes:
                writer.WriteStartObject();
                for (var i = 0; i < bytes.Length; i++)
                {
                    writer.WriteNumber(i.ToString(System.Globalization.CultureInfo.InvariantCulture), bytes[i]);
                }

                writer.WriteEndObject();
                break;
            case List<object?> list:
                writer.WriteStartArray();
                list.ForEach(item => Write(writer, item));
                writer.WriteEndArray();
                break;
            case OrderedDictionary<string, object?> o:
                writer.WriteStartObject();
                foreach (var (name, member) in o)
                {
                    if (!IsUndefined(member))
                    {
                        writer.WritePropertyName(name);
                        Write(writer, member);
                    }
                }

                writer.WriteEndObject();
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private sealed class Nothing
    {
        public override string ToString() => "undefined";
    }
}
