using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;

namespace Orchestrator.Gates.Tampering;

/// <summary>
/// Finds added product code that may work only in tests, because it repeats the values of a test or detects a test run. Compares literals
/// line by line without parsing a language. Findings are hints for a reviewer. Has no side effects.
/// </summary>
public sealed partial class TestSpecificCodeDetector
{
    /// <summary>Start of the note that names product code that repeats the values of a test.</summary>
    public const string RepeatsValues = "product code repeats values from tests";

    /// <summary>Start of the note that names product code that detects a test run.</summary>
    public const string DetectsTests = "product code detects test runs";

    /// <summary>Start of the note that names product code that ends the test process that loads it.</summary>
    public const string EndsTests = "product code terminates the tests that load it";

    private const int MostNamed = 3;
    private const int MostTexts = 40;
    private const int MostFiles = 100;

    private static readonly IReadOnlyList<(Ecosystem Row, Regex Detects)> Detectors =
    [
        .. Ecosystems
            .All.Where(row => row.TestRuns.Length > 0)
            .Select(row => (row, new Regex(row.TestRuns, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant))),
    ];

    private readonly IReadOnlyList<AddedProductCodeLines> _code;

    /// <summary>Collects the added lines of source files.</summary>
    /// <param name="product">Diffs of product files, and the text of each file after the work.</param>
    /// <param name="sources">Changed files that may contain tests. Tests in product files are not product code.</param>
    public TestSpecificCodeDetector(IReadOnlyList<(FileDiff Diff, string Text)> product, IReadOnlyList<ChangedTestFile> sources)
    {
        var moved = product
            .SelectMany(file => file.Diff.RemovedLines().SelectMany(line => ParsedSourceCodeLiteral.In(line, IsShell(file.Diff.Path))))
            .ToHashSet();
        _code =
        [
            .. product.Select(file => new AddedProductCodeLines(
                file.Diff,
                file.Text,
                sources.FirstOrDefault(source => source.Path == file.Diff.Path)?.TestsAfter ?? [],
                moved
            )),
        ];
    }

    /// <summary>Finds tests of the product code added by a task, and returns a note for each kind of finding.</summary>
    /// <param name="repository">Repository of the commit.</param>
    /// <param name="commit">Commit of the work.</param>
    /// <param name="patch">Patch of the work.</param>
    /// <param name="basis">Division of the work into product and tests.</param>
    /// <param name="sources">Changed files that may contain tests.</param>
    /// <param name="stop">Checked between the files.</param>
    public static async Task<IReadOnlyList<string>> NotesAsync(
        GitRepository repository,
        string commit,
        IReadOnlyList<FileDiff> patch,
        ProductAndGateInputChanges basis,
        IReadOnlyList<ChangedTestFile> sources,
        CancellationToken stop
    )
    {
        var paths = basis
            .Product.Select(file => file.Path)
            .Where(path => Ecosystems.IsSource(path) && !Ecosystems.IsTest(path))
            .ToHashSet();
        var commits = new GitCommitReaderAndWriter(repository);
        var product = new List<(FileDiff, string)>();
        foreach (var diff in patch.Where(diff => paths.Contains(diff.Path)).Take(MostFiles))
        {
            if (await TestFiles.ReadTextAsync(commits, commit, diff.Path, stop) is { } text)
            {
                product.Add((diff, text));
            }
        }
        var code = new TestSpecificCodeDetector(product, sources);
        return [.. code.Notes([.. sources, .. await TestFiles.FindAsync(repository, commit, code.SearchTexts, stop)])];
    }

    /// <summary>
    /// Search texts for finding tests of the added code. They are its literals, the names of its functions that compare numbers, and the
    /// names of its scripts.
    /// </summary>
    public IReadOnlyList<string> SearchTexts =>
        [
            .. _code
                .SelectMany(code => code.Windows)
                .Where(window => window.Values.Count(value => !value.IsTrivial) >= 2)
                .SelectMany(window => window.Values)
                .Where(value => value is { IsNumber: false, IsTelling: true } && !value.Text.Contains('\n', StringComparison.Ordinal))
                .Select(value => value.Text)
                .Concat(_code.SelectMany(code => code.ComparingFunctions))
                .Concat(_code.Where(code => code.Exits.Any()).Select(code => Path.GetFileName(code.Path)))
                .Distinct()
                .Take(MostTexts),
        ];

    /// <summary>Returns a note for each kind of finding.</summary>
    /// <param name="tests">Files that contain tests, in the version of the work.</param>
    public IEnumerable<string> Notes(IReadOnlyList<ChangedTestFile> tests)
    {
        var assertions = tests
            .SelectMany(Assertions)
            .SelectMany(assertion => assertion.Values.Select(value => (value, assertion)))
            .ToLookup(pair => pair.value, pair => pair.assertion);
        string?[] notes =
        [
            Note(RepeatsValues, _code.SelectMany(code => code.Repeated(assertions))),
            Note(
                DetectsTests,
                _code.SelectMany(code =>
                    code.Lines.Where(line => Detectors.Any(row => row.Row.IsSource(code.Path) && row.Detects.IsMatch(line.Text)))
                        .Select(line => $"{code.Path}:{line.Number}")
                )
            ),
            Note(
                EndsTests,
                from code in _code
                from line in code.Exits
                from test in tests.Where(test => Loads(test, code.Path)).Take(1)
                select $"{code.Path}:{line.Number} ({test.Path})"
            ),
        ];
        return notes.OfType<string>();
    }

    private static string? Note(string what, IEnumerable<string> places) =>
        places.ToList() is { Count: > 0 } found ? $"{what}: {FileNameEncoding.List(found, MostNamed)}" : null;

    // A shell script that a test loads can end the test with success. Runners in other languages count the missing tests.
    private static bool Loads(ChangedTestFile test, string path) =>
        test.After is { } text && Load().Matches(text).Any(load => Path.GetFileName(load.Groups["path"].Value) == Path.GetFileName(path));

    // A test file without a recognized definition counts as one test, whose lines are its assertions.
    private static IEnumerable<AssertionLiterals> Assertions(ChangedTestFile file)
    {
        var isShell = IsShell(file.Path);
        var tests = file.TestsAfter is { Count: > 0 } found
            ? found.Select(test => (test.Name, Lines: isShell ? test.Text.Split('\n') : test.Assertions))
            : [(file.Path, isShell && file.After is { } text ? text.Split('\n') : [])];
        return from test in tests
            from assertion in test.Lines
            let values = ParsedSourceCodeLiteral.In(assertion, isShell)
            where values.Count > 0 && assertion.Length <= AddedProductCodeLines.LongestLine
            select new AssertionLiterals(test.Name, assertion, values, isShell);
    }

    private static bool IsShell(string path) => Ecosystems.Shell.IsSource(path);

    [GeneratedRegex(
        """(^|[;&|(]|\bthen\b)\s*(\.|source)\s+["']?(?<path>[^\s"';&|)]+)""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline
    )]
    private static partial Regex Load();
}
