using System.Runtime.InteropServices;
using System.Text;
using Orchestrator.Processes;

namespace Orchestrator.Git;

/// <summary>What the system knows of a file that git compares with its index, by statx(2), whose answer has the same form on all machines.</summary>
internal static partial class FileFacts
{
    private const int CurrentFolder = -100;
    private const int DoNotFollowLinks = 0x100;
    private const uint KindMask = 0xF000;
    private const uint BasicFacts = 0x7FF;
    private const int AnswerLength = 256;
    private const int ModeOffset = 28;
    private const int InodeOffset = 32;
    private const int SizeOffset = 40;
    private const int ChangedOffset = 96;
    private const int ModifiedOffset = 112;

    // errno(3), the same on all systems.
    private const int NoSuchFile = 2;
    private const int NoFolder = 20;

    /// <summary>As an index would have it; null if it can't be asked for. A link is not followed.</summary>
    internal static IndexEntry? TryRead(string path) => TryRead(path, out _);

    /// <summary>The same, and whether there is nothing at the path.</summary>
    internal static IndexEntry? TryRead(string path, out bool isMissing) => TryRead(CurrentFolder, Ended(Encoding.UTF8.GetBytes(path)), DoNotFollowLinks, out isMissing);

    /// <summary>The same of a file in a worktree, whose name may be no text (<see cref="FileNames"/>).</summary>
    internal static IndexEntry? TryRead(string root, string name) =>
        TryRead(CurrentFolder, Ended([.. Encoding.UTF8.GetBytes(root + "/"), .. FileNames.Encode(name)]), DoNotFollowLinks, out _);

    /// <summary>What these facts are of.</summary>
    internal static EntryKind KindOf(IndexEntry? facts) => (facts?.Mode & KindMask) switch
    {
        null => EntryKind.Missing,
        0x8000 => EntryKind.File,
        0x4000 => EntryKind.Folder,
        0xA000 => EntryKind.Link,
        _ => EntryKind.Other,
    };

    private static byte[] Ended(byte[] path) => [.. path, 0];

    private static IndexEntry? TryRead(int folder, byte[] path, int flags, out bool isMissing)
    {
        isMissing = false;
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        Span<byte> answer = stackalloc byte[AnswerLength];
        try
        {
            if (Read(folder, path, flags, BasicFacts, ref answer[0]) != 0)
            {
                isMissing = Marshal.GetLastPInvokeError() is NoSuchFile or NoFolder;
                return null;
            }
        }
        catch (EntryPointNotFoundException)
        {
            return null; // An older C library.
        }

        return new IndexEntry(
            Time(answer[ChangedOffset..]),
            Time(answer[ModifiedOffset..]),
            MemoryMarshal.Read<uint>(answer[InodeOffset..]),
            MemoryMarshal.Read<uint>(answer[SizeOffset..]),
            MemoryMarshal.Read<ushort>(answer[ModeOffset..]));
    }

    private static FileTime Time(ReadOnlySpan<byte> at) => new(MemoryMarshal.Read<uint>(at), MemoryMarshal.Read<uint>(at[8..]));

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Read(int folder, byte[] path, int flags, uint mask, ref byte answer);
}
