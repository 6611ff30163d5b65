namespace Orchestrator.Processes;

/// <summary>
/// Writes the orchestrator's files in folders to which other programs may also write, such as a run's folder. Neither the file nor any
/// folder in its path below <c>.orchestrator</c> may be a link. <see cref="DurableFile"/> follows the same rule for files that must survive
/// a power failure.
/// </summary>
public static class SymlinkSafeFileWriter
{
    /// <summary>Replaces a file atomically, so that readers see either the old or the new content.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        using var temporary = new AtomicTemporaryFile(path);
        temporary.Stream.Write(content);
        temporary.Replace(sync: false);
    }

    /// <summary>Restricts access to a file to its owner. Does nothing on Windows, where files in the user's folders are already
    /// restricted.</summary>
    public static void KeepPrivate(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    /// <summary>Replaces a file's content with UTF-8 text.</summary>
    public static void Write(string path, string content) => Write(path, Encoding.UTF8.GetBytes(content));

    /// <summary>Appends UTF-8 text to a file.</summary>
    /// <exception cref="UnauthorizedAccessException">The path is a link or not a regular file. The file is not changed then.</exception>
    public static void Append(string path, string content)
    {
        using var file = Open(path);
        file.Seek(0, SeekOrigin.End);
        file.Write(Encoding.UTF8.GetBytes(content));
    }

    /// <summary>Opens a file for reading and writing. The file and its folder are created if they do not exist.</summary>
    /// <exception cref="UnauthorizedAccessException">The path is a link or not a regular file. The file is not changed then.</exception>
    public static FileStream Open(string path) => Open(path, append: false);

    /// <summary>Opens a file to which several processes append. Each write goes to the end of the file. The file and its folder are
    /// created if they do not exist.</summary>
    /// <exception cref="UnauthorizedAccessException">The path is a link or not a regular file. The file is not changed then.</exception>
    public static FileStream OpenToAppend(string path) => Open(path, append: true);

    private static FileStream Open(string path, bool append)
    {
        using var folder = OrchestratorFolderCreator.Make(FolderOf(path));
        return new FileStream(
            folder.TryOpenOrMake(NameOf(path), FolderHandle.Plain, append) ?? throw IsNoFile(path),
            FileAccess.ReadWrite,
            bufferSize: 0
        );
    }

    /// <summary>Creates a file. An existing entry with its name is removed, or renamed if it is a folder. A file that another process has
    /// open or that has another hard link is therefore never written to.</summary>
    public static FileStream Create(string path)
    {
        using var folder = OrchestratorFolderCreator.Make(FolderOf(path));
        Clear(folder, path);
        return new FileStream(folder.Make(NameOf(path), FolderHandle.Plain), FileAccess.ReadWrite, bufferSize: 0);
    }

    /// <summary>Removes or renames an existing entry, so that the name can be used.</summary>
    /// <returns>Description of the entry if it was not a regular file, or null otherwise.</returns>
    internal static string? Clear(FolderHandle folder, string path)
    {
        var name = NameOf(path);
        var kind = folder.KindOf(name);
        var target = kind == FileSystemEntryKind.Link ? new FileInfo(path).LinkTarget : null;
        if (kind == FileSystemEntryKind.Folder)
        {
            folder.Rename(name, folder, Encoding.UTF8.GetBytes($"{Path.GetFileName(path)}.{Guid.NewGuid():n}.aside"));
        }
        else
        {
            folder.Remove(name, isFolder: false);
        }
        return kind switch
        {
            FileSystemEntryKind.Link => $"a symbolic link{(target is null ? "" : $" to '{target}'")}",
            FileSystemEntryKind.Folder => "a folder",
            FileSystemEntryKind.Other => "a pipe, socket or device",
            _ => null,
        };
    }

    internal static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    internal static byte[] NameOf(string path) => Encoding.UTF8.GetBytes(Path.GetFileName(path));

    private static UnauthorizedAccessException IsNoFile(string path) =>
        new(
            $"'{path}' is {(new FileInfo(path).LinkTarget is { } target ? $"a symbolic link to '{target}'" : "not a file")}. "
                + "orchestrate does "
                + "not write through it, because programs in a worktree could have created it; nothing was written. Remove it, "
                + "and try again."
        );
}
