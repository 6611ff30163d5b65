using System.Text;
using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;

namespace Orchestrator.Gates.Tampering;

/// <summary>Reads the changed test files of a task's work from the repository.</summary>
public static class TestFiles
{
    private const int Largest = 1024 * 1024;
    private const int MostData = 50;

    /// <summary>
    /// Returns both versions of each changed file that may contain tests. Also returns unchanged test files that use changed test data.
    /// </summary>
    /// <param name="repository">Repository of the commits.</param>
    /// <param name="from">Base commit of the work.</param>
    /// <param name="to">Commit of the work.</param>
    /// <param name="changed">Changes between the two commits.</param>
    /// <param name="stop">Checked between the files.</param>
    public static async Task<IReadOnlyList<ChangedTestFile>> ReadAsync(
        GitRepository repository,
        string from,
        string to,
        IReadOnlyList<ChangedFile> changed,
        CancellationToken stop
    )
    {
        var commits = new GitCommitReaderAndWriter(repository);
        var read = new List<ChangedTestFile>();
        foreach (var file in changed.Where(file => !file.IsSubmodule && Ecosystems.MayHoldTests(file.Path)))
        {
            var before = file.Change == FileChange.Added ? null : await ReadTextAsync(commits, from, file.Path, stop);
            var after = file.Change == FileChange.Deleted ? null : await ReadTextAsync(commits, to, file.Path, stop);
            read.Add(
                new ChangedTestFile(file.Path, before, after, before is not null && after is null && file.Change != FileChange.Deleted)
            );
        }
        foreach (var path in await UsersAsync(commits, from, changed, stop))
        {
            if (await ReadTextAsync(commits, from, path, stop) is { } text)
            {
                read.Add(new ChangedTestFile(path, text, text));
            }
        }
        return read;
    }

    /// <summary>Returns test files that contain any of the given texts. The number of files is limited.</summary>
    /// <param name="repository">Repository of the commit.</param>
    /// <param name="commit">Commit to search.</param>
    /// <param name="texts">Texts to search for. If empty, the result is empty.</param>
    /// <param name="stop">Checked between the files.</param>
    public static async Task<IReadOnlyList<ChangedTestFile>> FindAsync(
        GitRepository repository,
        string commit,
        IReadOnlyList<string> texts,
        CancellationToken stop
    )
    {
        var commits = new GitCommitReaderAndWriter(repository);
        var read = new List<ChangedTestFile>();
        foreach (var path in texts.Count == 0 ? [] : await commits.FindFilesWithAsync(commit, texts, stop))
        {
            if (read.Count < MostData && Ecosystems.IsTest(path) && await ReadTextAsync(commits, commit, path, stop) is { } text)
            {
                read.Add(new ChangedTestFile(path, text, text));
            }
        }
        return read;
    }

    /// <summary>Returns the text of a file, or null if the file is missing, too large or not text.</summary>
    internal static async Task<string?> ReadTextAsync(
        GitCommitReaderAndWriter commits,
        string commit,
        string path,
        CancellationToken stop
    ) =>
        await commits.ReadFileAsync(commit, path, stop) is { Length: <= Largest } content && !content.Contains((byte)0)
            ? Encoding.UTF8.GetString(content)
            : null;

    // Finds tests that read changed data files, by the names of the tests or of their snapshots.
    private static async Task<IReadOnlyList<string>> UsersAsync(
        GitCommitReaderAndWriter commits,
        string from,
        IReadOnlyList<ChangedFile> changed,
        CancellationToken stop
    )
    {
        var paths = changed.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        var users = new HashSet<string>(StringComparer.Ordinal);
        foreach (var data in changed.Where(file => file.Change != FileChange.Added && IsData(file.Path)).Take(MostData))
        {
            var before = await commits.ReadFileAsync(from, data.Path, stop) is { Length: <= Largest } text
                ? Encoding.UTF8.GetString(text)
                : "";
            users.UnionWith(SnapshotTestFinder.TestsOf(data.Path, before));
            if (SnapshotTestFinder.NeedsSearch(data.Path))
            {
                users.UnionWith((await commits.FindFilesWithAsync(from, [Path.GetFileName(data.Path)], stop)).Where(Ecosystems.IsTest));
            }
            if (SnapshotTestFinder.GoldenFolder(data.Path) is { } folder)
            {
                var tests = (await commits.FindFilesWithAsync(from, [SnapshotTestFinder.GoldenName], stop)).Where(Ecosystems.IsTest);
                users.UnionWith(tests.Where(path => Path.GetDirectoryName(path) == folder));
            }
        }
        users.ExceptWith(paths);
        return [.. users.Order(StringComparer.Ordinal)];
    }

    private static bool IsData(string path) => Ecosystems.BelongsToTests(path) && !Ecosystems.IsTest(path);
}
