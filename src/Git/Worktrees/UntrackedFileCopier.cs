namespace Orchestrator.Git.Worktrees;

/// <summary>
/// Copies files that git does not track but agents need, such as local settings, from the user's checkout into a worktree. The file
/// <c>.worktreeinclude</c> in that checkout lists the files, with patterns as in <c>.gitignore</c>.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="linked">Path of the checkout if it is a linked worktree, or null for the main checkout.</param>
public sealed class UntrackedFileCopier(GitRepository repository, string? linked = null)
{
    /// <summary>Name of the file that lists, as patterns, the untracked files to copy.</summary>
    public const string FileName = ".worktreeinclude";

    /// <summary>Copies the listed files that are missing from the worktree, and leaves existing files unchanged.</summary>
    /// <returns>The copied files, relative to the root.</returns>
    public async Task<IReadOnlyList<string>> CopyAsync(Worktree worktree, CancellationToken cancellationToken = default)
    {
        if (new WorktreeManager(repository).FindCheckout(linked) is not { } checkout || !File.Exists(Path.Combine(checkout.Path, FileName)))
        {
            return [];
        }
        var found = await repository.ReadAsync(
            checkout.Call("ls-files", "--others", "--ignored", "-z", $"--exclude-from={Path.Combine(checkout.Path, FileName)}"),
            cancellationToken
        );
        var copied = new List<string>();
        var files = new WorktreeFileReaderAndWriter(worktree.Path);
        foreach (var file in found.Fields())
        {
            // The orchestrator's own files are never copied, even if a pattern matches them. They include secrets and the engine's
            // database, which may not be read as a plain file.
            var from = new FileInfo(Path.Combine(checkout.Path, file));
            if (
                !file.StartsWith(".orchestrator/", StringComparison.Ordinal)
                && !IsInWorktree(from.FullName)
                && (from.LinkTarget is not null || from.Exists)
                && files.TryCopy(from, file)
            )
            {
                copied.Add(file);
            }
        }
        return copied;
    }

    private bool IsInWorktree(string path) =>
        WorktreeAdminFolders.All(repository).Any(entry => path.StartsWith(entry.Path + "/", StringComparison.Ordinal));
}
