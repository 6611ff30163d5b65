namespace Orchestrator;

// Formats numbers with a noun or verb in the matching form. Compiled into each product project so that projects below Plans can use it
// too; a House test finds sentences that count without it. These comments are not XML docs because the API description merges the
// documentation of all projects and accepts no member twice.
internal static class Plural
{
    // Formats a number and its noun: "1 task", "3 tasks", "0 branches". The last word of the singular gets its regular English plural.
    public static string Of(decimal count, string one) => Of(count, one, PluralOf(one));

    // Formats a number and a noun or phrase with an irregular plural, such as "1 needs you" and "2 need you".
    public static string Of(decimal count, string one, string many) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{count} {Form(count, one, many)}");

    // Formats a number with digit grouping: "1 token", "12,500 tokens".
    public static string Grouped(decimal count, string one) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{count:#,0} {Form(count, one, PluralOf(one))}");

    // Returns only the form of a verb or noun.
    public static string Form(decimal count, string one, string many) => count == 1 ? one : many;

    // Formats a frequency: "once", "3 times".
    public static string Times(decimal count) => count == 1 ? "once" : Of(count, "time");

    private static string PluralOf(string one) =>
        one is [.., not ('a' or 'e' or 'i' or 'o' or 'u'), 'y'] ? one[..^1] + "ies"
        : one is [.., 's' or 'x'] or [.., 'c' or 's', 'h'] ? one + "es"
        : one + "s";
}
