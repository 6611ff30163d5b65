using System.Runtime.InteropServices;

namespace Orchestrator.Network;

/// <summary>A descriptor of a process (pidfd_open(2)): it tells of the process's end also in another PID namespace, and never of another
/// process with the same id.</summary>
internal static unsafe partial class ProcessDescriptor
{
    private const int OpenNumber = 434; // the same on each architecture
    private const short Readable = 1; // POLLIN

    /// <summary>Opens the first process of the PID namespace, with which all others of it end. Negative: it can't be opened.</summary>
    public static int OfNamespace() => (int)SystemCall(OpenNumber, 1, 0);

    /// <summary>True if the process has ended.</summary>
    public static bool HasEnded(int descriptor)
    {
        var entry = new PollEntry { Descriptor = descriptor, Events = Readable };
        return Poll(&entry, 1, 0) > 0;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SystemCall(nint number, nint processId, nint flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
