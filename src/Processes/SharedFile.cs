using System.Runtime.InteropServices;

namespace Orchestrator.Processes;

/// <summary>Keeps what somebody else writes and may delete: by a further name of the same file (a hard link), which takes no room; on
/// another disk by a copy, to which only what is new is added.</summary>
public static partial class SharedFile
{
    /// <summary>Keeps a file as it is now, and where it is linked also as it will be. Done again it is brought up to date.</summary>
    /// <param name="kept">Where it is kept; folders are made.</param>
    /// <exception cref="IOException">It can't be kept.</exception>
    public static void Keep(string file, string kept)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
        var aside = $"{kept}.{Guid.NewGuid():n}.tmp";
        try
        {
            // Whoever writes it may make it anew; then the kept name is given to the new file. The same file again: nothing happens.
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

    /// <summary>Gives a file a further name unless that name is taken; where the file system knows no further names, its content.</summary>
    /// <param name="name">The name, on the same disk.</param>
    /// <returns>True if the name is the file's now, false if it was taken.</returns>
    /// <exception cref="IOException">The name can't be given.</exception>
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

    /// <summary>Copies what a copy does not have yet; a file that became shorter is copied anew.</summary>
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
