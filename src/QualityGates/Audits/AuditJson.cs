using System.Text;
using System.Text.Json;

namespace Orchestrator.QualityGates.Audits;

/// <summary>Reads JSON that a tool printed, of which anything may be missing.</summary>
internal static class AuditJson
{
    private const int LongestReason = 200;

    /// <summary>Makes an answer of the one document that was printed.</summary>
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

    /// <summary>The documents that were printed one after the other; null: that is no JSON.</summary>
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

    /// <summary>It printed something else.</summary>
    public static AuditAnswer NoJson(string output) =>
        AuditAnswer.None(output.Trim().Length == 0 ? "it printed nothing" : $"it printed no JSON: {Short(output)}");

    /// <summary>A member; undefined where there is none.</summary>
    public static JsonElement At(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    /// <summary>Its text; empty where it is none.</summary>
    public static string Text(this JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString()! : "";

    /// <summary>The items of an array; none where it is none.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];

    /// <summary>The members of an object; none where it is none.</summary>
    public static IEnumerable<JsonProperty> Members(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : [];

    /// <summary>The first of some texts that is one.</summary>
    public static string First(params IEnumerable<string> texts) => texts.FirstOrDefault(text => text.Length > 0) ?? "";

    /// <summary>A severity by the word for it.</summary>
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

    /// <summary>In one line.</summary>
    public static string Short(string text) =>
        QuotedText.Cut(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(60)), LongestReason);
}
