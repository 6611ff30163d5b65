namespace Orchestrator.Dashboard.Source;

/// <summary>A number that a form or an address has as text.</summary>
internal static class FormNumber
{
    /// <summary>The number; null where none is given, and not a number where the text is none, which every question refuses.</summary>
    public static double? Read(string? text) =>
        text is not { Length: > 0 } ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : double.NaN;
}
