using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Processes;

/// <summary>
/// An open folder, whose entries are addressed by single names as raw bytes and without following links (openat(2)). The instance always
/// refers to the same folder, even if another process replaces a part of the folder's path.
/// </summary>
public sealed partial class FolderHandle : IDisposable
{
    /// <summary>Permissions of a new file before the process's umask is applied (0666).</summary>
    public const UnixFileMode Plain =
        UnixFileMode.UserRead
        | UnixFileMode.UserWrite
        | UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite;

    // From fcntl.h on Linux. Two of the flags differ between architectures.
    private const int CreateNew = 0x40 | 0x80;
    private const int ReadWrite = 2;
    private const int CreateOrOpen = 0x40;
    private const int AppendAlways = 0x400;
    private const int DoNotWait = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int RemoveFolder = 0x200;
    private const int CurrentFolder = -100;
    private const int DoNotFollow = 0x100;
    private const int EmptyPath = 0x1000;

    // From struct statx, which is the same on all architectures.
    private const uint TypeAndMode = 3;
    private const int ModeOffset = 28;
    private const uint Inode = 0x100;
    private const int InodeOffset = 32;
    private const uint BasicFacts = 0x7FF;
    private const int SizeOffset = 40;
    private const int ChangedOffset = 96;
    private const int DeviceOffset = 136;
    private const int ExecutableByOwner = 0x40;

    // From errno(3).
    private const int NotPermitted = 1;
    private const int NoSuchFile = 2;
    private const int Denied = 13;
    private const int Exists = 17;
    private const int NoFolder = 20;
    private const int IsFolder = 21;
    private const int TooManyLinks = 40;
    private const int NotEmpty = 39;
    private const int NoSuchDevice = 6;

    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;
    private static readonly int OnlyFolder = IsArm ? 0x4000 : 0x10000;
    private static readonly int NoLink = IsArm ? 0x8000 : 0x20000;

    private readonly SafeFileHandle _folder;
    private readonly string _name;

    private FolderHandle(SafeFileHandle folder, string name)
    {
        _folder = folder;
        _name = name;
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    /// <summary>Opens a folder by its path, or returns null if the path does not exist or is not a folder.</summary>
    /// <param name="followLink">True to follow a link in the last part. Links in earlier parts are always followed.</param>
    public static FolderHandle? TryOpen(string path, bool followLink = false) =>
        TryOpen(CurrentFolder, Encoding.UTF8.GetBytes(path), path, followLink ? 0 : NoLink);

    /// <summary>Opens a subfolder, or returns null if it does not exist.</summary>
    /// <exception cref="UnauthorizedAccessException">The folder can't be read.</exception>
    public FolderHandle? TryOpen(ReadOnlySpan<byte> name) => TryOpen(Number, name, PathOf(name), NoLink);

    /// <summary>
    /// Opens a subfolder, and creates it if it does not exist. Returns null if the name belongs to an entry of another kind.
    /// </summary>
    public FolderHandle? TryMake(ReadOnlySpan<byte> name)
    {
        if (FolderSystemCalls.MakeAt(Number, FolderSystemCalls.Ended(name), 0x1FF) != 0 && Marshal.GetLastPInvokeError() != Exists)
        {
            throw Fault("create the folder", name);
        }
        return TryOpen(name);
    }

    /// <summary>Returns the kind of an entry. Links are not followed.</summary>
    public FileSystemEntryKind KindOf(ReadOnlySpan<byte> name) => KindAt(Number, FolderSystemCalls.Ended(name), DoNotFollow);

    /// <summary>True if the entry is a regular file that its owner may execute. Links are not followed.</summary>
    public bool IsExecutable(ReadOnlySpan<byte> name) =>
        ModeAt(Number, FolderSystemCalls.Ended(name), DoNotFollow) is { } mode
        && KindIn(mode) == FileSystemEntryKind.File
        && (mode & ExecutableByOwner) != 0;

    /// <summary>Returns the names of the folder's entries, in no particular order.</summary>
    public IReadOnlyList<byte[]> List()
    {
        var copy = FolderSystemCalls.OpenAt(Number, "."u8, OnlyFolder | CloseOnExec, 0);
        if (copy < 0 || FolderSystemCalls.FolderOf(copy) is not (not 0 and var stream))
        {
            throw Fault("list", "."u8);
        }
        var names = new List<byte[]>();
        try
        {
            // struct dirent of 64-bit systems: inode and offset (8 bytes each), length (2), kind (1) and the name.
            const int NameOffset = 19;
            for (var entry = FolderSystemCalls.NextOf(stream); entry != 0; entry = FolderSystemCalls.NextOf(stream))
            {
                unsafe
                {
                    var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)entry + NameOffset);
                    if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    {
                        names.Add(name.ToArray());
                    }
                }
            }
        }
        finally
        {
            _ = FolderSystemCalls.CloseFolder(stream);
        }
        return names;
    }

    /// <summary>Opens a regular file for reading. Returns null if the entry does not exist or is not a regular file. Does not block on a
    /// pipe without a writer.</summary>
    public SafeFileHandle? TryRead(ReadOnlySpan<byte> name)
    {
        var number = FolderSystemCalls.OpenAt(Number, FolderSystemCalls.Ended(name), DoNotWait | NoLink | CloseOnExec, 0);
        if (number < 0)
        {
            return Marshal.GetLastPInvokeError() is NoSuchFile or TooManyLinks or NoFolder or NoSuchDevice
                ? null
                : throw Fault("read", name);
        }
        var file = new SafeFileHandle(number, ownsHandle: true);
        if (KindAt(number, [0], EmptyPath) == FileSystemEntryKind.File)
        {
            return file;
        }
        file.Dispose();
        return null;
    }

    /// <summary>Opens a regular file for reading and writing, and creates it if it does not exist. Returns null if the name belongs to an
    /// entry of another kind.</summary>
    /// <param name="name">Name of the file.</param>
    /// <param name="mode">Permissions of a new file.</param>
    /// <param name="append">True if each write appends to the end of the file, even if other processes write to it.</param>
    public SafeFileHandle? TryOpenOrMake(ReadOnlySpan<byte> name, UnixFileMode mode, bool append = false)
    {
        var number = FolderSystemCalls.OpenAt(
            Number,
            FolderSystemCalls.Ended(name),
            ReadWrite | CreateOrOpen | (append ? AppendAlways : 0) | DoNotWait | NoLink | CloseOnExec,
            (uint)mode
        );
        if (number < 0)
        {
            return Marshal.GetLastPInvokeError() is TooManyLinks or IsFolder or NoSuchDevice ? null : throw Fault("open", name);
        }
        var file = new SafeFileHandle(number, ownsHandle: true);
        if (KindAt(number, [0], EmptyPath) == FileSystemEntryKind.File)
        {
            return file;
        }
        file.Dispose();
        return null;
    }

    /// <summary>True if a name refers to the given open file directly, and not through a symbolic link.</summary>
    public bool Names(ReadOnlySpan<byte> name, SafeFileHandle file) =>
        KindOf(name) == FileSystemEntryKind.File
        && PlaceAt(Number, FolderSystemCalls.Ended(name)) is { } place
        && place == PlaceAt((int)file.DangerousGetHandle(), [0]);

    /// <summary>Creates a file and opens it for reading and writing. Throws if the name already exists.</summary>
    public SafeFileHandle Make(ReadOnlySpan<byte> name, UnixFileMode mode)
    {
        var number = FolderSystemCalls.OpenAt(
            Number,
            FolderSystemCalls.Ended(name),
            ReadWrite | CreateNew | NoLink | CloseOnExec,
            (uint)mode
        );
        return number < 0 ? throw Fault("make", name) : new SafeFileHandle(number, ownsHandle: true);
    }

    /// <summary>Creates a symbolic link.</summary>
    public void MakeLink(ReadOnlySpan<byte> name, ReadOnlySpan<byte> target)
    {
        if (FolderSystemCalls.LinkAt(FolderSystemCalls.Ended(target), Number, FolderSystemCalls.Ended(name)) != 0)
        {
            throw Fault("create the link", name);
        }
    }

    /// <summary>Renames an entry, or moves it to another folder. An existing file or link with the new name is replaced.</summary>
    public void Rename(ReadOnlySpan<byte> name, FolderHandle to, ReadOnlySpan<byte> newName)
    {
        if (FolderSystemCalls.RenameAt(Number, FolderSystemCalls.Ended(name), to.Number, FolderSystemCalls.Ended(newName)) != 0)
        {
            throw Fault("rename", name);
        }
    }

    /// <summary>Creates a hard link in this folder to a file in any folder. The file must not be a symbolic link.</summary>
    /// <returns>True if the link was created. False if the file is on another disk or the name already exists.</returns>
    public bool TryName(string file, ReadOnlySpan<byte> newName) =>
        FolderSystemCalls.NameAt(CurrentFolder, Encoding.UTF8.GetBytes(file + "\0"), Number, FolderSystemCalls.Ended(newName), 0) == 0;

    /// <summary>Creates a hard link to a file in the same folder, or a copy if the file system has no hard links. An existing name is not
    /// replaced.</summary>
    /// <returns>True if the link or copy was created. False if the name already exists.</returns>
    public bool TryLink(ReadOnlySpan<byte> name, ReadOnlySpan<byte> newName)
    {
        if (FolderSystemCalls.NameAt(Number, FolderSystemCalls.Ended(name), Number, FolderSystemCalls.Ended(newName), 0) == 0)
        {
            return true;
        }
        if (KindOf(newName) != FileSystemEntryKind.Missing)
        {
            return false;
        }
        using var from = TryRead(name) ?? throw Fault("read", PathOf(name), NoSuchFile);
        var made = FolderSystemCalls.OpenAt(
            Number,
            FolderSystemCalls.Ended(newName),
            ReadWrite | CreateNew | NoLink | CloseOnExec,
            (uint)Plain
        );
        if (made < 0)
        {
            return Marshal.GetLastPInvokeError() == Exists ? false : throw Fault("make", newName);
        }
        using FileStream to = new(new SafeFileHandle(made, ownsHandle: true), FileAccess.Write);
        using FileStream content = new(from, FileAccess.Read);
        content.CopyTo(to);
        to.Flush(flushToDisk: true);
        return true;
    }

    /// <summary>Removes a file, a link or an empty folder. Does nothing for a missing name.</summary>
    /// <returns>True if the entry no longer exists. False for a folder that is not empty.</returns>
    public bool Remove(ReadOnlySpan<byte> name, bool isFolder)
    {
        if (FolderSystemCalls.UnlinkAt(Number, FolderSystemCalls.Ended(name), isFolder ? RemoveFolder : 0) == 0)
        {
            return true;
        }
        return Marshal.GetLastPInvokeError() switch
        {
            NoSuchFile => true,
            NotEmpty or Exists => false,
            _ => throw Fault("remove", name),
        };
    }

    /// <summary>Grants the owner full access to a subfolder. Has no effect if the current user is not the owner.</summary>
    // 0700. Errors are ignored, because links have no permissions and missing entries need none.
    public void Unlock(ReadOnlySpan<byte> name) => _ = FolderSystemCalls.PermitAt(Number, FolderSystemCalls.Ended(name), 0x1C0, 0);

    /// <summary>Grants the owner all permissions for this folder.</summary>
    public void UnlockThis() => _ = FolderSystemCalls.Permit(Number, 0x1C0);

    private int Number => (int)_folder.DangerousGetHandle();

    private static FolderHandle? TryOpen(int folder, ReadOnlySpan<byte> name, string path, int noLink)
    {
        var number = FolderSystemCalls.OpenAt(folder, FolderSystemCalls.Ended(name), OnlyFolder | noLink | CloseOnExec, 0);
        if (number >= 0)
        {
            return new FolderHandle(new SafeFileHandle(number, ownsHandle: true), path);
        }
        var error = Marshal.GetLastPInvokeError();
        return error is NoSuchFile or NoFolder or TooManyLinks ? null : throw Fault("open the folder", path, error);
    }

    private static FileSystemEntryKind KindAt(int folder, byte[] name, int flags) =>
        ModeAt(folder, name, flags) is { } mode ? KindIn(mode) : FileSystemEntryKind.Missing;

    private static FileSystemEntryKind KindIn(int mode) =>
        (mode & 0xF000) switch
        {
            0x8000 => FileSystemEntryKind.File,
            0x4000 => FileSystemEntryKind.Folder,
            0xA000 => FileSystemEntryKind.Link,
            _ => FileSystemEntryKind.Other,
        };

    /// <summary>
    /// Returns the inode and device numbers of an entry, which together identify a file, or null if the entry does not exist.
    /// </summary>
    public (ulong Inode, ulong Device)? FileIdOf(ReadOnlySpan<byte> name) => PlaceAt(Number, FolderSystemCalls.Ended(name));

    /// <summary>Returns the metadata of an entry, or null if it does not exist. Links are not followed.</summary>
    public FileSystemEntryStamp? StampOf(ReadOnlySpan<byte> name)
    {
        Span<byte> facts = stackalloc byte[256];
        if (FolderSystemCalls.Statx(Number, FolderSystemCalls.Ended(name), DoNotFollow, BasicFacts, ref facts[0]) != 0)
        {
            return null;
        }
        int mode = MemoryMarshal.Read<ushort>(facts[ModeOffset..]);
        var kind = KindIn(mode);
        return kind == FileSystemEntryKind.Folder
            ? new FileSystemEntryStamp(kind, mode, 0, 0, 0, 0)
            : new FileSystemEntryStamp(
                kind,
                mode,
                MemoryMarshal.Read<ulong>(facts[InodeOffset..]),
                MemoryMarshal.Read<ulong>(facts[SizeOffset..]),
                MemoryMarshal.Read<long>(facts[ChangedOffset..]),
                MemoryMarshal.Read<uint>(facts[(ChangedOffset + sizeof(long))..])
            );
    }

    private static (ulong Inode, ulong Device)? PlaceAt(int folder, byte[] name)
    {
        Span<byte> facts = stackalloc byte[256];
        return FolderSystemCalls.Statx(folder, name, DoNotFollow | EmptyPath, Inode, ref facts[0]) == 0
            ? (MemoryMarshal.Read<ulong>(facts[InodeOffset..]), MemoryMarshal.Read<ulong>(facts[DeviceOffset..]))
            : null;
    }

    private static int? ModeAt(int folder, byte[] name, int flags)
    {
        Span<byte> facts = stackalloc byte[256];
        return FolderSystemCalls.Statx(folder, name, flags, TypeAndMode, ref facts[0]) == 0
            ? MemoryMarshal.Read<ushort>(facts[ModeOffset..])
            : null;
    }

    private string PathOf(ReadOnlySpan<byte> name) => $"{_name}/{Encoding.UTF8.GetString(name)}";

    private Exception Fault(string what, ReadOnlySpan<byte> name) => Fault(what, PathOf(name), Marshal.GetLastPInvokeError());

    private static Exception Fault(string what, string path, int error)
    {
        var text = $"Could not {what} '{path}': {new Win32Exception(error).Message}.";
        return error is NotPermitted or Denied ? new UnauthorizedAccessException(text) : new IOException(text);
    }
}
