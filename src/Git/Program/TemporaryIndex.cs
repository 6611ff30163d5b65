using System.Globalization;

namespace Orchestrator.Git.Program;

/// <summary>Temporary index file for building a tree without touching a checkout's index. Removed when disposed.</summary>
internal sealed class TemporaryIndex : IDisposable
{
    private const string FolderName = "tmp";
    private const string NamePrefix = "index-";
    private const char TimeEnd = '-';

    internal TemporaryIndex(GitRepository repository)
    {
        var folder = System.IO.Path.Combine(repository.OwnDirectory, FolderName);
        OwnFolder.Ensure(folder);
        Path = System.IO.Path.Combine(
            folder,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{NamePrefix}{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}{TimeEnd}{Guid.NewGuid():N}"
            )
        );
        Environment = new Dictionary<string, string?> { ["GIT_INDEX_FILE"] = Path };
    }

    /// <summary>Path of the index file, which is created by git or copied.</summary>
    internal string Path { get; }

    /// <summary>Environment variables that make git use the index.</summary>
    internal IReadOnlyDictionary<string, string?> Environment { get; }

    /// <summary>Removes the index, and the lock file of a git process that was killed while writing it. The file name is unique to this
    /// instance.</summary>
    public void Dispose()
    {
        File.Delete(Path);
        File.Delete(Path + ".lock");
    }

    /// <summary>Removes index files of killed processes by their age. Ownership can't be checked, because processes of other containers
    /// are not visible.</summary>
    internal static void RemoveLeft(GitRepository repository, TimeSpan longestUse)
    {
        var folder = System.IO.Path.Combine(repository.OwnDirectory, FolderName);
        foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder, NamePrefix + "*") : [])
        {
            // Uses the time in the name: a copy inherits the modification time, which git needs to find the entries to check.
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
