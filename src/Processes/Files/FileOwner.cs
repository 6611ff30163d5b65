using System.Runtime.InteropServices;

namespace Orchestrator.Processes;

/// <summary>The one who owns a file.</summary>
public static partial class FileOwner
{
    // statx(2): its structure is the same on all machines, with the owner's number at byte 20 of 256.
    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const uint UserId = 0x8;
    private const int OwnerAt = 20;

    /// <summary>The number of this process's user, by which files are opened.</summary>
    public static uint Current { get; } = EffectiveUser();

    /// <summary>The number of a file's owner; null where there is no such file, or the system does not say.</summary>
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
