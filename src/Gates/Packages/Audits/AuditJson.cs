using System.Text;
using System.Text.Json;

namespace Orchestrator.Gates.Packages.Audits;

/// <summary>Reads the JSON output of audit tools, in which any member may be missing.</summary>
internal static class AuditJson
{
    private const int LongestReason = 200;

    /// <summary>Parses output that is a single JSON document and returns the audit result read from it.</summary>
    public static PackageAuditResult Read(string output, Func<JsonElement, PackageAuditResult> read)
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

    /// <summary>Returns the JSON documents that a tool printed, in order, or null if the output is not JSON.</summary>
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

    /// <summary>Creates the audit result for output that is not JSON.</summary>
    public static PackageAuditResult NoJson(string output) =>
        PackageAuditResult.None(output.Trim().Length == 0 ? "it printed nothing" : $"it printed no JSON: {ToOneLine(output)}");

    /// <summary>Returns a member of a JSON object, or an undefined element if the member does not exist.</summary>
    public static JsonElement At(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    /// <summary>Returns the text of a JSON string, or an empty string for any other value.</summary>
    public static string Text(this JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString()! : "";

    /// <summary>Returns the items of an array, or no items for any other value.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];

    /// <summary>Returns the members of an object, or no members for any other value.</summary>
    public static IEnumerable<JsonProperty> Members(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : [];

    /// <summary>Returns the first string that is not empty, or an empty string if there is none.</summary>
    public static string First(params IEnumerable<string> texts) => texts.FirstOrDefault(text => text.Length > 0) ?? "";

    /// <summary>Parses the name of a severity.</summary>
    public static AuditSeverity Severity(this JsonElement element) =>
        element.Text().ToUpperInvariant() switch
        {
            "INFO" or "LOW" => AuditSeverity.Low,
            "MODERATE" or "MEDIUM" => AuditSeverity.Moderate,
            "HIGH" => AuditSeverity.High,
            "CRITICAL" => AuditSeverity.Critical,
            _ => AuditSeverity.Unrated,
        };

    /// <summary>Returns the id of an advisory, which is the last path segment of its URL.</summary>
    public static string NameIn(string address) =>
        address.TrimEnd('/') is var whole && whole.LastIndexOf('/') is >= 0 and var end ? whole[(end + 1)..] : whole;

    /// <summary>Converts text to one line and shortens it for display.</summary>
    public static string ToOneLine(string text) =>
        QuotedText.Cut(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(60)), LongestReason);
}
