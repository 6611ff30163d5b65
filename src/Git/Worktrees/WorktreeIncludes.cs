namespace Orchestrator.Git.Worktrees;

/// <summary>Copies files that git does not track but agents need (local settings, credentials of a test database) from a person's checkout
/// into a worktree. <c>.worktreeinclude</c> in that checkout lists them, with patterns as in <c>.gitignore</c>.</summary>
/// <param name="repository">The repository.</param>
/// <param name="linked">The checkout, where it is a linked worktree; null: the main one.</param>
public sealed class WorktreeIncludes(GitRepository repository, string? linked = null)
{
    /// <summary>The name of the file with the patterns.</summary>
    public const string FileName = ".worktreeinclude";

    /// <summary>Copies missing files; existing ones stay.</summary>
    /// <returns>The files that were copied, relative to the root.</returns>
    public async Task<IReadOnlyList<string>> CopyAsync(Worktree worktree, CancellationToken cancellationToken = default)
    {
        if (new WorktreeStore(repository).FindCheckout(linked) is not { } checkout || !File.Exists(Path.Combine(checkout.Path, FileName)))
        {
            return [];
        }
        var found = await repository.ReadAsync(
            checkout.Call("ls-files", "--others", "--ignored", "-z", $"--exclude-from={Path.Combine(checkout.Path, FileName)}"),
            cancellationToken
        );
        var copied = new List<string>();
        var files = new WorktreeFiles(worktree.Path);
        foreach (var file in found.Fields())
        {
            // Our own files are never copied, whatever the patterns match: secrets, and an engine file that must not be opened as a plain
            // file.
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
        WorktreeAdmin.All(repository).Any(entry => path.StartsWith(entry.Path + "/", StringComparison.Ordinal));
}
