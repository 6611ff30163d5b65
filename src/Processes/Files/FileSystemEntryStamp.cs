using System.Runtime.InteropServices;

namespace Orchestrator.Processes;

/// <summary>
/// Metadata of a file system entry, which differs after each change to the entry's content, permissions or identity. For a folder, the
/// metadata includes only the kind and the permissions.
/// </summary>
/// <param name="Kind">Kind of the entry.</param>
/// <param name="Mode">Permissions of the entry.</param>
/// <param name="Inode">Inode number, or 0 for a folder.</param>
/// <param name="Size">Length in bytes, or 0 for a folder.</param>
/// <param name="Seconds">Time of the last change of content or metadata (ctime), which programs can't set, in seconds. 0 for a
/// folder.</param>
/// <param name="Nanoseconds">Fraction of that time in nanoseconds.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FileSystemEntryStamp(
    FileSystemEntryKind Kind,
    int Mode,
    ulong Inode,
    ulong Size,
    long Seconds,
    uint Nanoseconds
);
