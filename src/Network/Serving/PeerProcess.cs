using System.Runtime.InteropServices;

namespace Orchestrator.Network;

/// <summary>The process at the other end of a Unix socket.</summary>
internal static partial class PeerProcess
{
    private const int SocketLevel = 1;
    private const int Credentials = 17; // SO_PEERCRED of unix(7): process, user, group

    /// <summary>
    /// True for a process of this user in the PID namespace of this process. Sandboxed processes have their own namespace, so they are not
    /// trusted.
    /// </summary>
    public static bool IsTrusted(Socket caller)
    {
        Span<int> peer = stackalloc int[3];
        caller.GetRawSocketOption(SocketLevel, Credentials, MemoryMarshal.AsBytes(peer));
        return peer[1] == UserId() && NamespaceOf($"{peer[0]}") is { } theirs && theirs == NamespaceOf("self");
    }

    private static string? NamespaceOf(string process)
    {
        try
        {
            return new FileInfo($"/proc/{process}/ns/pid").LinkTarget;
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int UserId();
}
