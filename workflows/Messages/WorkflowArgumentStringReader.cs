using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Orchestrator.Workflows.Messages;

/// <summary>Reads text and names in messages, and describes the errors in them.</summary>
internal static class WorkflowArgumentStringReader
{
    public static string Describe(ValidationAttribute limit, string value) =>
        limit switch
        {
            StringLengthAttribute length =>
                $"has {Plural.Of(value.Length, "character")}; it must have {length.MinimumLength} to {length.MaximumLength}",
            RangeAttribute range => $"is {value}; it must be {range.Minimum} to {range.Maximum}",
            AllowedValuesAttribute allowed =>
                $"is {MessageValidationFaultCollector.Quote(value)}; it must be one of {string.Join(", ", allowed.Values)}",
            _ => limit.FormatErrorMessage(""),
        };

    /// <summary>
    /// Returns the text of a JSON string, or null for other values and for strings with invalid characters (an unpaired surrogate or
    /// invalid UTF-8).
    /// </summary>
    public static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public static string? NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
