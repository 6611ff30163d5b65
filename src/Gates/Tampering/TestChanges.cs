namespace Orchestrator.Gates.Tampering;

/// <summary>The text of a test file before and after work.</summary>
/// <param name="Path">Its path, relative to the root.</param>
/// <param name="Before">Null: it was not there, or is no text.</param>
/// <param name="After">Null: it is gone, or is no text.</param>
/// <param name="IsUnreadable">True if it was text, is still there, and is no text now.</param>
public sealed record ChangedTestFile(string Path, string? Before, string? After, bool IsUnreadable = false)
{
    /// <summary>The tests before.</summary>
    internal IReadOnlyList<SourceTest> TestsBefore => field ??= Before is null ? [] : TestSyntax.Read(Before);

    /// <summary>The tests after.</summary>
    internal IReadOnlyList<SourceTest> TestsAfter => field ??= After is null ? [] : TestSyntax.Read(After);
}

/// <summary>The tests that work adds, changes, takes away, switches off, or lets check less; by name, over all its files, so that a test
/// that moves is none of these. Pure.</summary>
public sealed class TestChanges
{
    private readonly IReadOnlyList<ChangedTestFile> _files;
    private readonly IReadOnlyList<string> _kept;

    /// <summary>Compares all test files of a piece of work.</summary>
    /// <param name="all">The files; those that did not change say only which tests the work touches by its data.</param>
    /// <param name="approved">Files that the work is there to change: nothing in them is a finding.</param>
    public TestChanges(IReadOnlyList<ChangedTestFile> all, Ownership? approved = null)
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
        // A test may move to a file that was approved.
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
                .Where(file => TestSyntax.GroupsSkipped(file.After!) > TestSyntax.GroupsSkipped(file.Before!))
                .Select(file => file.Path),
        ];
        Loosened = [.. kept.Where(test => Count(test.After) < Count(test.Before)).Select(test => test.Name)];
        Expecting = [.. kept.Where(test => ExpectOtherValues(test.Before, test.After)).Select(test => test.Name)];
        Unreadable = [.. files.Where(file => file.IsUnreadable).Select(file => file.Path)];
    }

    /// <summary>True if the work was there to change some of these files.</summary>
    public bool IsApproved { get; }

    /// <summary>Tests that are no longer there by their names.</summary>
    public IReadOnlyList<string> Gone { get; }

    /// <summary>True if there are fewer tests than before.</summary>
    public bool IsFewer { get; }

    /// <summary>Tests that were there and are switched off now.</summary>
    public IReadOnlyList<string> Skipped { get; }

    /// <summary>Files that were there and that switch off a group of tests now.</summary>
    public IReadOnlyList<string> GroupsSkipped { get; }

    /// <summary>Tests that were there and have fewer assertions now.</summary>
    public IReadOnlyList<string> Loosened { get; }

    /// <summary>Tests whose assertions are the same but for the values that they expect.</summary>
    public IReadOnlyList<string> Expecting { get; }

    /// <summary>Files that were text and are none now.</summary>
    public IReadOnlyList<string> Unreadable { get; }

    /// <summary>New tests, and tests that were there with other lines: each should fail without the work.</summary>
    public IReadOnlyList<string> ToProve { get; }

    /// <summary>True if a failed test, by its runner's spelling, is one whose file the work changed.</summary>
    public bool Touch(string failed) => _files.Any(file => file.Before is not null && TestNames.MayBeIn(failed, file.Path, Before(file)));

    /// <summary>The names of tests, there before and after the work, that a failed test, by its runner's spelling, may be.</summary>
    public IReadOnlyList<string> NamesKept(string failed) => [.. _kept.Where(name => TestNames.Means(failed, name))];

    private static string Name(SourceTest test) => test.Name;

    private static IReadOnlyList<SourceTest> Before(ChangedTestFile file) => OrWhole(file, file.Before, file.TestsBefore);

    private static IReadOnlyList<SourceTest> After(ChangedTestFile file) => OrWhole(file, file.After, file.TestsAfter);

    // A test file in which no definition is known is one test, by its path.
    private static IReadOnlyList<SourceTest> OrWhole(ChangedTestFile file, string? text, IReadOnlyList<SourceTest> tests) =>
        text is not null && tests.Count == 0 && Ecosystems.IsNamedLikeTest(file.Path) ? [new SourceTest(file.Path, false, [], "")] : tests;

    private static int Count(IEnumerable<SourceTest> tests) => tests.Sum(test => test.Assertions.Count);

    private static string Text(IEnumerable<SourceTest> tests) => string.Join('\n', tests.Select(test => test.Text));

    private static bool ExpectOtherValues(IEnumerable<SourceTest> before, IEnumerable<SourceTest> after)
    {
        string[] old = [.. before.SelectMany(test => test.Assertions)];
        string[] now = [.. after.SelectMany(test => test.Assertions)];
        return !old.SequenceEqual(now) && old.Select(TestSyntax.Shape).SequenceEqual(now.Select(TestSyntax.Shape));
    }
}
