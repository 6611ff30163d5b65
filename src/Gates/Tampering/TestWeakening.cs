using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;

namespace Orchestrator.Gates.Tampering;

/// <summary>Signs in a change that tests check less than before: disabled, removed, excluded by configuration, or made to look as if they
/// ran. Pure; it knows words, not languages, so it only reports.</summary>
public static partial class TestWeakening
{
    private const int MostNamed = 3;

    /// <summary>The changes of tests that a person should look at, each a sentence.</summary>
    /// <param name="patch">The change; null: too large to review.</param>
    public static IEnumerable<string> ForPerson(IReadOnlyList<PatchFile>? patch)
    {
        if (patch is null)
        {
            yield return "Its change is too large to be looked through for tests that are switched off.";
            yield break;
        }
        var code = patch.Where(IsCode).ToList();
        foreach (var file in code.Where(file => file.IsBinary && Ecosystems.BelongsToTests(file.Path) && !IsData(file.Path)))
        {
            yield return $"It makes the test '{FileNames.Show(file.Path)}' something that can't be read as text.";
        }
        var skipped = code.Sum(file =>
            file.AddedLines().Count(line => SkipMark().IsMatch(line.Text)) - file.RemovedLines().Count(line => SkipMark().IsMatch(line))
        );
        if (skipped > 0)
        {
            yield return $"It switches {Plural.Of(skipped, "test")} off.";
        }
        var narrowed = code.SelectMany(file =>
                file.AddedLines().Where(line => LeavesOut(file, line.Text)).Select(line => $"{file.Path}:{line.Number}")
            )
            .ToList();
        if (narrowed.Count > 0)
        {
            yield return $"It says which tests or failures are left out: {FileNames.Some(narrowed, MostNamed)}.";
        }
        var (gone, come) = NamedTests(code);
        if (gone.Count > come.Count)
        {
            yield return $"It takes tests away: {FileNames.Some([.. gone.Except(come)], MostNamed)}.";
        }
    }

    /// <summary>Further short notes.</summary>
    /// <param name="patch">What was changed.</param>
    public static IEnumerable<string> Notes(IReadOnlyList<PatchFile>? patch)
    {
        var code = (patch ?? []).Where(IsCode).ToList();
        var forged = code.SelectMany(file =>
                file.AddedLines().Where(line => RunnerWords().IsMatch(line.Text)).Select(line => $"{file.Path}:{line.Number}")
            )
            .ToList();
        if (forged.Count > 0)
        {
            yield return $"its change has the words by which test runners say how many tests ran: {FileNames.Some(forged, MostNamed)}";
        }
        foreach (var weaker in Weakened(code.Where(file => Ecosystems.BelongsToTests(file.Path))).Take(MostNamed))
        {
            yield return weaker;
        }
        var (gone, come) = NamedTests(code);
        if (gone.Count <= come.Count && gone.Except(come).ToList() is { Count: > 0 } replaced)
        {
            yield return $"tests that are no longer there by their names: {FileNames.Some(replaced, MostNamed)}";
        }
    }

    /// <summary>Tests that check less, or something else, than before. Often that is right: it is reported and prevents nothing.</summary>
    private static IEnumerable<string> Weakened(IEnumerable<PatchFile> tests)
    {
        foreach (var file in tests)
        {
            var name = FileNames.Show(file.Path);
            var removed = file.RemovedLines().Where(line => Assertion().IsMatch(line)).Select(line => line.Trim()).ToList();
            var added = file.AddedLines().Where(line => Assertion().IsMatch(line.Text)).ToList();
            var empty = added.Where(line => AlwaysTrue().IsMatch(line.Text)).Select(line => $"{name}:{line.Number}").ToList();
            if (empty.Count > 0)
            {
                yield return $"assertions that always hold: {FileNames.Some(empty, MostNamed)}";
            }
            if (removed.Count > added.Count - empty.Count)
            {
                var fewer = removed.Count - added.Count + empty.Count;
                yield return $"{name} checks less than before: {Plural.Of(fewer, "assertion")} fewer";
            }

            // The same assertion with another value: only the literals differ.
            var shapes = removed.Where(line => added.TrueForAll(now => now.Text.Trim() != line)).Select(Shape).ToHashSet();
            var expected = added
                .Where(line => !AlwaysTrue().IsMatch(line.Text) && !removed.Contains(line.Text.Trim()) && shapes.Contains(Shape(line.Text)))
                .Select(line => $"{name}:{line.Number}")
                .ToList();
            if (expected.Count > 0)
            {
                yield return $"tests expect other values than before: {FileNames.Some(expected, MostNamed)}";
            }
        }
    }

    private static string Shape(string line) => Literal().Replace(line.Trim(), "0");

    /// <summary>A new configuration defines how tests run from then on; a change of an existing one may exclude some.</summary>
    private static bool LeavesOut(PatchFile file, string added) =>
        (Ecosystems.IsConfiguration(file.Path) && NarrowMark().IsMatch(added))
        || (
            (Ecosystems.IsConfiguration(file.Path) || Ecosystems.BelongsToTests(file.Path))
            && !file.Text.Contains("\nnew file mode ", StringComparison.Ordinal)
            && (
                EasyEndMark().IsMatch(added) || (TestScript().IsMatch(added) && file.RemovedLines().Any(line => TestScript().IsMatch(line)))
            )
        );

    /// <summary>Names of tests in removed and in added lines. A removed file is reported by itself.</summary>
    private static (IReadOnlyList<string> Gone, IReadOnlyList<string> Come) NamedTests(IEnumerable<PatchFile> code)
    {
        var tests = code.Where(file =>
                Ecosystems.BelongsToTests(file.Path) && !file.Text.Contains("\ndeleted file mode ", StringComparison.Ordinal)
            )
            .ToList();
        return (
            NamesOf(tests.SelectMany(file => file.RemovedLines())),
            NamesOf(tests.SelectMany(file => file.AddedLines().Select(line => line.Text)))
        );
    }

    private static IReadOnlyList<string> NamesOf(IEnumerable<string> lines) =>
        [.. lines.Select(line => Definition().Match(line)).Where(found => found.Success).Select(found => found.Groups["name"].Value)];

    private static bool IsCode(PatchFile file) =>
        !Ecosystems.IsLockFile(file.Path) && Path.GetExtension(file.Path) is not (".md" or ".txt" or ".rst" or ".adoc");

    private static bool IsData(string path) =>
        Path.GetExtension(path) is ".png" or ".jpg" or ".gif" or ".pdf" or ".zip" or ".gz" or ".bin" or ".db" or ".snap";

    [GeneratedRegex(
        """@?\bpytest\.mark\.(skip|xfail)|@unittest\.(skip|expectedFailure)|\bpytest\.(skip|xfail|importorskip)\("""
            + """|\bself\.skipTest\(|\bSkipTest\(|\b__test__\s*=\s*False"""
            + """|\b(it|test|describe|context|suite)\.(skip|todo|only|fixme|fails)\b|\b[xf](it|describe|test|context|specify)\("""
            + """|\b(Fact|Theory|Test|TestCase)\([^)]*\b(Skip|Ignore)\s*=|\[(Ignore|Explicit)"""
            + """|\bAssert\.(Skip|Ignore|Inconclusive)|@(Disabled|Ignore)\b|\bt\.Skip|#\[ignore|\bXCTSkip""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex SkipMark();

    [GeneratedRegex(
        """--(ignore|deselect|exclude|filter|passWithNoTests|testPathIgnorePatterns|testNamePattern|grep|skip)\b"""
            + """|\b(testPathIgnorePatterns|testNamePattern|collect_ignore|modulePathIgnorePatterns"""
            + """|pytest_collection_modifyitems|VSTestTestCaseFilter)\b"""
            + """|addopts.*\s-[km]\b""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex NarrowMark();

    [GeneratedRegex(
        """\|\|\s*(true|:|exit 0)\b|^\s*exit 0\b|\b(os\._exit|sys\.exit|process\.exit)\(0?\)"""
            + """|\b(norecursedirs|testpaths|python_files|python_functions)\b""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex EasyEndMark();

    [GeneratedRegex(
        """(?<![\w.])assert\w*!?\b|\bexpect\s*\(|\bAssert(ions)?\.\w|\b(self|this)\.assert\w|\.should\b|\.Should\("""
            + """|\brequire\.\w+\(|\bt\.(Error|Errorf|Fatal|Fatalf)\(|\bXCTAssert\w*\(|\b(EXPECT|ASSERT)_\w+\(""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Assertion();

    [GeneratedRegex(
        """(?<![\w.])assert\s*\(?\s*(True|true|1|not\s+False|1\s*==\s*1)\s*\)?\s*(,|;|#|$)|\bassert!\(\s*true\s*[,)]"""
            + """|\bexpect\(\s*(true|1)\s*\)\.(toBe|toEqual|toStrictEqual)\(\s*(true|1)\s*\)|\bexpect\(\s*true\s*\)\.toBeTruthy\("""
            + """|\bAssert\.(True|IsTrue|That)\(\s*true\s*[,)]|\bassertTrue\(\s*(True|true)\s*[,)]"""
            + """|\bassert\.(ok|True)\((t,\s*)?true\s*[,)]""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex AlwaysTrue();

    [GeneratedRegex(
        "\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|\\b\\d[\\d_.]*\\b|\\b(true|false|True|False|null|None|nil)\\b",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Literal();

    [GeneratedRegex("\"test[^\"]*\"\\s*:", RegexOptions.CultureInvariant)]
    private static partial Regex TestScript();

    [GeneratedRegex(
        """(\d|\}|%[ds]|\$\w+)\s+(tests?\s+)?(passed|passing)\b|\bRan\s+\S+\s+tests? in\b|\bTests run:|\btest result: ok"""
            + """|--- PASS: |"Action":\s*"pass"|\bPassed!\s+- Failed:|\bOK \(\S+ tests?\b|#\s+pass \d"""
            + """|<(testcase|testsuite|UnitTestResult)\b|\bexamples?, \S+ failures?\b""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex RunnerWords();

    [GeneratedRegex(
        """^\s*(async\s+)?def\s+(?<name>test\w*)|^\s*(it|test|specify)(\.\w+)?\s*\(\s*["'`](?<name>[^"'`]+)"""
            + """|^func\s+(?<name>(Test|Fuzz|Example)\w*)\s*\(|\bpublic\s+(async\s+)?(void|Task|ValueTask)\s+(?<name>\w+)\s*\("""
            + """|^\s*void\s+(?<name>\w+)\s*\(\s*\)|\bfunc?\s+(?<name>test\w*)\s*\(|^\s*(async\s+)?fn\s+(?<name>\w+)\s*\(\s*\)""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Definition();
}
