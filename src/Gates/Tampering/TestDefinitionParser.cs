namespace Orchestrator.Gates.Tampering;

/// <summary>A test in a source file.</summary>
/// <param name="Name">Name as the source spells it.</param>
/// <param name="IsSkipped">True if a marker above the test or a call inside it disables it, even conditionally.</param>
/// <param name="Assertions">Trimmed assertions, except those that are always true.</param>
/// <param name="Text">All lines of the test.</param>
internal sealed record ParsedTestDefinition(string Name, bool IsSkipped, IReadOnlyList<string> Assertions, string Text);

/// <summary>Parses the tests of a source file. A test extends from its definition to the next definition, and includes the markers above
/// it. Recognizes definitions, markers and assertions of common test frameworks. Has no side effects.</summary>
internal static partial class TestDefinitionParser
{
    private const int LongestAssertion = 200;

    /// <summary>Returns the tests in order. Empty if the text contains no tests.</summary>
    public static IReadOnlyList<ParsedTestDefinition> Read(string text)
    {
        string[] lines = [.. text.Split('\n').Select(line => line.TrimEnd('\r'))];
        List<(string Name, int Begin)> found = [];
        for (var i = 0; i < lines.Length; i++)
        {
            if (!IsComment(lines[i]) && NameIn(lines, i) is { } name)
            {
                found.Add((name, MarksAbove(lines, i)));
            }
        }
        return
        [
            .. found.Select(
                (test, i) =>
                    Of(test.Name, lines[test.Begin..(i + 1 < found.Count ? Math.Max(test.Begin, found[i + 1].Begin) : lines.Length)])
            ),
        ];
    }

    /// <summary>Counts the markers that disable a group of tests, such as a file, a class or a block.</summary>
    public static int GroupsSkipped(string text) =>
        text.Split('\n').Count(line => !IsComment(line) && (GroupMark().IsMatch(line) || OnlyMark().IsMatch(line)));

    /// <summary>
    /// Returns an assertion with its literal values replaced, so that two assertions that differ only in their values become equal.
    /// </summary>
    public static string Shape(string assertion) => Literal().Replace(assertion, "0");

    /// <summary>Returns the literal values in a piece of code.</summary>
    public static IEnumerable<Match> Literals(string code) => Literal().Matches(code);

    private static ParsedTestDefinition Of(string name, string[] lines)
    {
        var code = lines.Where(line => !IsComment(line)).ToList();
        return new ParsedTestDefinition(
            name,
            code.Exists(line => SkipMark().IsMatch(line) && !GroupMark().IsMatch(line)),
            [.. Enumerable.Range(0, lines.Length).Where(i => IsAssertion(lines[i])).Select(i => Whole(lines, i))],
            string.Join('\n', lines)
        );
    }

    private static bool IsAssertion(string line) => !IsComment(line) && Assertion().IsMatch(line) && !AlwaysTrue().IsMatch(line);

    // Inline snapshots and long arguments continue below, until the brackets outside of literals are closed.
    private static string Whole(string[] lines, int begin)
    {
        var rest = lines[begin..Math.Min(lines.Length, begin + LongestAssertion)];
        var code = Literal().Replace(string.Join('\n', rest), text => string.Concat(text.Value.Select(c => c == '\n' ? c : '0')));
        var (depth, end) = (0, 0);
        foreach (var line in code.Split('\n'))
        {
            end++;
            depth += line.Count(c => c is '(' or '[' or '{') - line.Count(c => c is ')' or ']' or '}');
            if (depth <= 0)
            {
                return string.Join('\n', rest[..end]).Trim();
            }
        }
        return rest[0].Trim();
    }

    private static string? NameIn(string[] lines, int index)
    {
        var line = lines[index];
        if (Definition().Match(line) is { Success: true } named)
        {
            return named.Groups["name"].Value;
        }
        return
            Method().Match(line) is { Success: true } method
            && Enumerable.Range(MarksAbove(lines, index), index - MarksAbove(lines, index) + 1).Any(i => TestMark().IsMatch(lines[i]))
            ? method.Groups["name"].Value
            : null;
    }

    // Finds the first of the marker lines directly above a definition. Comments between markers are skipped.
    private static int MarksAbove(string[] lines, int index)
    {
        var begin = index;
        for (var i = index - 1; i >= 0 && AboveDefinition().IsMatch(lines[i]); i--)
        {
            begin = IsComment(lines[i]) ? begin : i;
        }
        return begin;
    }

    /// <summary>True if a line is a comment in a common language.</summary>
    public static bool IsComment(string line) => Comment().IsMatch(line);

    [GeneratedRegex(@"^\s*(//|/\*|\*(?!\w)|#(?!\[)|--|;)", RegexOptions.CultureInvariant)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^\s*(@|\[|#\[|//|\*|/\*|#)", RegexOptions.CultureInvariant)]
    private static partial Regex AboveDefinition();

    [GeneratedRegex(
        """^\s*(async\s+)?def\s+(?<name>test\w*)|^\s*[xf]?(it|test|specify|scenario)(\.\w+)*\s*(\(\s*|\s)["'`](?<name>[^"'`]+)"""
            + """|^\s*[xf]?(it|test|specify)(\.\w+)+\s*\(.*\)\s*\(\s*["'`](?<name>[^"'`]+)"""
            + """|^func\s+(?<name>(Test|Fuzz|Example)\w*)\s*\(|\bfunc?\s+(?<name>test\w*)\s*\(|\bfunction\s+(?<name>test\w*)\s*\("""
            + """|\bvoid\s+(?<name>test\w*)\s*\(|^\s*TEST(_[FP])?\s*\(\s*\w+\s*,\s*(?<name>\w+)|^\s*@test\s+["'](?<name>[^"']+)""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Definition();

    /// <summary>Matches the definition of a method that is a test if a marker precedes it.</summary>
    [GeneratedRegex(
        """\b(void|Task|ValueTask)\s+(?<name>\w+)\s*\(|^\s*(pub\s+)?(async\s+)?fn\s+(?<name>\w+)\s*\(|\bfun\s+`?(?<name>[^`(]+)`?\s*\("""
            + """|\bpublic\s+function\s+(?<name>\w+)\s*\(|\bfunc\s+(?<name>\w+)\s*\(""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Method();

    [GeneratedRegex(
        """\[\s*(\w+\s*,\s*)*(\w*Fact|\w*Theory|Test|TestCase|TestCaseSource|TestMethod|DataTestMethod|Property)\b"""
            + """|@(Test|ParameterizedTest|RepeatedTest|TestFactory|Property|test)\b|#\[(\w+::)*(test|rstest|test_case|quickcheck)\b"""
            + """|#\[Test\b""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex TestMark();

    [GeneratedRegex(
        """@?\bpytest\.mark\.(skip|xfail)|@unittest\.(skip|expectedFailure)|\bpytest\.(skip|xfail)\("""
            + """|\bself\.skipTest\(|\bSkipTest\(|\b(it|test|specify)(\.\w+)*\.(skip|todo|fixme|fails)\b|\bx(it|test|specify)\b\s*[("'`]"""
            + """|\b\w*(Fact|Theory|Test|TestCase)\([^)]*\b(Skip|Ignore)\s*=|\[(Ignore|Explicit)\b"""
            + """|\bAssert\.(Skip|Ignore|Inconclusive)|@(Disabled|Ignore)\b|\bt\.Skip|#\[ignore|\bXCTSkip|\bmarkTestSkipped\b|^\s+skip\b""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex SkipMark();

    [GeneratedRegex(
        """\bpytestmark\s*=.*\b(skip|xfail)|\bpytest\.(importorskip\(|skip\(.*allow_module_level)|\b__test__\s*=\s*False"""
            + """|\b(describe|context|suite)(\.\w+)*\.(skip|todo|fixme)\b|\bx(describe|context)\b""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex GroupMark();

    /// <summary>Matches a marker that disables all tests except the marked ones.</summary>
    [GeneratedRegex(
        """\b(it|test|describe|context|suite|specify)(\.\w+)*\.only\b|\bf(it|describe|context)\b\s*\(""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex OnlyMark();

    [GeneratedRegex(
        """(?<![\w.])assert\w*!?\b|\bexpect\s*\(|\bAssert(ions)?\.\w|\b(self|this)\.assert\w|\$this->assert\w|\.should\b|\.Should\("""
            + """|\brequire\.\w+\(|\bt\.(Error|Errorf|Fatal|Fatalf)\(|\bXCTAssert\w*\(|\b(EXPECT|ASSERT)_\w+\(|\bmust_\w+|\bassert_\w+""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Assertion();

    [GeneratedRegex(
        """(?<![\w.])assert\s*\(?\s*(True|true|1|not\s+False|1\s*==\s*1)\s*\)?\s*(,|;|#|$)|\bassert!\(\s*true\s*[,)]"""
            + """|\bexpect\(\s*(true|1)\s*\)\.(toBe|toEqual|toStrictEqual)\(\s*(true|1)\s*\)|\bexpect\(\s*true\s*\)\.toBeTruthy\("""
            + """|\bAssert\.(True|IsTrue|That)\(\s*true\s*[,)]|\bassertTrue\(\s*(True|true)\s*[,)]"""
            + """|\bassert\.(ok|True)\((t,\s*)?true\s*[,)]""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex AlwaysTrue();

    [GeneratedRegex(
        """(?s:\"{3}.*?\"{3}|r(?<hash>#*)".*?"\k<hash>|`[^`]*`)|"(?:[^"\\]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
            + """|\b\d[\d_.]*\b|\b(true|false|True|False|null|None|nil)\b""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Literal();
}
