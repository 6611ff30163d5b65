namespace Orchestrator.Git.Worktrees;

/// <summary>Copies files that git does not track but agents need (local settings, credentials of a test database) from the main checkout
/// into a worktree. <c>.worktreeinclude</c> in the main checkout lists them, with patterns as in <c>.gitignore</c>.</summary>
public sealed class WorktreeIncludes(GitRepository repository)
{
    /// <summary>The name of the file with the patterns.</summary>
    public const string FileName = ".worktreeinclude";

    /// <summary>Copies missing files; existing ones stay.</summary>
    /// <returns>The files that were copied, relative to the root.</returns>
    public async Task<IReadOnlyList<string>> CopyAsync(Worktree worktree, CancellationToken cancellationToken = default)
    {
        if (new WorktreeStore(repository).FindMainCheckout() is not { } main || !File.Exists(Path.Combine(main.Path, FileName)))
        {
            return [];
        }
        var found = await repository.ReadAsync(
            main.Call("ls-files", "--others", "--ignored", "-z", $"--exclude-from={Path.Combine(main.Path, FileName)}"),
            cancellationToken
        );
        var copied = new List<string>();
        var files = new WorktreeFiles(worktree.Path);
        foreach (var file in found.Fields())
        {
            // Our own files are never copied, whatever the patterns match: secrets, and an engine file that must not be opened as a plain
            // file.
            var from = new FileInfo(Path.Combine(main.Path, file));
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
