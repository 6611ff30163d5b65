namespace Orchestrator.Git.Worktrees;

/// <summary>
/// Creates and checks the folders that contain worktrees and their pool, configured by <c>worktrees.dir</c>. If these folders are in the
/// main checkout, git is first configured to ignore them. Untrusted links in their paths are rejected, because folders at a link's target
/// could otherwise be treated as worktrees and removed.
/// </summary>
/// <param name="repository">The repository.</param>
internal sealed class WorktreeFolders(GitRepository repository)
{
    /// <summary>Creates the parent folder of worktrees.</summary>
    /// <param name="folder">Absolute path of a run's folder in the folder of all worktrees, or of the pool.</param>
    /// <exception cref="WorktreeReplacedException">A parent of the folder is a link or a file. No folder is created then.</exception>
    public async Task MakeAsync(string folder, CancellationToken cancellationToken)
    {
        await CheckAsync(folder, cancellationToken);
        if (RootOf(folder) is { } root)
        {
            CheckoutExcludes.Ensure(repository.MainCheckout!, [$"/{root}"]);
        }
        OrchestratorFolderCreator.Ensure(folder);
    }

    /// <summary>
    /// Checks that neither the folder nor one of its parents inside the main checkout is a file or a link. A link that the user put in
    /// place of the worktrees folder is allowed.
    /// </summary>
    /// <param name="folder">As in <see cref="MakeAsync"/>.</param>
    /// <exception cref="WorktreeReplacedException">The folder or one of its parents is a link or a file.</exception>
    public async Task CheckAsync(string folder, CancellationToken cancellationToken)
    {
        if (RootOf(folder) is not { } root)
        {
            return;
        }
        var at = repository.MainCheckout!;
        foreach (var part in Path.GetRelativePath(at, folder).Split('/'))
        {
            at = Path.Combine(at, part);
            if (new FileInfo(at).LinkTarget is { } target)
            {
                await CheckLinkAsync(at, target, root, cancellationToken);
            }
            else if (File.Exists(at))
            {
                throw new WorktreeReplacedException($"'{at}' is a file, so no worktree can be created below it. Move it away.");
            }
        }
    }

    // The user may replace the worktrees folder with a link to another disk. A link that git tracks is not trusted, because the author of a
    // commit created it.
    private async Task CheckLinkAsync(string link, string target, string root, CancellationToken cancellationToken)
    {
        var name = Path.GetRelativePath(repository.MainCheckout!, link);
        if (
            name == root
            && new WorktreeManager(repository).FindMainCheckout() is { } checkout
            && (await new CommittedOrchestratorFiles(checkout).ListAsync(root, cancellationToken)).All(entry => entry.Path != root)
        )
        {
            return;
        }
        throw new WorktreeReplacedException(
            $"'{link}' is a symbolic link to '{target}'. Worktrees are not created or removed through links, because the target may "
                + "contain "
                + $"other files; nothing was changed. Remove the link: rm '{link}'"
                + (name == root ? $" (git tracks it: git rm -- '{name}', then commit)" : "")
        );
    }

    /// <summary>
    /// Returns the path of the folder that contains all worktrees, relative to the main checkout. Returns null if the folder is outside the
    /// main checkout.
    /// </summary>
    private string? RootOf(string folder)
    {
        if (repository.MainCheckout is not { } checkout)
        {
            return null;
        }
        var name = Path.GetRelativePath(checkout, folder);
        return name == "." || name == ".." || name.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(name) ? null
            : name.StartsWith(".git/", StringComparison.Ordinal) ? null
            : Path.GetDirectoryName(name) is { Length: > 0 } parent ? parent
            : name;
    }
}
