namespace Orchestrator.Processes;

/// <summary>Keeps a file that others write and may delete: by a hard link, which takes no space; on another disk by a copy, to which only
/// new content is appended.</summary>
public static class SharedFile
{
    /// <summary>Keeps the file's present state, and by a link also its future one. Repeating it updates the copy.</summary>
    /// <param name="kept">Path of the kept file; folders are created.</param>
    /// <exception cref="IOException">It can't be kept.</exception>
    public static void Keep(string file, string kept)
    {
        using var folder = OwnFolder.Make(OwnFile.FolderOf(kept));
        var aside = Encoding.UTF8.GetBytes($"{Path.GetFileName(kept)}.{Guid.NewGuid():n}.tmp");
        try
        {
            // The file may have been replaced; then the kept name is linked to the new one. For the same file nothing happens.
            if (folder.TryName(file, aside))
            {
                folder.Rename(aside, folder, OwnFile.NameOf(kept));
            }
            else
            {
                Append(file, kept);
            }
        }
        finally
        {
            folder.Remove(aside, isFolder: false);
        }
    }

    /// <summary>Appends new content to a copy; a file that became shorter is copied again.</summary>
    internal static void Append(string file, string kept)
    {
        using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var to = OwnFile.Open(kept);
        if (from.Length < to.Length)
        {
            to.SetLength(0);
        }
        from.Position = to.Length;
        to.Position = to.Length;
        from.CopyTo(to);
    }
}
