using System.Security.Cryptography;

namespace Orchestrator.Gates.Worktrees;

/// <summary>Temporary folders of worktrees: with short paths, because a Unix socket's has at most 107 bytes, for their owner
/// alone.</summary>
internal static class TemporaryFolders
{
    private const string Usual = "/tmp";
    private const int LongestParent = 32;

    /// <summary>Creates one, where the user has such folders; below <c>/tmp</c> if that path is long.</summary>
    /// <param name="parent">The user's <c>TMPDIR</c>; null where it is not set.</param>
    internal static string Make(string? parent)
    {
        var chosen =
            parent is { Length: > 0 and <= LongestParent } && Path.IsPathRooted(parent) && Directory.Exists(parent)
                ? parent.TrimEnd('/')
                : Usual;
        string path;
        do
        {
            path = $"{chosen}/orc-{RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", 8)}";
        } while (Path.Exists(path));
        PrivateFolder.Make(path);
        return path;
    }

    /// <summary>The assigned folder, created again if it was cleaned away; null where someone else has replaced it.</summary>
    internal static string? Restore(string path)
    {
        if (!Path.Exists(path))
        {
            PrivateFolder.Make(path);
        }
        return Keep(path);
    }

    /// <summary>The folder if it still exists and is ours. A name that was visible is not created again: another user could be
    /// quicker.</summary>
    internal static string? Keep(string path)
    {
        // A folder may inherit its parent's group with a mark (mkdir(2), S_ISGID).
        var isOurs =
            new FileInfo(path).LinkTarget is null
            && Directory.Exists(path)
            && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & ~UnixFileMode.SetGroup) == PrivateFolder.Mode);
        return isOurs ? path : null;
    }

    /// <summary>Removes its content.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="kept">Paths in it that stay.</param>
    /// <returns>False where something could not be removed.</returns>
    internal static bool TryEmpty(string path, IReadOnlyCollection<string> kept)
    {
        try
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries(path).Where(entry => !kept.Contains(entry)))
            {
                if (Directory.Exists(entry) && new FileInfo(entry).LinkTarget is null)
                {
                    FolderRemover.Remove(entry);
                }
                else
                {
                    File.Delete(entry);
                }
            }
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Removes it with its content.</summary>
    /// <returns>False where something could not be removed, such as files of another user that a container created.</returns>
    internal static bool TryRemove(string path)
    {
        try
        {
            FolderRemover.Remove(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
