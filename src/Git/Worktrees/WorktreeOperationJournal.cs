using System.Security.Cryptography;

namespace Orchestrator.Git.Worktrees;

/// <summary>
/// Keeps a record of each path at which this program is creating, moving or removing a worktree, until the operation is complete. If a
/// crash leaves a record behind, everything at the recorded path may be removed. The paths of worktrees that belong to the user or to other
/// tools are never recorded.
/// </summary>
internal sealed class WorktreeOperationJournal(GitRepository repository)
{
    private readonly string _folder = Path.Combine(repository.OwnDirectory, "worktrees");

    internal void Claim(string path) => DurableFile.Write(FileOf(path), path);

    internal void Release(string path) => File.Delete(FileOf(path));

    internal bool IsClaimed(string path) => File.Exists(FileOf(path));

    /// <summary>Returns the recorded paths at or below a folder.</summary>
    internal IReadOnlyList<string> Below(string folder) =>
        !Directory.Exists(_folder)
            ? []
            :
            [
                .. Directory
                    .EnumerateFiles(_folder, "*.claim")
                    .Select(DurableFile.TryRead)
                    .OfType<string>()
                    .Where(path => path == folder || path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal)),
            ];

    /// <summary>
    /// Removes everything at a recorded path, and then deletes the record. A folder that can't be removed is renamed, so that the path can
    /// be used again.
    /// </summary>
    internal void RemoveClaimed(string path)
    {
        if (WorktreeAdminFolders.Find(repository, path) is { } admin)
        {
            WorktreeAdminFolders.Remove(admin, path);
        }
        FolderRemover.RemoveOrMoveAway(path);
        Release(path);
    }

    private string FileOf(string path)
    {
        OrchestratorFolderCreator.Ensure(_folder);
        return Path.Combine(_folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..24] + ".claim");
    }
}
