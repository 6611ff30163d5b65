using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Orchestrator.Processes;

/// <summary>The system call <c>kill(2)</c>.</summary>
internal static partial class Signals
{
    internal const int Kill = 9;

    // The numbers of Linux on x86 and ARM (signal(7)).
    internal const int Continue = 18;
    internal const int Stop = 19;
    private const int NotPermitted = 1;
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

    /// <summary>The same for a process that may have become another user's meanwhile, which then is left alone.</summary>
    internal static void SendIfOurs(int processId, int signal)
    {
        try
        {
            Send(processId, signal);
        }
        catch (Win32Exception e) when (e.NativeErrorCode == NotPermitted)
        {
            // A program that has gained rights, such as sudo.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int NativeKill(int processId, int signal);
}
