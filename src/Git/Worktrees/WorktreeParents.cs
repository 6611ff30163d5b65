namespace Orchestrator.Git.Worktrees;

/// <summary>The folders in which worktrees and their pool lie, as <c>worktrees.dir</c> names them. In the main checkout git is told to
/// ignore them first, and none may be a link: what is behind it would be taken for worktrees, and removed.</summary>
/// <param name="repository">The repository.</param>
internal sealed class WorktreeParents(GitRepository repository)
{
    /// <summary>Makes the parent folder of worktrees.</summary>
    /// <param name="folder">Absolute path: a run's folder in that of all worktrees, or the pool's.</param>
    /// <exception cref="WorktreeReplacedException">A link or a file is on the way; nothing was made.</exception>
    public async Task MakeAsync(string folder, CancellationToken cancellationToken)
    {
        await CheckAsync(folder, cancellationToken);
        if (RootOf(folder) is { } root)
        {
            CheckoutExcludes.Ensure(repository.MainCheckout!, [$"/{root}"]);
        }
        OwnFolder.Ensure(folder);
    }

    /// <summary>Checks that neither the folder nor one above it leads elsewhere.</summary>
    /// <param name="folder">As in <see cref="MakeAsync"/>.</param>
    /// <exception cref="WorktreeReplacedException">A link or a file is on the way.</exception>
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
                throw new WorktreeReplacedException($"'{at}' is a file, so no worktree can be made below it. Move it away.");
            }
        }
    }

    // A user may keep all worktrees on another disk. A link that git tracks comes from whoever wrote the commit.
    private async Task CheckLinkAsync(string link, string target, string root, CancellationToken cancellationToken)
    {
        var name = Path.GetRelativePath(repository.MainCheckout!, link);
        if (
            name == root
            && new WorktreeStore(repository).FindMainCheckout() is { } checkout
            && (await new TrackedOwnFiles(checkout).ListAsync(root, cancellationToken)).All(entry => entry.Path != root)
        )
        {
            return;
        }
        throw new WorktreeReplacedException(
            $"'{link}' is a symbolic link to '{target}'. Worktrees are not made or removed through links, because what is behind this one "
                + $"could be anything; nothing was touched. Remove the link: rm '{link}'"
                + (name == root ? $" (git tracks it: git rm -- '{name}', then commit)" : "")
        );
    }

    /// <summary>The folder of all worktrees, relative to the main checkout; null where the path lies outside.</summary>
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
