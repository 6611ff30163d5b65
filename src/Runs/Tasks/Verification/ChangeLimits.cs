namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Limits the size of a task's changes. A change that is too large, or that only changes white space, is hard to review and causes
/// conflicts.
/// </summary>
/// <param name="limits">The limits in the settings. By default there are none.</param>
internal sealed class ChangeLimits(GitRepository repository, TaskChangeLimitSettings limits, PlanTask task)
{
    private const int MostNamed = 10;

    /// <summary>Extensions of files in which white space is significant. Changes to white space in such files may be intended.</summary>
    private static readonly string[] Significant =
    [
        ".py",
        ".pyi",
        ".yaml",
        ".yml",
        ".mk",
        ".fs",
        ".fsx",
        ".haml",
        ".pug",
        ".sass",
        ".coffee",
        ".nim",
        ".md",
        ".rst",
    ];

    /// <summary>Returns the violations as sentences for the agent, and as notes for users.</summary>
    /// <param name="baseCommit">Commit from which the task started.</param>
    /// <param name="tree">Hash of the tree to commit.</param>
    /// <param name="changed">Paths of the changed files.</param>
    public async Task<(IReadOnlyList<string> Problems, IReadOnlyList<string> Notes)> FindViolationsAsync(
        string baseCommit,
        string tree,
        IReadOnlyList<ChangedFile> changed,
        CancellationToken stop
    )
    {
        var formatOnly = await FormatOnlyAsync(baseCommit, tree, changed, stop);
        var problems = new List<string>();
        if (
            limits.MaxLines is { } most
            && !task.AllowLargeChanges
            && await TooLargeAsync(baseCommit, tree, changed, most, stop) is { } tooLarge
        )
        {
            problems.Add(tooLarge);
        }
        if (limits.MaxFormatOnly is { } mostFiles && formatOnly.Count > mostFiles)
        {
            problems.Add(
                $"{Files(formatOnly.Count)} only in white space, more than changes.max_format_only allows ({Number(mostFiles)}): "
                    + $"{FileNameEncoding.List(formatOnly, MostNamed)}. Restore them "
                    + $"(git checkout {CommitIdFormatter.Shorten(baseCommit)} -- FILE)."
            );
        }
        IReadOnlyList<string> notes =
            formatOnly.Count > 0 && problems.Count == 0
                ? [$"{Files(formatOnly.Count)} only in white space: {FileNameEncoding.List(formatOnly, MostNamed)}"]
                : [];
        return (problems, notes);
    }

    private async Task<string?> TooLargeAsync(
        string baseCommit,
        string tree,
        IReadOnlyList<ChangedFile> changed,
        int most,
        CancellationToken stop
    )
    {
        var counted = (await new GitDiffReader(repository).CountLinesAsync(baseCommit, tree, cancellationToken: stop)).ToDictionary();
        foreach (var (path, count) in await GitLfsFileReader.CountLinesAsync(repository, changed, stop))
        {
            counted[path] = count;
        }
        var lines = counted.Where(file => !GeneratedFiles.IsGenerated(file.Key)).OrderByDescending(file => file.Value).ToList();
        var total = lines.Sum(file => (long)file.Value);
        var largest = lines.Take(MostNamed).Select(file => $"{FileNameEncoding.Show(file.Key)} ({Number(file.Value)})");
        return total <= most
            ? null
            : $"The task changes {Plural.Grouped(total, "line")}, more than changes.max_lines allows ({Number(most)}); the largest: "
                + $"{string.Join(", ", largest)}. "
                + "Revert everything that the task does not need. If it needs all of it, end as blocked: the user may set "
                + "'allow_large_changes' on the task.";
    }

    /// <summary>Returns the files in which only white space was changed. Runs git only if there may be such a file.</summary>
    private async Task<IReadOnlyList<string>> FormatOnlyAsync(
        string baseCommit,
        string tree,
        IReadOnlyList<ChangedFile> changed,
        CancellationToken stop
    )
    {
        var modified = changed
            .Where(file => file.Change == FileChange.Modified && file.OldMode == file.NewMode && MayBeFormatOnly(file.Path))
            .Select(file => file.Path)
            .ToList();
        if (modified.Count == 0)
        {
            return [];
        }
        var real = await new GitDiffReader(repository).CountLinesAsync(baseCommit, tree, ignoresWhiteSpace: true, stop);
        return [.. modified.Where(path => !real.ContainsKey(path))];
    }

    private static bool MayBeFormatOnly(string path) =>
        !Significant.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)
        && Path.GetFileName(path) is not ("Makefile" or "GNUmakefile" or "makefile");

    private static string Files(int count) => Plural.Of(count, "file differs", "files differ");

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
