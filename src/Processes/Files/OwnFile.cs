namespace Orchestrator.Processes;

/// <summary>Writes files of ours where programs that are not ours may write as well, such as in a run's folder: never through a link, be it
/// the file or a folder below <c>.orchestrator</c>. What has to survive a power cut is written by <see cref="DurableFile"/>, by the same
/// rule.</summary>
public static class OwnFile
{
    /// <summary>Replaces a file as a whole: readers see the old or the new one.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        using var aside = new AsideFile(path);
        aside.Stream.Write(content);
        aside.Replace(sync: false);
    }

    /// <summary>Lets nobody but its owner read or write a file; on Windows that is so in the user's own folders.</summary>
    public static void KeepPrivate(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    /// <summary>Replaces a file by a text in UTF-8.</summary>
    public static void Write(string path, string content) => Write(path, Encoding.UTF8.GetBytes(content));

    /// <summary>Adds a text in UTF-8 to the end of a file.</summary>
    /// <exception cref="UnauthorizedAccessException">A link, or something that is no file, has its name; nothing was written.</exception>
    public static void Append(string path, string content)
    {
        using var file = Open(path);
        file.Seek(0, SeekOrigin.End);
        file.Write(Encoding.UTF8.GetBytes(content));
    }

    /// <summary>Opens a file for reading and writing; it is created, with its folder, where it is missing.</summary>
    /// <exception cref="UnauthorizedAccessException">A link, or something that is no file, has its name; nothing was written.</exception>
    public static FileStream Open(string path)
    {
        using var folder = OwnFolder.Make(FolderOf(path));
        return new FileStream(
            folder.TryOpenOrMake(NameOf(path), FolderHandle.Plain) ?? throw IsNoFile(path),
            FileAccess.ReadWrite,
            bufferSize: 0
        );
    }

    /// <summary>Creates a file; what has its name is removed, a folder is put aside. A file that somebody has open, or linked elsewhere, is
    /// not written to.</summary>
    public static FileStream Create(string path)
    {
        using var folder = OwnFolder.Make(FolderOf(path));
        Clear(folder, path);
        return new FileStream(folder.Make(NameOf(path), FolderHandle.Plain), FileAccess.ReadWrite, bufferSize: 0);
    }

    /// <summary>Frees a name.</summary>
    /// <returns>What was there, if it was no file.</returns>
    internal static string? Clear(FolderHandle folder, string path)
    {
        var name = NameOf(path);
        var kind = folder.KindOf(name);
        var target = kind == EntryKind.Link ? new FileInfo(path).LinkTarget : null;
        if (kind == EntryKind.Folder)
        {
            folder.Rename(name, folder, Encoding.UTF8.GetBytes($"{Path.GetFileName(path)}.{Guid.NewGuid():n}.aside"));
        }
        else
        {
            folder.Remove(name, isFolder: false);
        }
        return kind switch
        {
            EntryKind.Link => $"a symbolic link{(target is null ? "" : $" to '{target}'")}",
            EntryKind.Folder => "a folder",
            EntryKind.Other => "a pipe, socket or device",
            _ => null,
        };
    }

    internal static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    internal static byte[] NameOf(string path) => Encoding.UTF8.GetBytes(Path.GetFileName(path));

    private static UnauthorizedAccessException IsNoFile(string path) =>
        new(
            $"'{path}' is {(new FileInfo(path).LinkTarget is { } target ? $"a symbolic link to '{target}'" : "no file")}. Files of ours "
                + "are not written through it, because programs that run in a worktree could have made it; nothing was written. Remove it, "
                + "and try again."
        );
}
