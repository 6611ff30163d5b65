namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Checks that a task may change a file and that git can store the file. A first check reports all violations in the worktree. A second
/// check examines the tree to be committed, because files may have changed in between.
/// </summary>
/// <param name="held">Files that do not land, even if the task owns their folder.</param>
internal sealed class TaskFileOwnershipChecker(RunPlanAndSettings files, PlanTask task, string baseCommit, UnlandableFileFinder held)
{
    private const int MostNamed = 20;

    private readonly TaskFileOwnership _ownership = TaskFileOwnership.Of(task);

    /// <summary>True for generated files that no task owns, and for temporary files that an agent left behind.</summary>
    public bool IsGenerated(ChangedFile file) =>
        InterfaceContractChecker.Of(files, file.Path) is null
        && (
            _ownership.Owns(file.Path)
                ? file.Change == FileChange.Added && (GeneratedFiles.IsHalfWritten(file.Path) || held.Holds(file.Path))
                : GeneratedFiles.IsGenerated(file.Path) || held.IsOutput(file.Path)
        );

    /// <summary>Lists the violations in a worktree, as sentences for the agent.</summary>
    public IEnumerable<string> Problems(IEnumerable<ChangedFile> changed, WorktreeFileReaderAndWriter worktree, CancellationToken stop)
    {
        var twins = new CaseCollisionFinder(worktree);
        var (nested, folders) = (new HashSet<string>(StringComparer.Ordinal), new Dictionary<string, string?>(StringComparer.Ordinal));
        foreach (var file in changed)
        {
            stop.ThrowIfCancellationRequested();
            if (file.Change == FileChange.Added && NestedRepository(file.Path, worktree, folders) is { } root)
            {
                if (nested.Add(root))
                {
                    yield return OfItsOwn($"'{FileNameEncoding.Show(root)}'");
                }
            }
            else if (worktree.HasSpecialFile(file.Path) && _ownership.Owns(file.Path))
            {
                yield return $"{Name(file)} is a pipe, a socket or a device, which git can't store. Replace it with a file, or remove it.";
            }
            else if (Problem(file) is { } problem)
            {
                yield return problem;
            }
            else if (file.Change == FileChange.Added && twins.Has(file.Path))
            {
                yield return $"{Name(file)} differs only in letter case from another file or folder beside it; on some disks they "
                    + "are the same. "
                    + "Rename the file.";
            }
        }
    }

    /// <summary>Lists the violations in a tree that will be committed.</summary>
    public async Task<IReadOnlyList<string>> ProblemsAsync(
        GitRepository repository,
        string tree,
        IReadOnlyList<ChangedFile> changed,
        CancellationToken stop
    )
    {
        var problems = changed.Select(Problem).OfType<string>().ToList();
        var links = await new TreeEscapingSymlinkFinder(repository).FindLeadingOutAsync(baseCommit, tree, changed, stop);
        problems.AddRange(
            links.Select(link =>
                $"'{FileNameEncoding.Show(link)}' is a symbolic link that leads out of the repository or into .git, by itself or through "
                + "other links. Put a file there, or a link that stays inside."
            )
        );
        return problems;
    }

    /// <summary>
    /// Lists the changes in submodules, as sentences for the agent. Such changes can't be merged, so they are reported instead of being
    /// silently lost.
    /// </summary>
    /// <param name="worktree">The task's worktree.</param>
    /// <param name="baseCommit">Commit from which the task started.</param>
    public static async Task<IReadOnlyList<string>> InSubmodulesAsync(Worktree worktree, string baseCommit, CancellationToken stop)
    {
        var changes = await new SubmoduleWorktreeManager(worktree).FindChangesAsync(baseCommit, stop);
        return
        [
            .. changes
                .Where(change => !(change.IsNew && GeneratedFiles.IsGenerated(change.Path)))
                .Take(MostNamed)
                .Select(change =>
                    $"'{FileNameEncoding.Show(change.Path)}' was {(change.IsNew ? "added" : "changed")}, but is part of the submodule "
                    + $"'{FileNameEncoding.Show(change.Submodule)}'. Its files belong to another repository, so this run can't merge them. "
                    + (change.IsNew ? "Delete it." : PutBack(change))
                    + " If the task needs this change, end as blocked."
                ),
        ];
    }

    private static string OfItsOwn(string name) =>
        $"{name} is a repository of its own (a submodule or a .git folder inside). Its content can't be merged; "
        + "remove its .git folder, or all of its files.";

    // If a sandboxed agent made a worktree, its git folder does not exist outside the sandbox, so git treats its files as ordinary files.
    // Each folder is inspected once.
    private static string? NestedRepository(string path, WorktreeFileReaderAndWriter worktree, Dictionary<string, string?> known)
    {
        if (Path.GetDirectoryName(path) is not { Length: > 0 } folder)
        {
            return null;
        }
        if (!known.TryGetValue(folder, out var root))
        {
            known[folder] = root = worktree.HasFile(folder + "/.git") ? folder : NestedRepository(folder, worktree, known);
        }
        return root;
    }

    private static string PutBack(SubmoduleChange change)
    {
        var (folder, file) = (
            FileNameEncoding.Show(change.Submodule),
            FileNameEncoding.Show(Path.GetRelativePath(change.Submodule, change.Path))
        );
        return file == "."
            ? "Restore it (its commit, and all of its files)."
            : $"Restore it (git -C {folder} show HEAD:{file} > {folder}/{file}).";
    }

    /// <summary>Returns a violation that follows from the name and kind of a file alone. Returns null if there is none.</summary>
    private string? Problem(ChangedFile file)
    {
        if (InterfaceContractChecker.Of(files, file.Path) is { } contract)
        {
            return InterfaceContractChecker.Changed(contract, baseCommit);
        }
        if (!_ownership.Owns(file.Path))
        {
            return $"{Name(file)} was {Verb(file)}, but this task does not own it. {PutBack(file)}";
        }
        if (held.Holds(file.Path))
        {
            return $"{Name(file)} was added, but it is generated or contains secrets, and this task's files_write does not name it. "
                + PutBack(file);
        }
        if (ProtectedPath.Covering(task, file.Path, files.Settings.AlwaysRequireHuman) is { } glob)
        {
            return $"{Name(file)} was {Verb(file)}, but '{glob}' always needs the user's approval (always_require_human). No approval "
                + $"was requested, because this task's files_write does not name the file. {PutBack(file)}";
        }
        if (file.IsSubmodule)
        {
            return OfItsOwn(Name(file));
        }
        if (file.Change == FileChange.Added && !FileNameEncoding.IsUtf8(file.Path))
        {
            return $"{Name(file)} has a name that is not UTF-8, which many programs can't open. Give it another name.";
        }
        return null;
    }

    private string PutBack(ChangedFile file) =>
        file.Change == FileChange.Added
            ? "Delete it."
            : $"Restore it (git checkout {CommitIdFormatter.Shorten(baseCommit)} -- {FileNameEncoding.Show(file.Path)}).";

    private static string Name(ChangedFile file) => $"'{FileNameEncoding.Show(file.Path)}'";

    private static string Verb(ChangedFile file) =>
        file.Change switch
        {
            FileChange.Added => "added",
            FileChange.Deleted => "deleted",
            _ => "changed",
        };
}
