using System.Runtime.InteropServices;

namespace Orchestrator.TestKit;

/// <summary>
/// Runs code as another user of this machine. It uses a separate thread, which alone gives up root privileges, because credentials belong
/// to threads in Linux (setresuid(2)).
/// </summary>
public static partial class OtherUser
{
    /// <summary>Id of the user <c>nobody</c>.</summary>
    public const uint Id = 65534;

    private static nint SetUserIdsCall => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 147 : 117;

    /// <summary>True if this process may become another user.</summary>
    public static bool IsPossible => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess;

    /// <summary>Calls a function as that user and returns its result.</summary>
    public static T Do<T>(Func<T> function)
    {
        var done = new TaskCompletionSource<T>();
        new Thread(() =>
        {
            try
            {
                if (SystemCall(SetUserIdsCall, (nint)Id, (nint)Id, (nint)Id) != 0)
                {
                    throw new InvalidOperationException($"setresuid: {Marshal.GetLastPInvokeErrorMessage()}");
                }

                done.SetResult(function());
            }
            catch (Exception failed)
            {
                done.SetException(failed);
            }
        }).Start();
        return done.Task.GetAwaiter().GetResult();
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SystemCall(nint number, nint first, nint second, nint third);
}
