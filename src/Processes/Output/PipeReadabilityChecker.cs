using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Processes;

/// <summary>Asks the kernel for the state of a pipe without reading from the pipe.</summary>
internal static partial class PipeReadabilityChecker
{
    private const short ReadyToRead = 1; // POLLIN of poll(2)

    /// <summary>True if a read would return at once, because the pipe contains data or has no writer.</summary>
    public static bool IsReadable(SafePipeHandle pipe)
    {
        var added = false;
        try
        {
            pipe.DangerousAddRef(ref added);
            var asked = new PollFileDescriptor { Number = (int)pipe.DangerousGetHandle(), Events = ReadyToRead };
            return Poll(ref asked, 1, 0) > 0;
        }
        finally
        {
            if (added)
            {
                pipe.DangerousRelease();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(ref PollFileDescriptor descriptors, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFileDescriptor
    {
        public int Number;
        public short Events;
        public short Returned;
    }
}
