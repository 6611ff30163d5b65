using Orchestrator.Git.Commits;

namespace Orchestrator.Gates.Tampering;

/// <summary>Lines that a change adds to a product file, as opposed to a test file.</summary>
internal sealed partial class AddedProductCodeLines
{
    /// <summary>Maximum number of characters in a line that is examined. Longer lines are assumed to be generated.</summary>
    public const int LongestLine = 400;

    // A condition, its value and a brace often stand on three lines.
    private const int Window = 3;

    private readonly IReadOnlyList<(string Name, int Line)> _functions;

    public AddedProductCodeLines(
        FileDiff diff,
        string text,
        IReadOnlyList<ParsedTestDefinition> tests,
        IReadOnlySet<ParsedSourceCodeLiteral> moved
    )
    {
        (Path, IsShell) = (diff.Path, Ecosystems.Shell.IsSource(diff.Path));
        _functions =
        [
            .. Function()
                .Matches(text)
                .Select(match => match.Groups["name"])
                .Select(name => (name.Value, text.AsSpan(0, name.Index).Count('\n') + 1)),
        ];
        var ofTests = tests.SelectMany(test => test.Text.Split('\n')).ToHashSet();
        Lines =
        [
            .. diff.AddedLines()
                .Where(line =>
                    line.Text.Length <= LongestLine && !TestDefinitionParser.IsComment(line.Text) && !ofTests.Contains(line.Text)
                ),
        ];
        Windows = [.. Enumerable.Range(0, Lines.Count).Select(begin => WindowAt(begin, moved))];
    }

    public string Path { get; }

    public bool IsShell { get; }

    public IReadOnlyList<(int Number, string Text)> Lines { get; }

    /// <summary>Lines that end a shell script with exit code 0.</summary>
    public IEnumerable<(int Number, string Text)> Exits => IsShell ? Lines.Where(line => Exit().IsMatch(line.Text)) : [];

    /// <summary>Groups of consecutive lines, with the literals that the change adds in each group.</summary>
    public IReadOnlyList<(int Number, string Code, IReadOnlySet<ParsedSourceCodeLiteral> Values)> Windows { get; }

    /// <summary>
    /// Functions in which the change adds comparisons with numbers. Tests of such a function can't be found by searching for its numbers.
    /// </summary>
    public IEnumerable<string> ComparingFunctions =>
        Windows
            .Where(window =>
                AssertionLiterals.IsCompared(window.Code) && window.Values.Count(value => value.IsNumber && !value.IsTrivial) >= 2
            )
            .Select(window => _functions.LastOrDefault(function => function.Line < window.Number + Window).Name)
            .OfType<string>();

    /// <summary>
    /// Returns the places in the added code that contain all literals of an assertion about one of the file's functions. Also returns
    /// functions that only return an assertion's expected value.
    /// </summary>
    /// <param name="assertions">Assertions by their literals.</param>
    public IEnumerable<string> Repeated(ILookup<ParsedSourceCodeLiteral, AssertionLiterals> assertions)
    {
        var after = 0;
        foreach (var (number, code, values) in Windows)
        {
            if (number >= after && (SpecialCase(code, values) ?? Result(code, values)) is { } found)
            {
                yield return $"{Path}:{number} ({found.Test})";
                after = number + Window;
            }
        }

        AssertionLiterals? SpecialCase(string code, IReadOnlySet<ParsedSourceCodeLiteral> values) =>
            values
                .Where(value => !value.IsTrivial)
                .SelectMany(value => assertions[value])
                .FirstOrDefault(one => one.AreIn(code, values) && _functions.Any(function => one.Calls(function.Name)));

        AssertionLiterals? Result(string code, IReadOnlySet<ParsedSourceCodeLiteral> values) =>
            Constant().Match(code) is { Success: true } constant
            && ParsedSourceCodeLiteral.Of(constant.Groups["value"].Value) is var value
            && values.Contains(value)
                ? assertions[value].FirstOrDefault(one => one.Calls(constant.Groups["name"].Value))
                : null;
    }

    private (int, string, IReadOnlySet<ParsedSourceCodeLiteral>) WindowAt(int begin, IReadOnlySet<ParsedSourceCodeLiteral> moved)
    {
        var lines = Lines.Skip(begin).Take(Window).Where(line => line.Number < Lines[begin].Number + Window);
        var code = string.Join('\n', lines.Select(line => line.Text));
        return (Lines[begin].Number, code, ParsedSourceCodeLiteral.In(code, IsShell).Except(moved).ToHashSet());
    }

    /// <summary>Matches a definition of a function.</summary>
    [GeneratedRegex(
        """\b(def|fn|func|function|fun)\s+(\([^)\n]*\)\s*)?(?<name>\w+)|\b(?<name>\w+)[ ]*=[ ]*(async[ ]*)?(function\b|\(|\w+[ ]*=>)"""
            + """|^[ \t]*(?!return|await|throw|yield|else|new)(\w[\w<>\[\],.?]*[ ]+)+(?<name>\w+)(<[\w, ]+>)?\("""
            + """|^[ \t]*(?!if|for|while|switch|catch)(?<name>\w+)[ ]*\([^;\n]*\)\s*\{""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline
    )]
    private static partial Regex Function();

    /// <summary>Matches the beginning of a function whose body is one literal.</summary>
    [GeneratedRegex(
        """(?<name>\w+)\s*(=\s*)?\([^()\n]*\)[^(){};=?"'\n]*\n?\s*(=>|[{:=])\s*\{?\s*((return|echo|puts|printf)\s+)?"""
            + """(?<value>"[^"\n]*"|'[^'\n]*'|-?\d[\d_.]*)(\.\w+\(\))?\s*;?\s*(\}|\)|$)""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline
    )]
    private static partial Regex Constant();

    [GeneratedRegex(@"^\s*exit(\s+0)?\s*;?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Exit();
}
