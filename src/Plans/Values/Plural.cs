namespace Orchestrator;

/// <summary>Numbers with a noun or a verb in the form that the number needs. Compiled into each project of the product, so that those below
/// Plans have it too; a House test finds sentences that count without it.</summary>
internal static class Plural
{
    /// <summary>A number and its noun: <c>1 task</c>, <c>3 tasks</c>, <c>0 branches</c>.</summary>
    /// <param name="count">The number.</param>
    /// <param name="one">The noun in the singular; its last word is put in the plural by the rules of English.</param>
    public static string Of(decimal count, string one) => Of(count, one, Many(one));

    /// <summary>A number and a noun or a phrase whose plural follows no rule: <c>1 needs you</c>, <c>2 need you</c>.</summary>
    /// <param name="count">The number.</param>
    /// <param name="one">For one.</param>
    /// <param name="many">For any other number.</param>
    public static string Of(decimal count, string one, string many) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{count} {Form(count, one, many)}");

    /// <summary>The number as figures in groups of three: <c>1 token</c>, <c>12,500 tokens</c>.</summary>
    public static string Grouped(decimal count, string one) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{count:#,0} {Form(count, one, Many(one))}");

    /// <summary>The form of a verb or a noun alone.</summary>
    /// <param name="count">The number.</param>
    /// <param name="one">For one.</param>
    /// <param name="many">For any other number.</param>
    public static string Form(decimal count, string one, string many) => count == 1 ? one : many;

    /// <summary>How often: <c>once</c>, <c>3 times</c>.</summary>
    public static string Times(decimal count) => count == 1 ? "once" : Of(count, "time");

    private static string Many(string one) =>
        one is [.., not ('a' or 'e' or 'i' or 'o' or 'u'), 'y'] ? one[..^1] + "ies"
        : one is [.., 's' or 'x'] or [.., 'c' or 's', 'h'] ? one + "es"
        : one + "s";
}
