using System.Text;
using System.Text.Json;

namespace Orchestrator.Packages.Audits;

/// <summary>Reads a tool's JSON, in which anything may be missing.</summary>
internal static class AuditJson
{
    private const int LongestReason = 200;

    /// <summary>Makes an answer from a single document.</summary>
    public static AuditAnswer Read(string output, Func<JsonElement, AuditAnswer> read)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            return read(document.RootElement);
        }
        catch (JsonException)
        {
            return NoJson(output);
        }
    }

    /// <summary>The printed documents in order; null: no JSON.</summary>
    public static IReadOnlyList<JsonElement>? ReadAll(string output)
    {
        var found = new List<JsonElement>();
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(output), new JsonReaderOptions { AllowMultipleValues = true });
        try
        {
            while (reader.Read())
            {
                found.Add(JsonElement.ParseValue(ref reader));
            }
            return found;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The answer for other output.</summary>
    public static AuditAnswer NoJson(string output) =>
        AuditAnswer.None(output.Trim().Length == 0 ? "it printed nothing" : $"it printed no JSON: {Short(output)}");

    /// <summary>A member; undefined where there is none.</summary>
    public static JsonElement At(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    /// <summary>The text of a JSON value; empty where it is no string.</summary>
    public static string Text(this JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString()! : "";

    /// <summary>The items of an array; none where it is none.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];

    /// <summary>The members of an object; none where it is none.</summary>
    public static IEnumerable<JsonProperty> Members(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : [];

    /// <summary>The first non-empty text.</summary>
    public static string First(params IEnumerable<string> texts) => texts.FirstOrDefault(text => text.Length > 0) ?? "";

    /// <summary>A severity by name.</summary>
    public static AuditSeverity Severity(this JsonElement element) =>
        element.Text().ToUpperInvariant() switch
        {
            "INFO" or "LOW" => AuditSeverity.Low,
            "MODERATE" or "MEDIUM" => AuditSeverity.Moderate,
            "HIGH" => AuditSeverity.High,
            "CRITICAL" => AuditSeverity.Critical,
            _ => AuditSeverity.Unrated,
        };

    /// <summary>The last part of an advisory's address is its name.</summary>
    public static string NameIn(string address) =>
        address.TrimEnd('/') is var whole && whole.LastIndexOf('/') is >= 0 and var end ? whole[(end + 1)..] : whole;

    /// <summary>A text as one line.</summary>
    public static string Short(string text) =>
        QuotedText.Cut(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(60)), LongestReason);
}
