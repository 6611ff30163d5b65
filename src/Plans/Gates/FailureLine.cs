using System.Text.RegularExpressions;

namespace Orchestrator.Plans;

/// <summary>The line of a gate's output that shows its failure: runners print it somewhere above their summary.</summary>
internal static partial class FailureLine
{
    private const int Longest = 300;

    /// <summary>The first line that says what was expected and what came instead, else the first that names an error; null: there is
    /// none.</summary>
    /// <param name="output">The end of the output.</param>
    public static string? In(string output)
    {
        string[] lines = [.. output.Split('\n').Select(line => Colour().Replace(line, "").Trim()).Where(line => line.Length > 0)];
        var found = lines.FirstOrDefault(line => Compared().IsMatch(line)) ?? InTwoLines(lines) ?? lines.FirstOrDefault(Error().IsMatch);
        return found is null ? null
            : found.Length <= Longest ? found
            : found[..Longest] + "…";
    }

    // 'Expected: 42' and 'Received: 41', with at most a blank or a name between them.
    private static string? InTwoLines(string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (Expected().IsMatch(lines[i]) && lines.Skip(i + 1).Take(2).FirstOrDefault(line => Actual().IsMatch(line)) is { } actual)
            {
                return $"{lines[i]}, {char.ToLowerInvariant(actual[0])}{actual[1..]}";
            }
        }
        return null;
    }

    [GeneratedRegex(
        @"\bexpected\b.+\b(but|got|received|actual|was|to (be|equal|strictly|deeply|match|contain))\b|^E?\s*assert\s.+(==|!=|<|>|\bin\b).+"
            + @"|\bleft: .+right: |\bwant(ed)?\b.+\b(got|have)\b|\bgot\b.+\b(want|expected)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Compared();

    [GeneratedRegex(@"^[+-]?\s*expected\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Expected();

    [GeneratedRegex(@"^[+-]?\s*(actual|received|but was|got)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Actual();

    [GeneratedRegex(
        @"^(E\s+)?([\w.]*(Error|Exception)|error(\[\w+\])?|fatal)\b\s*(:|\[)|\berror (CS|TS)\d+:|: error:",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Error();

    [GeneratedRegex(@"\x1b\[[0-9;]*[A-Za-z]")]
    private static partial Regex Colour();
}
