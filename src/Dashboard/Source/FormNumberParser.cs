namespace Orchestrator.Dashboard.Source;

/// <summary>Parses numbers in forms and addresses.</summary>
internal static class FormNumberParser
{
    /// <summary>Parses a number. Returns null for empty text, and NaN for invalid text. Every query rejects NaN.</summary>
    public static double? Read(string? text) =>
        text is not { Length: > 0 } ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : double.NaN;
}
