using System.Globalization;

namespace Orchestrator.Git.Program;

/// <summary>Temporary index file for building a tree without touching a checkout's index. Disposing the instance removes the
/// file.</summary>
internal sealed class TemporaryIndex : IDisposable
{
    private const string FolderName = "tmp";
    private const string NamePrefix = "index-";
    private const char TimeEnd = '-';

    internal TemporaryIndex(GitRepository repository)
    {
        var folder = System.IO.Path.Combine(repository.OwnDirectory, FolderName);
        OrchestratorFolderCreator.Ensure(folder);
        Path = System.IO.Path.Combine(
            folder,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{NamePrefix}{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}{TimeEnd}{Guid.NewGuid():N}"
            )
        );
        Environment = new Dictionary<string, string?> { ["GIT_INDEX_FILE"] = Path };
    }

    /// <summary>Path of the index file, which either git creates or the caller copies from another index.</summary>
    internal string Path { get; }

    /// <summary>Environment variables that make git use this index file.</summary>
    internal IReadOnlyDictionary<string, string?> Environment { get; }

    /// <summary>Removes the index file, and the lock file of a git process that was killed while writing the index. The file name is unique
    /// to this instance, so no other process uses either file.</summary>
    public void Dispose()
    {
        File.Delete(Path);
        File.Delete(Path + ".lock");
    }

    /// <summary>
    /// Removes old temporary index files that killed processes left behind. Age is the only criterion, because processes in other
    /// containers are not visible.
    /// </summary>
    internal static void RemoveLeft(GitRepository repository, TimeSpan longestUse)
    {
        var folder = System.IO.Path.Combine(repository.OwnDirectory, FolderName);
        foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder, NamePrefix + "*") : [])
        {
            // Uses the time in the file name, because a copied index keeps its modification time. Git needs that time to detect changed
            // entries.
            var begun = System.IO.Path.GetFileName(file)[NamePrefix.Length..].Split(TimeEnd)[0];
            if (
                !long.TryParse(begun, CultureInfo.InvariantCulture, out var seconds)
                || DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeSeconds(seconds) > longestUse
            )
            {
                File.Delete(file);
            }
        }
    }
}
