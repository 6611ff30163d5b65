using System.Globalization;

namespace Orchestrator.Benchmarks.Server;

/// <summary>Lines of the Markdown table. Each method gives 1 when the bar is missed, else 0.</summary>
internal static class Report
{
    public static int Print(string what, string reference, double value, string unit, double? bar)
    {
        var wanted = bar is null ? "-" : Text($"at most {bar:0.0##} {unit}");
        var ratio = bar is { } most ? value / most : 0;
        Console.WriteLine(Text($"| {what} | {reference} | {value:0.0##} {unit} | {ratio:0.00} of the bar | {wanted} |"));
        return value <= (bar ?? double.MaxValue) ? 0 : 1;
    }

    public static int PrintAtLeast(string what, string reference, double value, string unit, double bar)
    {
        Console.WriteLine(
            Text($"| {what} | {reference} | {value:0.0} {unit} | {value / bar:0.00} of the bar | at least {bar:0.0} {unit} |")
        );
        return value >= bar ? 0 : 1;
    }

    public static string Ms(double milliseconds) => Text($"{milliseconds:0.00} ms");

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
