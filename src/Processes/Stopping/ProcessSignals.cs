using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Orchestrator.Processes;

/// <summary>Result of sending a signal.</summary>
internal enum ProcessSignalResult
{
    /// <summary>The signal was sent.</summary>
    Sent,

    /// <summary>The process has ended, and its id may be reused.</summary>
    Gone,

    /// <summary>
    /// The process belongs to another user, for example because it runs with raised privileges (sudo) or its id was reused. No signal is
    /// sent.
    /// </summary>
    NotOurs,
}

/// <summary>Sends signals by <c>kill(2)</c>, or by <c>pidfd_send_signal(2)</c> to one specific process.</summary>
internal static partial class ProcessSignals
{
    internal const int Kill = 9;

    // Signal numbers of Linux on x86 and ARM (signal(7)).
    internal const int Continue = 18;
    internal const int Stop = 19;

    // System call numbers, the same on every architecture (syscalls(2)). They require Linux 5.1 and 5.3.
    private const int SendSignalCall = 424;
    private const int OpenProcessCall = 434;

    private const int NotPermitted = 1;
    private const int NoSuchProcess = 3;

    /// <summary>Sends a signal to exactly this process, and never to another one with the same id.</summary>
    internal static ProcessSignalResult Send(ProcessIdentity process, int signal)
    {
        var descriptor = (int)NativeSystemCall(OpenProcessCall, process.ProcessId, 0, 0, 0);
        if (descriptor < 0)
        {
            // The kernel is too old or does not permit the call. For a short time the id could be reused.
            return Marshal.GetLastPInvokeError() == NoSuchProcess || !process.IsAlive()
                ? ProcessSignalResult.Gone
                : Result(NativeKill(process.ProcessId, signal), process.ProcessId, signal);
        }
        using var held = new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true);

        // The descriptor keeps referring to the process that has this id now. If that is the right process, no other one can be signaled.
        return process.IsAlive()
            ? Result((int)NativeSystemCall(SendSignalCall, descriptor, signal, 0, 0), process.ProcessId, signal)
            : ProcessSignalResult.Gone;
    }

    /// <summary>
    /// Sends a signal to a child of this process that has not been reaped yet, or to a process group if <paramref name="processId"/> is
    /// negative.
    /// </summary>
    internal static ProcessSignalResult Send(int processId, int signal) => Result(NativeKill(processId, signal), processId, signal);

    private static ProcessSignalResult Result(int answer, int processId, int signal)
    {
        if (answer == 0)
        {
            return ProcessSignalResult.Sent;
        }
        var error = Marshal.GetLastPInvokeError();
        return error switch
        {
            NoSuchProcess => ProcessSignalResult.Gone,
            NotPermitted => ProcessSignalResult.NotOurs,
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
