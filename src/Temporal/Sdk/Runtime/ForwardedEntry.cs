using System.Collections;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Temporalio.Runtime;

/// <summary>A message of the SDK's own, as the logger has it that such messages are forwarded to.</summary>
/// <param name="level">Its level.</param>
/// <param name="target">The part of the SDK that it comes from.</param>
/// <param name="message">Its text, without fields.</param>
/// <param name="timestamp">When it was written, UTC.</param>
/// <param name="fields">Names and JSON texts of its fields; null: they are not forwarded.</param>
internal sealed class ForwardedEntry(
    LogLevel level,
    string target,
    string message,
    DateTime timestamp,
    IReadOnlyDictionary<string, string>? fields
) : IReadOnlyList<KeyValuePair<string, object?>>
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly KeyValuePair<string, object?>[] _properties =
    [
        new("Level", level),
        new("Target", target),
        new("Message", message),
        new("Timestamp", timestamp),
        new("JsonFields", fields),
    ];

    /// <inheritdoc/>
    public int Count => _properties.Length;

    /// <inheritdoc/>
    public KeyValuePair<string, object?> this[int index] => _properties[index];

    /// <summary>Names and values of a message's state as fields: <c>RunId</c> becomes <c>run_id</c>.</summary>
    public static Dictionary<string, string> FieldsOf(object? state, Exception? exception)
    {
        var fields = new Dictionary<string, string>();
        foreach (var (name, value) in state as IEnumerable<KeyValuePair<string, object?>> ?? [])
        {
            if (name != "{OriginalFormat}")
            {
                fields[JsonNamingPolicy.SnakeCaseLower.ConvertName(name)] = Text(value);
            }
        }

        if (exception is not null)
        {
            fields["error"] = Text(exception.Message);
        }

        return fields;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _properties.AsEnumerable().GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder($"[sdk_core::{target}] {message}");
        if (fields is { Count: > 0 })
        {
            text.Append(' ').AppendJoin(", ", fields.Select(field => $"{field.Key}={field.Value}"));
        }

        return text.ToString();
    }

    private static string Text(object? value) =>
        value is bool or int or long or double ? JsonSerializer.Serialize(value, Json) : JsonSerializer.Serialize(value?.ToString(), Json);
}
