using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Orchestrator.Processes;

/// <summary>What became of a signal.</summary>
internal enum SignalResult
{
    /// <summary>It was sent.</summary>
    Sent,

    /// <summary>There is no such process any more; its id may be another's by now.</summary>
    Gone,

    /// <summary>It belongs to another user, as a program that has gained rights (sudo) or whoever has the id now: it is left
    /// alone.</summary>
    NotOurs,
}

/// <summary>Sends signals: <c>kill(2)</c>, and <c>pidfd_send_signal(2)</c> where one certain process is meant.</summary>
internal static partial class Signals
{
    internal const int Kill = 9;

    // The numbers of Linux on x86 and ARM (signal(7)).
    internal const int Continue = 18;
    internal const int Stop = 19;

    // The same on every architecture (syscalls(2)); Linux 5.1 and 5.3.
    private const int SendSignalCall = 424;
    private const int OpenProcessCall = 434;

    private const int NotPermitted = 1;
    private const int NoSuchProcess = 3;

    /// <summary>Sends a signal to this very process: never to one that has its id by now.</summary>
    internal static SignalResult Send(ProcessIdentity process, int signal)
    {
        var descriptor = (int)NativeSystemCall(OpenProcessCall, process.ProcessId, 0, 0, 0);
        if (descriptor < 0)
        {
            // An older kernel, or one that does not let us: what is left is a short time in which the id could change hands.
            return Marshal.GetLastPInvokeError() == NoSuchProcess || !process.IsAlive()
                ? SignalResult.Gone
                : Result(NativeKill(process.ProcessId, signal), process.ProcessId, signal);
        }
        using var held = new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true);

        // The descriptor is of whoever has the id now, and stays so: if that is the one that is meant, nobody else is hit.
        return process.IsAlive()
            ? Result((int)NativeSystemCall(SendSignalCall, descriptor, signal, 0, 0), process.ProcessId, signal)
            : SignalResult.Gone;
    }

    /// <summary>
    /// Sends a signal to a child of ours that was not collected yet, or to a process group when <paramref name="processId"/> is negative.
    /// </summary>
    internal static SignalResult Send(int processId, int signal) => Result(NativeKill(processId, signal), processId, signal);

    private static SignalResult Result(int answer, int processId, int signal)
    {
        if (answer == 0)
        {
            return SignalResult.Sent;
        }
        var error = Marshal.GetLastPInvokeError();
        return error switch
        {
            NoSuchProcess => SignalResult.Gone,
            NotPermitted => SignalResult.NotOurs,
            _ => throw new Win32Exception(
                error,
                $"Signal {signal} could not be sent to process {processId}: {Marshal.GetPInvokeErrorMessage(error)}."
            ),
        };
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int NativeKill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint NativeSystemCall(nint number, nint first, nint second, nint third, nint fourth);
}
