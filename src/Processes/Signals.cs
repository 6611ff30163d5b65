using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Orchestrator.Processes;

/// <summary>The system call <c>kill(2)</c>.</summary>
internal static partial class Signals
{
    internal const int Kill = 9;
    private const int NoSuchProcess = 3;

    /// <summary>
    /// Sends <paramref name="signal"/> to a process, or to a process group when <paramref name="processId"/> is negative.
    /// </summary>
    /// <returns>False if there is no such process any more.</returns>
    internal static bool Send(int processId, int signal)
    {
        if (NativeKill(processId, signal) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess
            ? false
            : throw new Win32Exception(error, $"Signal {signal} could not be sent to process {processId}: {Marshal.GetPInvokeErrorMessage(error)}.");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int NativeKill(int processId, int signal);
}
