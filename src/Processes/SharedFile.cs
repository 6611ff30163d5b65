using System.Runtime.InteropServices;

namespace Orchestrator.Processes;

/// <summary>Keeps a file that others write and may delete: by a hard link, which takes no space; on another disk by a copy, to which only
/// new content is appended.</summary>
public static partial class SharedFile
{
    /// <summary>Keeps the file's present state, and by a link also its future one. Repeating it updates the copy.</summary>
    /// <param name="kept">Path of the kept file; folders are created.</param>
    /// <exception cref="IOException">It can't be kept.</exception>
    public static void Keep(string file, string kept)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
        var aside = $"{kept}.{Guid.NewGuid():n}.tmp";
        try
        {
            // The file may have been replaced; then the kept name is linked to the new one. For the same file nothing happens.
            if (Link(file, aside) == 0)
            {
                File.Move(aside, kept, overwrite: true);
            }
            else
            {
                Append(file, kept);
            }
        }
        finally
        {
            File.Delete(aside);
        }
    }

    /// <summary>Links a file under a further name unless that is taken; where the file system has no hard links, copies it.</summary>
    /// <param name="name">The name, on the same disk.</param>
    /// <returns>True if the name is the file's now, false if it was taken.</returns>
    /// <exception cref="IOException">The link can't be created.</exception>
    internal static bool TryName(string file, string name)
    {
        if (Link(file, name) == 0)
        {
            return true;
        }
        if (File.Exists(name))
        {
            return false;
        }
        try
        {
            using FileStream to = new(name, FileMode.CreateNew, FileAccess.Write);
            using FileStream from = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            from.CopyTo(to);
            to.Flush(flushToDisk: true);
            return true;
        }
        catch (IOException) when (File.Exists(name))
        {
            return false;
        }
    }

    /// <summary>Appends new content to a copy; a file that became shorter is copied again.</summary>
    internal static void Append(string file, string kept)
    {
        using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var to = new FileStream(kept, FileMode.OpenOrCreate, FileAccess.Write);
        if (from.Length < to.Length)
        {
            to.SetLength(0);
        }
        from.Position = to.Length;
        to.Position = to.Length;
        from.CopyTo(to);
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string file, string name);
}
