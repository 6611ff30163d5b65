using System.Globalization;
using System.Runtime.InteropServices;

namespace Orchestrator.Processes;

/// <summary>
/// File descriptors that this process inherited from the process that started it, such as the descriptor of a lock that flock(1) holds.
/// </summary>
internal static partial class InheritedDescriptors
{
    private const string OpenOnes = "/proc/self/fd";
    private const int FirstAfterStreams = 3;
    private const int GetFlags = 1;
    private const int SetFlags = 2;
    private const int CloseOnExec = 1;

    /// <summary>
    /// Prevents children from receiving the file descriptors that this process itself inherited. Through such a descriptor, a sandboxed
    /// program could escape from its sandbox.
    /// </summary>
    /// <remarks>The descriptors stay open in this process, so a lock taken by the starter is held until this process ends.</remarks>
    public static void KeepFromChildren()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        foreach (var path in Directory.GetFileSystemEntries(OpenOnes))
        {
            var descriptor = int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture);

            // A descriptor that was closed in the meantime, such as that of the listing itself, has no flags.
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
