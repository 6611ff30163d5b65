namespace Orchestrator.Git.Worktrees;

/// <summary>
/// Reads and writes single files in a folder to which an agent may also write. Each part of a path is opened separately without following
/// links, so that no file outside the folder is read or written. Only regular files are read (a pipe would block), and only files or links
/// are replaced. Paths are relative to the root, with slashes, and encoded as in <see cref="FileNameEncoding"/>.
/// </summary>
/// <param name="root">Absolute path of the worktree's folder.</param>
public sealed class WorktreeFileReaderAndWriter(string root)
{
    /// <summary>Maximum size in bytes of a file that is read into memory.</summary>
    public const int LargestRead = 16 * 1024 * 1024;

    private const int DeepestFolder = 40;

    /// <summary>True if the path names a regular file and contains no link.</summary>
    public bool HasFile(string path) => KindOf(path) == FileSystemEntryKind.File;

    /// <summary>True for a regular file or a symbolic link whose parent folders are not links. Git can store both kinds.</summary>
    public bool HasFileOrLink(string path) => KindOf(path) is FileSystemEntryKind.File or FileSystemEntryKind.Link;

    /// <summary>True for a pipe, a socket or a device, which git can't store.</summary>
    public bool HasSpecialFile(string path) => KindOf(path) == FileSystemEntryKind.Other;

    /// <summary>True if the path names a regular file that its owner may execute, and contains no link.</summary>
    internal bool IsExecutable(string path)
    {
        try
        {
            using var parent = Parent(path, make: false, out var name, out _);
            return parent?.IsExecutable(name) == true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>True if two paths name the same file, for example on a case-insensitive file system.</summary>
    internal bool AreOne(string path, string other)
    {
        try
        {
            using var parent = Parent(path, make: false, out var name, out _);
            using var parentOfOther = Parent(other, make: false, out var otherName, out _);
            return parent?.FileIdOf(name) is { } place && place == parentOfOther?.FileIdOf(otherName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Returns the names in a folder in no particular order, or an empty list if the folder does not exist or can't be
    /// read.</summary>
    /// <param name="path">Path of the folder, or empty for the root.</param>
    public IReadOnlyList<string> List(string path)
    {
        try
        {
            using var folder = Folder(path);
            return folder is null ? [] : [.. folder.List().Select(name => FileNameEncoding.Decode(name))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Returns the regular files below a folder in no particular order. Links are not followed. Pipes, sockets and devices are
    /// omitted.</summary>
    /// <param name="path">Path of the folder, or empty for the root.</param>
    /// <param name="depth">Maximum depth of folders to search.</param>
    public IEnumerable<string> ListFiles(string path = "", int depth = DeepestFolder)
    {
        foreach (var entry in List(path).Select(name => path.Length == 0 ? name : $"{path}/{name}"))
        {
            switch (KindOf(entry))
            {
                case FileSystemEntryKind.File:
                    yield return entry;
                    break;
                case FileSystemEntryKind.Folder when depth > 0:
                    foreach (var below in ListFiles(entry, depth - 1))
                    {
                        yield return below;
                    }
                    break;
            }
        }
    }

    /// <summary>
    /// True if a file can be created at the path. Each parent must be a folder or missing, and the path itself must be missing, a file or a
    /// link.
    /// </summary>
    public bool CanHaveFile(string path)
    {
        using var parent = Parent(path, make: false, out var name, out var isBlocked);
        return !isBlocked
            && (
                parent is null || parent.KindOf(name) is FileSystemEntryKind.Missing or FileSystemEntryKind.File or FileSystemEntryKind.Link
            );
    }

    /// <summary>Returns the content of a regular file, or null if it does not exist, can't be read or is larger than
    /// <paramref name="limit"/> bytes.</summary>
    public byte[]? TryRead(string path, int limit = LargestRead)
    {
        try
        {
            using var parent = Parent(path, make: false, out var name, out _);
            using var file = parent?.TryRead(name);
            if (file is null || RandomAccess.GetLength(file) is var length && length > limit)
            {
                return null;
            }
            var content = new byte[length];
            var count = 0;
            for (var read = -1; count < length && read != 0; count += read)
            {
                read = RandomAccess.Read(file, content.AsSpan(count), count);
            }
            return content[..count];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Copies a regular file to one of orchestrate's own folders, without following links.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="to">Absolute path of the copy, which is written atomically.</param>
    /// <returns>True if the file was copied, or false if it is not a readable regular file.</returns>
    public bool TryCopyTo(string path, string to)
    {
        try
        {
            using var parent = Parent(path, make: false, out var name, out _);
            using var file = parent?.TryRead(name);
            if (file is null)
            {
                return false;
            }
            using var source = new FileStream(file, FileAccess.Read);
            DurableFile.Write(to, source.CopyTo);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Returns the content of a file as text, or null if it can't be read.</summary>
    public string? TryReadText(string path, int limit = LargestRead) =>
        TryRead(path, limit) is { } content ? Encoding.UTF8.GetString(content) : null;

    /// <summary>Writes a file and creates missing folders. An existing file or link is replaced.</summary>
    /// <returns>True if the file was written. False if something other than a file or a link exists at the path; nothing is changed
    /// then.</returns>
    public bool TryWrite(string path, ReadOnlySpan<byte> content, UnixFileMode mode = FolderHandle.Plain)
    {
        using var parent = Parent(path, make: true, out var name, out _);
        if (parent is null || parent.KindOf(name) is FileSystemEntryKind.Folder or FileSystemEntryKind.Other)
        {
            return false;
        }
        var temporary = Encoding.ASCII.GetBytes($".orchestrate-{Guid.NewGuid():N}");
        try
        {
            using (var file = parent.Make(temporary, mode))
            {
                RandomAccess.Write(file, content, 0);
            }
            parent.Rename(temporary, parent, name);
            return true;
        }
        catch
        {
            parent.Remove(temporary, isFolder: false);
            throw;
        }
    }

    /// <summary>
    /// Copies a file, with its permissions, from another folder to a path at which nothing exists. A link is copied as a link.
    /// </summary>
    /// <returns>False if the path already exists or a parent is not a folder.</returns>
    public bool TryCopy(FileInfo from, string path)
    {
        using var parent = Parent(path, make: true, out var name, out _);
        if (parent is null || parent.KindOf(name) != FileSystemEntryKind.Missing)
        {
            return false;
        }
        if (from.LinkTarget is { } target)
        {
            parent.MakeLink(name, Encoding.UTF8.GetBytes(target));
            return true;
        }
        using var source = from.OpenRead();
        using var file = new FileStream(parent.Make(name, FolderHandle.Plain), FileAccess.Write);
        source.CopyTo(file);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file.SafeFileHandle, from.UnixFileMode);
        }
        return true;
    }

    /// <summary>Removes a file or a link. Does nothing for a missing path or a folder.</summary>
    public void RemoveFile(string path)
    {
        using var parent = Parent(path, make: false, out var name, out _);
        if (parent is not null && parent.KindOf(name) != FileSystemEntryKind.Folder)
        {
            parent.Remove(name, isFolder: false);
        }
    }

    /// <summary>Removes a file, a link, or a folder with all its content. Does nothing for a missing path.</summary>
    internal void Remove(string path)
    {
        using var parent = Parent(path, make: false, out var name, out _);
        parent?.RemoveAll(name);
    }

    internal FileSystemEntryKind KindOf(string path)
    {
        try
        {
            using var parent = Parent(path, make: false, out var name, out _);
            return parent?.KindOf(name) ?? FileSystemEntryKind.Missing;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return FileSystemEntryKind.Missing;
        }
    }

    /// <summary>Opens the parent folder of a path, one path component at a time.</summary>
    /// <returns>The folder, or null if it does not exist. Also null if a part of the path is not a folder; <paramref name="isBlocked"/> is
    /// then true.</returns>
    private FolderHandle? Parent(string path, bool make, out byte[] name, out bool isBlocked)
    {
        var parts = path.Split('/').Where(part => part is not ("" or ".")).ToArray();
        isBlocked = parts.Length == 0 || parts.Contains("..");
        name = isBlocked ? [] : FileNameEncoding.Encode(parts[^1]);
        if (isBlocked)
        {
            return null;
        }
        var folder = FolderHandle.TryOpen(root);
        foreach (var part in parts.SkipLast(1).Select(FileNameEncoding.Encode))
        {
            if (folder is null)
            {
                return null;
            }
            using var above = folder;
            folder = make ? Made(above, part) : above.TryOpen(part);
            isBlocked = folder is null && above.KindOf(part) != FileSystemEntryKind.Missing;
        }
        return folder;
    }

    private FolderHandle? Folder(string path)
    {
        if (path.Length == 0)
        {
            return FolderHandle.TryOpen(root);
        }
        using var parent = Parent(path, make: false, out var name, out _);
        return parent?.TryOpen(name);
    }

    private static FolderHandle? Made(FolderHandle above, byte[] part) =>
        above.KindOf(part) switch
        {
            FileSystemEntryKind.Missing => above.TryMake(part),
            FileSystemEntryKind.Folder => above.TryOpen(part),
            _ => null,
        };
}
