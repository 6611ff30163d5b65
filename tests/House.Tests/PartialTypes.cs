using System.Text.RegularExpressions;

namespace Orchestrator.House.Tests;

/// <summary>A hand-written part of a type that has several.</summary>
/// <param name="Name">With its namespace.</param>
/// <param name="Lines">From its declaration to its end.</param>
internal sealed record PartialType(string Name, int Lines);

/// <summary>
/// Finds the parts of partial types in a source. Those that are partial because a source generator completes them (loggers, contexts of
/// JSON) are left out: such a list is as long as what it lists.
/// </summary>
internal static partial class PartialTypes
{
    /// <summary>The parts in a source that is written in the one style, where the end of an outermost type is a line of its own.</summary>
    public static IEnumerable<PartialType> In(string source)
    {
        var space = NamespaceOf().Match(source).Groups[1].Value;
        foreach (Match declaration in Declaration().Matches(source))
        {
            var end = source.IndexOf("\n}", declaration.Index, StringComparison.Ordinal);
            var part = source[declaration.Index..(end < 0 ? source.Length : end + 2)];
            if (!part.Contains("[LoggerMessage(", StringComparison.Ordinal) && !JsonContext().IsMatch(part))
            {
                yield return new PartialType($"{space}.{declaration.Groups[1].Value}", part.Count(c => c == '\n') + 1);
            }
        }
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceOf();

    [GeneratedRegex(@"^[a-z][a-z ]* partial (?:record )?(?:class|struct|record|interface) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^[^{]*: JsonSerializerContext")]
    private static partial Regex JsonContext();
}
