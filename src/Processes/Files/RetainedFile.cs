namespace Orchestrator.Processes;

/// <summary>Retains a file that others write and may delete, by a hard link, which takes no space. On another disk it keeps a copy, to
/// which only new content is appended.</summary>
public static class RetainedFile
{
    /// <summary>Retains the file's current content, and through a link also later content. Repeated calls update a copy.</summary>
    /// <param name="kept">Path of the retained file. Missing folders are created.</param>
    /// <exception cref="IOException">The file can't be retained.</exception>
    public static void Keep(string file, string kept)
    {
        using var folder = OwnFolder.Make(OwnFile.FolderOf(kept));
        var temporary = Encoding.UTF8.GetBytes($"{Path.GetFileName(kept)}.{Guid.NewGuid():n}.tmp");
        try
        {
            // If the file was replaced, the retained name is linked to the new file. If it is the same file, nothing changes.
            if (folder.TryName(file, temporary))
            {
                folder.Rename(temporary, folder, OwnFile.NameOf(kept));
            }
            else
            {
                Append(file, kept);
            }
        }
        finally
        {
            folder.Remove(temporary, isFolder: false);
        }
    }

    /// <summary>Appends new content to a copy. A file that became shorter is copied again.</summary>
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
