using System.Runtime.InteropServices;

namespace Orchestrator.Processes;

/// <summary>Reads the owner of a file.</summary>
public static partial class FileOwnerUserIdReader
{
    // The structure of statx(2) is the same on all architectures: 256 bytes, with the owner's user id at byte 20.
    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const uint UserId = 0x8;
    private const int OwnerAt = 20;

    /// <summary>Effective user id of this process, which determines access to files.</summary>
    public static uint Current { get; } = EffectiveUser();

    /// <summary>Returns the user id of a file's owner, or null if the file does not exist or the system does not report it.</summary>
    public static uint? Of(string path)
    {
        Span<byte> facts = stackalloc byte[256];
        return Facts(CurrentFolder, path, NoFollow, UserId, ref MemoryMarshal.GetReference(facts)) == 0
            ? BitConverter.ToUInt32(facts[OwnerAt..])
            : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Facts(int folder, string path, int flags, uint mask, ref byte facts);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint EffectiveUser();
}
