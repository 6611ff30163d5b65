namespace Orchestrator;

// Numbers with a noun or a verb in the form that the number needs. Compiled into each project of the product, so that those below Plans
// have it too; a House test finds sentences that count without it. Comments of this file are none of XML: the description of the API reads
// the documentation of all projects together, and takes no member twice.
internal static class Plural
{
    // A number and its noun: "1 task", "3 tasks", "0 branches". The last word of the singular is put in the plural by the rules of English.
    public static string Of(decimal count, string one) => Of(count, one, Many(one));

    // A number and a noun or a phrase whose plural follows no rule: "1 needs you", "2 need you".
    public static string Of(decimal count, string one, string many) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{count} {Form(count, one, many)}");

    // The number as figures in groups of three: "1 token", "12,500 tokens".
    public static string Grouped(decimal count, string one) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{count:#,0} {Form(count, one, Many(one))}");

    // The form of a verb or a noun alone.
    public static string Form(decimal count, string one, string many) => count == 1 ? one : many;

    // How often: "once", "3 times".
    public static string Times(decimal count) => count == 1 ? "once" : Of(count, "time");

    private static string Many(string one) =>
        one is [.., not ('a' or 'e' or 'i' or 'o' or 'u'), 'y'] ? one[..^1] + "ies"
        : one is [.., 's' or 'x'] or [.., 'c' or 's', 'h'] ? one + "es"
        : one + "s";
}
