namespace Orchestrator.Runs.Tasks;

/// <summary>Files that tools generate beside the work: lock files and build output. Where no task owns them they are restored, and not held
/// against the agent.</summary>
internal static class GeneratedFiles
{
    private static readonly HashSet<string> LockFiles = new(StringComparer.Ordinal)
    {
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "bun.lock",
        "bun.lockb",
        "uv.lock",
        "poetry.lock",
        "Pipfile.lock",
        "pdm.lock",
        "Cargo.lock",
        "go.sum",
        "packages.lock.json",
        "Gemfile.lock",
        "composer.lock",
        "mix.lock",
        "flake.lock",
    };

    private static readonly HashSet<string> BuildFolders = new(StringComparer.Ordinal)
    {
        "__pycache__",
        "node_modules",
        ".pytest_cache",
        ".mypy_cache",
        ".ruff_cache",
        ".tox",
        ".venv",
        "obj",
        "target",
        ".gradle",
        ".next",
        ".turbo",
        "coverage",
        "htmlcov",
    };

    private static readonly string[] BuildEndings = [".pyc", ".pyo", ".class", ".o", ".tsbuildinfo", ".egg-info"];

    /// <summary>True for a path that a tool generated.</summary>
    public static bool IsGenerated(string path)
    {
        var parts = path.Split('/');
        return LockFiles.Contains(parts[^1])
            || parts[^1] is ".coverage" or ".DS_Store"
            || parts.Any(BuildFolders.Contains)
            || BuildEndings.Any(e => path.EndsWith(e, StringComparison.Ordinal));
    }

    /// <summary>Restores them as they were in a commit. Build output can be generated again; everything else is first kept under a
    /// ref.</summary>
    /// <returns>What could not be restored, each a sentence for the agent.</returns>
    public static async Task<IReadOnlyList<string>> PutBackAsync(
        TaskWorkspace workspace,
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
        var files = new WorktreeFiles(worktree.Path);
        var added = generated
            .Where(file => file.Change == FileChange.Added)
            .ToLookup(file => LockFiles.Contains(Path.GetFileName(file.Path)), file => file.Path);
        var changed = generated
            .Where(file => file.Change != FileChange.Added)
            .ToLookup(file => !file.IsSubmodule && files.CanHaveFile(file.Path), file => file.Path);
        var left = new WorktreeReset(worktree, DiscardPermit.OfTools(worktree)).Remove(added[false], stop).ToList();
        if (added[true].Any() || changed[true].Any())
        {
            var reset = new WorktreeReset(
                worktree,
                await workspace.KeepAsync(worktree, "the worktree before lock files that nobody owns were put back", [], stop)
            );
            left.AddRange(reset.Remove(added[true], stop));
            await reset.PutBackAsync(commit, [.. changed[true]], stop);
        }
        return
        [
            .. left.Select(file =>
                $"'{FileNames.Show(file.Path)}' was added, but this task does not own it, and it can't be removed: {file.Reason} Delete it."
            ),
            .. changed[false]
                .Select(path =>
                    $"'{FileNames.Show(path)}' was replaced, but this task does not own it: it, or a folder it was in, is "
                    + $"something else now. Put it back as it was (git checkout {CommitIds.Shorten(commit)} -- {FileNames.Show(path)})."
                ),
        ];
    }
}
