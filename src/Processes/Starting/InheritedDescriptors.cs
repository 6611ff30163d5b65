using System.Globalization;
using System.Runtime.InteropServices;

namespace Orchestrator.Processes;

/// <summary>Descriptors that this process inherited from its starter, such as the lock of flock(1).</summary>
internal static partial class InheritedDescriptors
{
    private const string OpenOnes = "/proc/self/fd";
    private const int FirstAfterStreams = 3;
    private const int GetFlags = 1;
    private const int SetFlags = 2;
    private const int CloseOnExec = 1;

    /// <summary>Keeps children from inheriting them. To a confined program they would be a way out of its sandbox.</summary>
    /// <remarks>They stay open here, so a lock that the starter took holds until this process ends.</remarks>
    public static void KeepFromChildren()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        foreach (var path in Directory.GetFileSystemEntries(OpenOnes))
        {
            var descriptor = int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture);

            // One that was closed meanwhile, such as that of the listing, has no flags.
            if (descriptor >= FirstAfterStreams && Control(descriptor, GetFlags, 0) is >= 0 and var flags)
            {
                _ = Control(descriptor, SetFlags, flags | CloseOnExec);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int descriptor, int command, int value);
}
