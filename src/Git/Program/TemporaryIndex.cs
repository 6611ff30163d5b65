using System.Globalization;

namespace Orchestrator.Git.Program;

/// <summary>A temporary index file, to build a tree without touching anyone's work. Removed when disposed.</summary>
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

    /// <summary>The file; created by git or a copy.</summary>
    internal string Path { get; }

    /// <summary>Environment that makes git use it.</summary>
    internal IReadOnlyDictionary<string, string?> Environment { get; }

    /// <summary>Removes it, with the lock of a git that was killed while writing it: no one else uses the name.</summary>
    public void Dispose()
    {
        File.Delete(Path);
        File.Delete(Path + ".lock");
    }

    /// <summary>Removes index files of killed processes. By age: processes of other containers are not visible, so ownership can't be
    /// checked.</summary>
    internal static void RemoveLeft(GitRepository repository, TimeSpan longestUse)
    {
        var folder = System.IO.Path.Combine(repository.OwnDirectory, FolderName);
        foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder, NamePrefix + "*") : [])
        {
            // Not the time of the last write, which a copy inherits, and by which git knows which entries to check.
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
