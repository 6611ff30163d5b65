using System.Runtime.InteropServices;

namespace Orchestrator.Network;

/// <summary>
/// Detects the end of a process with a process file descriptor (pidfd_open(2)). The descriptor reports the end even in another PID
/// namespace, and never refers to a later process with the same id.
/// </summary>
internal static unsafe partial class ProcessEndDetector
{
    private const int OpenNumber = 434; // The system call number is the same on all architectures.
    private const short Readable = 1; // POLLIN

    /// <summary>
    /// Opens a descriptor for the first process of the current PID namespace. When this process ends, all other processes in the namespace
    /// end too. Returns a negative number on failure.
    /// </summary>
    public static int OfNamespace() => (int)SystemCall(OpenNumber, 1, 0);

    /// <summary>True if the process has ended.</summary>
    public static bool HasEnded(int descriptor)
    {
        var entry = new NativePollDescriptor { Descriptor = descriptor, Events = Readable };
        return Poll(&entry, 1, 0) > 0;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SystemCall(nint number, nint processId, nint flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(NativePollDescriptor* entries, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct NativePollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
