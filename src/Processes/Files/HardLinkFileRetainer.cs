namespace Orchestrator.Processes;

/// <summary>
/// Retains the content of a file that another program writes and may delete. Uses a hard link, which takes no space. On another disk, uses
/// a copy to which only new content is appended.
/// </summary>
public static class HardLinkFileRetainer
{
    /// <summary>Retains the current content of a file. A hard link also retains later content; a copy is updated by calling this method
    /// again.</summary>
    /// <param name="kept">Path of the retained file. Missing folders are created.</param>
    /// <exception cref="IOException">The file can't be retained.</exception>
    public static void Keep(string file, string kept)
    {
        using var folder = OrchestratorFolderCreator.Make(SymlinkSafeFileWriter.FolderOf(kept));
        var temporary = Encoding.UTF8.GetBytes($"{Path.GetFileName(kept)}.{Guid.NewGuid():n}.tmp");
        try
        {
            // If the file was replaced, the retained name is linked to the new file. If it is the same file, nothing changes.
            if (folder.TryName(file, temporary))
            {
                folder.Rename(temporary, folder, SymlinkSafeFileWriter.NameOf(kept));
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

    /// <summary>Appends a file's new content to the file's copy. If the file has become shorter, the whole file is copied again.</summary>
    internal static void Append(string file, string kept)
    {
        using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var to = SymlinkSafeFileWriter.Open(kept);
        if (from.Length < to.Length)
        {
            to.SetLength(0);
        }
        from.Position = to.Length;
        to.Position = to.Length;
        from.CopyTo(to);
    }
}
