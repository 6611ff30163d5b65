using System.Text;
using System.Text.RegularExpressions;

namespace Orchestrator.Agents;

/// <summary>Reads JSON whose fields may be missing, null or of another type, because other programs define the format and may change
/// it.</summary>
internal static partial class LenientJson
{
    /// <summary>Upper bound for counts. Larger than the number of tokens that any agent can use.</summary>
    internal const double MostCounted = 1e15;

    /// <summary>Converts an output line to text and removes a byte order mark, NULs and terminal escape sequences. Invalid UTF-8 is
    /// replaced.</summary>
    internal static string Line(ReadOnlySpan<byte> line) =>
        WithoutEscapes(Encoding.UTF8.GetString(line)).Trim(' ', '\t', '\r', '\0', '\uFEFF');

    /// <summary>Removes terminal escape sequences from text.</summary>
    internal static string WithoutEscapes(string text) =>
        text.Contains('\u001b', StringComparison.Ordinal) ? Escapes().Replace(text, "") : text;

    internal static JsonElement? Get(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    internal static string? Text(this JsonElement element, string name) =>
        element.Get(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    internal static long? Number(this JsonElement element, string name) =>
        element.Get(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var number) ? (long)number : null;

    internal static double? Fraction(this JsonElement element, string name) =>
        element.Get(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var number) ? number : null;

    internal static decimal? Money(this JsonElement element, string name) =>
        element.Get(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDecimal(out var number) ? number : null;

    /// <summary>Reads a count. The returned number is at least 0, and small enough that sums don't overflow.</summary>
    internal static long Count(this JsonElement element, string name) =>
        element.Fraction(name) is { } number && !double.IsNaN(number) ? (long)Math.Clamp(number, 0, MostCounted) : 0;

    internal static bool IsTrue(this JsonElement element, string name) => element.Get(name) is { ValueKind: JsonValueKind.True };

    internal static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.Get(name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : [];

    internal static IEnumerable<JsonProperty> Members(this JsonElement element, string name) =>
        element.Get(name) is { ValueKind: JsonValueKind.Object } value ? value.EnumerateObject() : [];

    internal static IReadOnlyList<string> Texts(this JsonElement element, string name) =>
        [.. element.Items(name).Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)];

    /// <summary>Returns the text of a message's content, which is either a string or a list of text blocks.</summary>
    internal static string ContentText(this JsonElement element) =>
        element.Get("content") switch
        {
            { ValueKind: JsonValueKind.String } text => text.GetString()!,
            { ValueKind: JsonValueKind.Array } => string.Join(
                '\n',
                element.Items("content").Select(block => block.Text("text")).OfType<string>()
            ),
            _ => "",
        };

    [GeneratedRegex(@"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])", RegexOptions.CultureInvariant)]
    private static partial Regex Escapes();
}
