using System.Security.Cryptography;

namespace Orchestrator.Gates.Worktrees;

/// <summary>
/// Temporary folders of worktrees, accessible only to their owner. Their paths are short because the path of a Unix socket is limited to
/// 107 bytes.
/// </summary>
internal static class TemporaryFolders
{
    private const string Usual = "/tmp";
    private const int LongestParent = 32;

    /// <summary>
    /// Creates a temporary folder in the given parent folder, or below <c>/tmp</c> if the parent is unsuitable, for example because its
    /// path is too long.
    /// </summary>
    /// <param name="parent">Value of the user's <c>TMPDIR</c>, or null if it is not set.</param>
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

    /// <summary>
    /// Returns the assigned folder, and recreates it if a cleanup program removed it. Returns null if the folder was replaced, for example
    /// by another user.
    /// </summary>
    internal static string? Restore(string path)
    {
        if (!Path.Exists(path))
        {
            PrivateFolder.Make(path);
        }
        return Keep(path);
    }

    /// <summary>
    /// Returns the folder if it still exists and is accessible only to its owner. Otherwise returns null, because another user could have
    /// created a folder with a predictable name first.
    /// </summary>
    internal static string? Keep(string path)
    {
        // A folder may inherit its parent's setgid bit and group (mkdir(2), S_ISGID).
        var isOurs =
            new FileInfo(path).LinkTarget is null
            && Directory.Exists(path)
            && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & ~UnixFileMode.SetGroup) == PrivateFolder.Mode);
        return isOurs ? path : null;
    }

    /// <summary>Removes everything in the folder except the paths to keep. Returns false if something could not be removed.</summary>
    /// <param name="path">Path of the folder.</param>
    /// <param name="kept">Paths in the folder to keep.</param>
    /// <returns>False if some content could not be removed.</returns>
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

    /// <summary>Removes the folder with its content.</summary>
    /// <returns>False if some content could not be removed, such as files of another user that a container created.</returns>
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
