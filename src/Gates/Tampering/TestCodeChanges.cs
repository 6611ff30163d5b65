namespace Orchestrator.Gates.Tampering;

/// <summary>Text of a test file before and after the work.</summary>
/// <param name="Path">Path relative to the root.</param>
/// <param name="Before">Old text, or null if the file did not exist or was not text.</param>
/// <param name="After">New text, or null if the file was removed or is not text.</param>
/// <param name="IsUnreadable">True if the file still exists and was text before, but is no longer text.</param>
public sealed record ChangedTestFile(string Path, string? Before, string? After, bool IsUnreadable = false)
{
    /// <summary>Tests before the work.</summary>
    internal IReadOnlyList<ParsedTestDefinition> TestsBefore => field ??= Before is null ? [] : TestDefinitionParser.Read(Before);

    /// <summary>Tests after the work.</summary>
    internal IReadOnlyList<ParsedTestDefinition> TestsAfter => field ??= After is null ? [] : TestDefinitionParser.Read(After);
}

/// <summary>
/// Finds the tests that a task's work adds, changes, removes, disables or weakens. Tests are matched by name across all files, so a moved
/// test does not count as changed.
/// </summary>
public sealed class TestCodeChanges
{
    private readonly IReadOnlyList<ChangedTestFile> _files;
    private readonly IReadOnlyList<string> _kept;

    /// <summary>Compares all test files of a task's work.</summary>
    /// <param name="all">Test files. Unchanged files are included only to find tests whose data changed.</param>
    /// <param name="approved">Files that the plan permits the task to change. Changes in these files are not reported.</param>
    public TestCodeChanges(IReadOnlyList<ChangedTestFile> all, TaskFileOwnership? approved = null)
    {
        _files = all;
        var (old, now) = (all.SelectMany(file => file.TestsBefore).ToLookup(Name), all.SelectMany(file => file.TestsAfter).ToLookup(Name));
        ToProve =
        [
            .. now.Where(tests => !old.Contains(tests.Key)).Select(tests => tests.Key),
            .. old.Where(tests => now.Contains(tests.Key) && Text(tests) != Text(now[tests.Key])).Select(tests => tests.Key),
        ];
        bool IsOpen(ChangedTestFile file) => approved?.Owns(file.Path) != true;
        var files = all.Where(IsOpen).ToList();
        IsApproved = files.Count < all.Count;
        var before = files.SelectMany(Before).ToLookup(Name);
        // A test that moved to an approved file is not missing.
        var after = all.Where(file => file.Before is null || IsOpen(file)).SelectMany(After).ToLookup(Name);
        var kept = before
            .Where(tests => after.Contains(tests.Key))
            .Select(tests => (Name: tests.Key, Before: tests, After: after[tests.Key]))
            .ToList();
        _kept = [.. kept.Select(test => test.Name)];
        Gone = [.. before.Where(tests => tests.Count() > after[tests.Key].Count()).Select(tests => tests.Key)];
        IsFewer = after.Sum(tests => tests.Count()) < before.Sum(tests => tests.Count());
        Skipped =
        [
            .. kept.Where(test => test.After.Count(one => one.IsSkipped) > test.Before.Count(one => one.IsSkipped))
                .Select(test => test.Name),
        ];
        GroupsSkipped =
        [
            .. files
                .Where(file => file.Before is not null && file.After is not null)
                .Where(file => TestDefinitionParser.GroupsSkipped(file.After!) > TestDefinitionParser.GroupsSkipped(file.Before!))
                .Select(file => file.Path),
        ];
        Loosened = [.. kept.Where(test => Count(test.After) < Count(test.Before)).Select(test => test.Name)];
        Expecting = [.. kept.Where(test => ExpectOtherValues(test.Before, test.After)).Select(test => test.Name)];
        Unreadable = [.. files.Where(file => file.IsUnreadable).Select(file => file.Path)];
    }

    /// <summary>True if the plan permits the task to change at least one of the test files.</summary>
    public bool IsApproved { get; }

    /// <summary>Names of tests that no longer exist.</summary>
    public IReadOnlyList<string> Gone { get; }

    /// <summary>True if fewer tests exist than before. Tests in files that the plan permits the task to change are not counted.</summary>
    public bool IsFewer { get; }

    /// <summary>Existing tests that are now disabled.</summary>
    public IReadOnlyList<string> Skipped { get; }

    /// <summary>Names of existing files that now disable a group of tests.</summary>
    public IReadOnlyList<string> GroupsSkipped { get; }

    /// <summary>Existing tests that now have fewer assertions.</summary>
    public IReadOnlyList<string> Loosened { get; }

    /// <summary>Existing tests whose assertions changed only in their expected values.</summary>
    public IReadOnlyList<string> Expecting { get; }

    /// <summary>Names of files that were text before but are no longer text.</summary>
    public IReadOnlyList<string> Unreadable { get; }

    /// <summary>New tests and existing tests with changed lines. Each of these tests should fail without the work.</summary>
    public IReadOnlyList<string> ToProve { get; }

    /// <summary>
    /// True if a failed test may be in a test file that the work changed or that uses changed data. The test is given by the name that the
    /// runner prints.
    /// </summary>
    public bool IsInChangedFile(string failed) =>
        _files.Any(file => file.Before is not null && TestNames.MayBeIn(failed, file.Path, Before(file)));

    /// <summary>
    /// Returns the names of the tests to which a test runner's name for a failed test may refer. Includes only tests that exist both before
    /// and after the work.
    /// </summary>
    public IReadOnlyList<string> KeptTestNames(string failed) => [.. _kept.Where(name => TestNames.RefersTo(failed, name))];

    private static string Name(ParsedTestDefinition test) => test.Name;

    private static IReadOnlyList<ParsedTestDefinition> Before(ChangedTestFile file) => OrWhole(file, file.Before, file.TestsBefore);

    private static IReadOnlyList<ParsedTestDefinition> After(ChangedTestFile file) => OrWhole(file, file.After, file.TestsAfter);

    // A test file without a recognized definition counts as one test, named by its path.
    private static IReadOnlyList<ParsedTestDefinition> OrWhole(
        ChangedTestFile file,
        string? text,
        IReadOnlyList<ParsedTestDefinition> tests
    ) =>
        text is not null && tests.Count == 0 && Ecosystems.IsNamedLikeTest(file.Path)
            ? [new ParsedTestDefinition(file.Path, false, [], "")]
            : tests;

    private static int Count(IEnumerable<ParsedTestDefinition> tests) => tests.Sum(test => test.Assertions.Count);

    private static string Text(IEnumerable<ParsedTestDefinition> tests) => string.Join('\n', tests.Select(test => test.Text));

    private static bool ExpectOtherValues(IEnumerable<ParsedTestDefinition> before, IEnumerable<ParsedTestDefinition> after)
    {
        string[] old = [.. before.SelectMany(test => test.Assertions)];
        string[] now = [.. after.SelectMany(test => test.Assertions)];
        return !old.SequenceEqual(now) && old.Select(TestDefinitionParser.Shape).SequenceEqual(now.Select(TestDefinitionParser.Shape));
    }
}
