using System.Security.Cryptography;

namespace Orchestrator.Gates.Packages;

/// <summary>Finds the lock files and manifests that define the environment of a repository or worktree.</summary>
public static class LockAndManifestFileFinder
{
    /// <summary>
    /// Returns the lock files and manifests below a folder, sorted by path and without duplicates. Links are not followed. Installed
    /// packages and build output are omitted.
    /// </summary>
    /// <param name="root">Root of the repository or a worktree.</param>
    /// <exception cref="IOException">An existing file can't be read.</exception>
    public static IReadOnlyList<EnvironmentFile> Read(string root)
    {
        var found = new List<EnvironmentFile>();
        var open = new Stack<DirectoryInfo>([new DirectoryInfo(root)]);
        while (open.TryPop(out var folder))
        {
            foreach (var entry in folder.EnumerateFileSystemInfos())
            {
                if (entry.LinkTarget is not null)
                {
                    continue;
                }
                if (entry is DirectoryInfo inner && !EnvironmentHash.SkipsFolder(inner.Name))
                {
                    open.Push(inner);
                }
                else if (
                    entry is FileInfo file
                    && Path.GetRelativePath(root, file.FullName).Replace('\\', '/') is var path
                    && EnvironmentHash.Counts(path)
                )
                {
                    found.Add(new EnvironmentFile(path, Hash(file)));
                }
            }
        }
        return EnvironmentHash.Select(found);
    }

    private static string Hash(FileInfo file)
    {
        using var content = file.OpenRead();
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }
}
