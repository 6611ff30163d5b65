using System.Text.RegularExpressions;

namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Detects files that tools generate as a side effect, such as lock files and build output. If no task owns such a file, it is restored and
/// does not count as a violation.
/// </summary>
internal static partial class GeneratedFiles
{
    /// <summary>True if a tool generates files with this path.</summary>
    public static bool IsGenerated(string path) =>
        Ecosystems.IsGenerated(path) || Path.GetFileName(path) is ".coverage" or ".DS_Store" || IsHalfWritten(path);

    /// <summary>
    /// True for a temporary file of the Claude CLI, which writes new content to such a file before replacing the original. The temporary
    /// file remains if the agent is stopped during the write. It belongs to no task, even if a task owns the folder.
    /// </summary>
    public static bool IsHalfWritten(string path) => HalfWritten().IsMatch(path);

    /// <summary>
    /// Restores generated files to their content in a commit. Build output is removed without a copy, because it can be generated again.
    /// Other files are first kept under a ref.
    /// </summary>
    /// <returns>One sentence for the agent for each file that could not be restored.</returns>
    public static async Task<IReadOnlyList<string>> PutBackAsync(
        TaskBranchAndWorktree workspace,
        Worktree worktree,
        IReadOnlyList<ChangedFile> generated,
        string commit,
        CancellationToken stop
    )
    {
        if (generated.Count == 0)
        {
            return [];
        }
        var files = new WorktreeFileReaderAndWriter(worktree.Path);
        var added = generated
            .Where(file => file.Change == FileChange.Added)
            .ToLookup(file => Ecosystems.IsLockFile(file.Path) || !IsGenerated(file.Path), file => file.Path);
        var changed = generated
            .Where(file => file.Change != FileChange.Added)
            .ToLookup(file => !file.IsSubmodule && files.CanHaveFile(file.Path), file => file.Path);
        var left = new WorktreeContentDiscarder(worktree, WorktreeDiscardPermit.OfTools(worktree)).Remove(added[false], stop).ToList();
        if (added[true].Any() || changed[true].Any())
        {
            var reset = new WorktreeContentDiscarder(
                worktree,
                await workspace.KeepAsync(worktree, "the worktree before files that do not land were restored", [], stop)
            );
            left.AddRange(reset.Remove(added[true], stop));
            await reset.PutBackAsync(commit, [.. changed[true]], stop);
        }
        return
        [
            .. left.Select(file =>
                $"'{FileNameEncoding.Show(file.Path)}' was added, but this task does not own it, and it can't be removed: {file.Reason} "
                + "Delete it."
            ),
            .. changed[false]
                .Select(path =>
                    $"'{FileNameEncoding.Show(path)}' was replaced, but this task does not own it: the file, or a folder above it, has "
                    + "another "
                    + $"type now. Restore it (git checkout {CommitIdFormatter.Shorten(commit)} -- {FileNameEncoding.Show(path)})."
                ),
        ];
    }

    // The suffix consists of the process id of the CLI and six random bytes, as seen in version 2.1.328.
    [GeneratedRegex("""[^/]\.tmp\.[0-9]+\.[0-9a-f]{12}\z""", RegexOptions.CultureInvariant)]
    private static partial Regex HalfWritten();
}

/// <summary>
/// Finds new files that are withheld from the commit even if the task owns their folder: installed packages, build output, environment
/// files and keys. A task can commit such a file only if a pattern in its <c>files_write</c> contains the name literally. An output folder
/// that already has files in the base counts as source.
/// </summary>
internal sealed class UnlandableFileFinder
{
    private readonly Dictionary<string, string> _held = new(StringComparer.Ordinal);

    private readonly HashSet<string> _output = new(StringComparer.Ordinal);

    private const string Note = "held back, because this task's files_write does not name it: ";

    /// <summary>
    /// Returns a sentence for an agent whose gates failed, with the paths that were withheld from the commit. Empty if there are none.
    /// </summary>
    public static IReadOnlyList<string> Explain(IReadOnlyList<string> places) =>
        places.Count == 0
            ? []
            : [$"H{Describe(places)[1..]}. The gates did not see these files. Generated files and secrets do not belong in commits."];

    /// <summary>An instance that withholds no files.</summary>
    public static UnlandableFileFinder None { get; } = new();

    private UnlandableFileFinder() { }

    /// <summary>True if the file is withheld from the commit.</summary>
    public bool Holds(string path) => _held.ContainsKey(path);

    /// <summary>True if the file is withheld from the commit because it is the output of a tool.</summary>
    public bool IsOutput(string path) => _output.Contains(path);

    /// <summary>Finds the files to withhold from the commit among the changes of a task.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="baseCommit">Commit from which the task started.</param>
    /// <param name="task">The task.</param>
    /// <param name="changed">Paths of the changed files.</param>
    /// <param name="readText">Reads a file with the task's changes. Returns null if the file is not text.</param>
    /// <param name="stop">Cancels git.</param>
    public static async Task<UnlandableFileFinder> OfAsync(
        GitRepository repository,
        string baseCommit,
        PlanTask task,
        IReadOnlyList<ChangedFile> changed,
        Func<string, Task<string?>> readText,
        CancellationToken stop
    )
    {
        var found = new UnlandableFileFinder();
        var added = changed.Where(file => file.Change == FileChange.Added).Select(file => file.Path).ToList();
        var named = new LiteralPaths(task);
        foreach (var path in added.Where(path => !named.IsLiteral(path)))
        {
            if (
                SecretFileName.Is(path) || (SecretFileName.MayBeKey(path) && await readText(path) is { } text && SecretFileName.IsKey(text))
            )
            {
                found._held.Add(path, path);
            }
        }
        var output = added.Where(MayBeOutput).ToList();
        if (output.Count == 0)
        {
            return found;
        }
        var known = (await new GitCommitReaderAndWriter(repository).ListFilesAsync(baseCommit, stop)).Select(file => file.Path).ToList();
        var sources = known.Concat(changed.Select(file => file.Path).Except(output, StringComparer.Ordinal)).ToList();
        var present = Ecosystems
            .All.Where(row => row.OutputFolders.Count + row.Output.Count > 0 && (row.IsIn(sources) || sources.Exists(row.IsAboutPackages)))
            .ToList();
        var folders = known.SelectMany(FoldersOf).ToHashSet(StringComparer.Ordinal);
        var names = sources.ToLookup(Parent, path => Path.GetFileName(path), StringComparer.Ordinal);
        var texts = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var file in output.SelectMany(path => Manifests(path, names)).ToHashSet(StringComparer.Ordinal))
        {
            texts[file] = await readText(file);
        }
        foreach (var path in output.Where(path => !found.Holds(path)))
        {
            var part = IsOfSystem(path) ? path : present.Select(row => row.OutputIn(path)).FirstOrDefault(part => part is not null);
            var place = part is not null
                ? PathUpTo(path, part)
                : Ecosystems.OutputBesideIn(
                    path,
                    (folder, made) => made.IsMadeBy(names[folder], name => texts.GetValueOrDefault(Join(folder, name)))
                );
            if (place is not null && !folders.Contains(place) && !named.Names(path, part ?? Path.GetFileName(place)))
            {
                found._held.Add(path, place);
                found._output.Add(path);
            }
        }
        return found;
    }

    private static bool MayBeOutput(string path) =>
        IsOfSystem(path)
        || Ecosystems.All.Any(row => row.OutputIn(path) is not null)
        || Ecosystems.OutputBesideIn(path, (_, _) => true) is not null;

    /// <summary>Finds the files to withhold from the commit, as <see cref="OfAsync"/> does, in a tree that will be committed.</summary>
    public static async Task<UnlandableFileFinder> OfTreeAsync(
        GitRepository repository,
        string baseCommit,
        string tree,
        PlanTask task,
        IReadOnlyList<ChangedFile> changed,
        CancellationToken stop
    )
    {
        var commits = new GitCommitReaderAndWriter(repository);
        return await OfAsync(
            repository,
            baseCommit,
            task,
            changed,
            async path =>
                await commits.ReadFileAsync(tree, path, stop) is { } blob && GitLfsFileReader.ContentOf(repository, blob) is { } content
                    ? Encoding.UTF8.GetString(content)
                    : null,
            stop
        );
    }

    /// <summary>Returns a note that lists the paths withheld from the commit, shortened if there are many.</summary>
    /// <param name="places">Paths as returned by <see cref="HeldBackPaths"/>.</param>
    public static string Describe(IReadOnlyList<string> places) => Note + FileNameEncoding.List(places);

    /// <summary>
    /// Returns the distinct paths that are withheld from the commit. The path of a folder that is withheld as a whole ends with a slash.
    /// </summary>
    public IReadOnlyList<string> HeldBackPaths(IEnumerable<string> paths) =>
        [
            .. paths
                .Where(Holds)
                .GroupBy(path => _held[path], StringComparer.Ordinal)
                .Select(place => place.Count() == 1 && place.First() == place.Key ? place.Key : place.Key + "/"),
        ];

    // Operating systems and coverage tools create these files in every kind of project, and nobody wants to commit them.
    private static bool IsOfSystem(string path) => Path.GetFileName(path) is ".DS_Store" or "Thumbs.db" or "desktop.ini" or ".coverage";

    /// <summary>
    /// Returns the path up to and including the folder with the given name, or the whole path if no folder has that name.
    /// </summary>
    private static string PathUpTo(string path, string part)
    {
        var parts = path.Split('/');
        var at = Array.IndexOf(parts, part);
        return at < 0 ? path : string.Join('/', parts[..(at + 1)]);
    }

    /// <summary>Lists the manifests whose content decides whether a path is build output.</summary>
    private static List<string> Manifests(string path, ILookup<string, string> names)
    {
        var files = new List<string>();
        Ecosystems.OutputBesideIn(
            path,
            (folder, made) =>
            {
                files.AddRange(
                    made.Says is null
                        ? []
                        : names[folder].Where(name => Ecosystems.IsAny(made.Files, [name])).Select(name => Join(folder, name))
                );
                return false;
            }
        );
        return files;
    }

    private static string Join(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";

    private static string Parent(string path) => path[..Math.Max(path.LastIndexOf('/'), 0)];

    private static IEnumerable<string> FoldersOf(string path)
    {
        for (var at = path.IndexOf('/', StringComparison.Ordinal); at >= 0; at = path.IndexOf('/', at + 1))
        {
            yield return path[..at];
        }
    }

    /// <summary>The paths that a task's <c>files_write</c> contains literally.</summary>
    private sealed class LiteralPaths(PlanTask task)
    {
        private readonly List<PathPattern> _patterns = [.. (TaskFileOwnership.Of(task).Patterns).Select(PathPattern.Parse)];

        public bool IsLiteral(string path) => _patterns.Exists(pattern => pattern.IsLiteral && pattern.Text == path);

        /// <summary>True if a pattern that matches the path contains the given name or extension literally.</summary>
        public bool Names(string path, string part) =>
            _patterns.Exists(pattern =>
                pattern.Matches(path)
                && (
                    (pattern.IsLiteral && pattern.Text == path)
                    || pattern
                        .Text.Split('/')
                        .Any(own => own == part || (part.StartsWith('.') && own.EndsWith(part, StringComparison.Ordinal)))
                )
            );
    }
}
