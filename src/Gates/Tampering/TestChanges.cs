namespace Orchestrator.Gates.Tampering;

/// <summary>The text of a test file before and after work.</summary>
/// <param name="Path">Its path, relative to the root.</param>
/// <param name="Before">Null: it was not there, or is no text.</param>
/// <param name="After">Null: it is gone, or is no text.</param>
/// <param name="IsUnreadable">True if it was text, is still there, and is no text now.</param>
public sealed record ChangedTestFile(string Path, string? Before, string? After, bool IsUnreadable = false);

/// <summary>The tests that work adds, changes, takes away, switches off, or lets check less; by name, over all its files, so that a test
/// that moves is none of these. Pure.</summary>
public sealed class TestChanges
{
    private readonly IReadOnlyList<ChangedTestFile> _files;

    /// <summary>Compares all test files of a piece of work.</summary>
    /// <param name="all">The files; those that did not change say only which tests the work touches by its data.</param>
    /// <param name="approved">Files that the work is there to change: nothing in them is a finding.</param>
    public TestChanges(IReadOnlyList<ChangedTestFile> all, Ownership? approved = null)
    {
        _files = all;
        New = [.. Names(all, file => file.After).Except(Names(all, file => file.Before))];
        var (old, now) = (ByName(all, file => file.Before), ByName(all, file => file.After));
        Rewritten = [.. old.Keys.Where(now.ContainsKey).Where(name => Text(old[name]) != Text(now[name]))];
        var files = all.Where(file => approved?.Owns(file.Path) != true).ToList();
        var before = ByName(files, file => file.Before);
        // A test may move to a file that was approved.
        var after = ByName(files.Concat(all.Where(file => file.Before is null)).Distinct(), file => file.After);
        var kept = before.Keys.Where(after.ContainsKey).Select(name => (Name: name, Before: before[name], After: after[name])).ToList();
        Gone = [.. before.Where(test => test.Value.Count > after.GetValueOrDefault(test.Key, []).Count).Select(test => test.Key)];
        IsFewer = after.Values.Sum(tests => tests.Count) < before.Values.Sum(tests => tests.Count);
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

    /// <summary>Tests that were not there.</summary>
    public IReadOnlyList<string> New { get; }

    /// <summary>Tests that were there with other lines.</summary>
    public IReadOnlyList<string> Rewritten { get; }

    /// <summary>True if a failed test, by its runner's spelling, is one whose file the work changed.</summary>
    public bool Touch(string failed) => _files.Any(file => file.Before is { } text && TestNames.MayBeIn(failed, file.Path, text));

    private static IEnumerable<string> Names(IReadOnlyList<ChangedTestFile> files, Func<ChangedTestFile, string?> version) =>
        files.Select(version).OfType<string>().SelectMany(TestSyntax.Read).Select(test => test.Name);

    // A test file in which no definition is known is one test, by its path.
    private static Dictionary<string, List<SourceTest>> ByName(
        IEnumerable<ChangedTestFile> files,
        Func<ChangedTestFile, string?> version
    ) =>
        files
            .Where(file => version(file) is not null)
            .SelectMany(file =>
                TestSyntax.Read(version(file)!) is { Count: > 0 } tests ? tests
                : Ecosystems.IsNamedLikeTest(file.Path) ? [new SourceTest(file.Path, false, [], "")]
                : []
            )
            .GroupBy(test => test.Name, StringComparer.Ordinal)
            .ToDictionary(same => same.Key, same => same.ToList(), StringComparer.Ordinal);

    private static int Count(List<SourceTest> tests) => tests.Sum(test => test.Assertions.Count);

    private static string Text(List<SourceTest> tests) => string.Join('\n', tests.Select(test => test.Text));

    private static bool ExpectOtherValues(List<SourceTest> before, List<SourceTest> after)
    {
        string[] old = [.. before.SelectMany(test => test.Assertions)];
        string[] now = [.. after.SelectMany(test => test.Assertions)];
        return !old.SequenceEqual(now) && old.Select(TestSyntax.Shape).SequenceEqual(now.Select(TestSyntax.Shape));
    }
}
