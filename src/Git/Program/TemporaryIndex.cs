using System.Globalization;

namespace Orchestrator.Git.Program;

/// <summary>An index file of our own, so that a tree can be put together without touching anybody's work. Gone when disposed.</summary>
internal sealed class TemporaryIndex : IDisposable
{
    private const string FolderName = "tmp";
    private const string NamePrefix = "index-";
    private const char TimeEnd = '-';

    internal TemporaryIndex(GitRepository repository)
    {
        var folder = System.IO.Path.Combine(repository.OwnDirectory, FolderName);
        Directory.CreateDirectory(folder);
        Path = System.IO.Path.Combine(
            folder,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{NamePrefix}{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}{TimeEnd}{Guid.NewGuid():N}"
            )
        );
        Environment = new Dictionary<string, string?> { ["GIT_INDEX_FILE"] = Path };
    }

    /// <summary>The file; not there until git or a copy makes it.</summary>
    internal string Path { get; }

    /// <summary>What makes git use it.</summary>
    internal IReadOnlyDictionary<string, string?> Environment { get; }

    /// <summary>Removes it, with the lock of a git that was killed while it wrote it: the name was used by nobody else.</summary>
    public void Dispose()
    {
        File.Delete(Path);
        File.Delete(Path + ".lock");
    }

    /// <summary>Removes those of processes that were killed. Nobody writes at one for long; whose it was can't be told, since other
    /// containers' processes are not to be seen.</summary>
    internal static void RemoveLeft(GitRepository repository, TimeSpan longestUse)
    {
        var folder = System.IO.Path.Combine(repository.OwnDirectory, FolderName);
        foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder, NamePrefix + "*") : [])
        {
            // Not the time of the last write, which a copy has from what it is a copy of, and by which git knows which entries to look at
            // again.
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
