using System.Globalization;
using System.Net;

namespace Temporal.Server.Common;

/// <summary>The user whose program is at the client end of a connection. Resolved once, when the connection is accepted.</summary>
/// <param name="UserId">The user's id, or null if it can't be determined. The user is unknown on another machine or in another network
/// namespace, and on systems other than Linux. A process of another PID namespace (a container or sandbox) also counts as unknown, because
/// its code may not be its user's own.</param>
internal sealed record ConnectionPeer(uint? UserId)
{
    private const uint Root = 0;

    /// <summary>Resolves the peer of a TCP connection on this machine from the system's socket and process tables.</summary>
    internal static ConnectionPeer Of(EndPoint? client, EndPoint? server) =>
        client is IPEndPoint from
        && server is IPEndPoint to
        && IPAddress.IsLoopback(from.Address)
        && SocketTable.OwnerOf(from, to) is { } owner
        && ((owner.UserId == Root && !Environment.IsPrivilegedProcess) || IsHeldBeside(owner.Inode))
            ? new ConnectionPeer(owner.UserId)
            : new ConnectionPeer((uint?)null);

    /// <summary>
    /// True if a process in this process's PID namespace has the socket open. False if this process can't inspect the socket's process, as
    /// is usual for other users' processes. The caller omits this check for sockets of root, unless this process itself has root
    /// privileges.
    /// </summary>
    private static bool IsHeldBeside(string inode)
    {
        var socket = $"socket:[{inode}]";
        var ours = LinkOf("/proc/self/ns/pid");
        return ours is not null
            && Directory
                .EnumerateDirectories("/proc")
                .Where(process => int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out _))
                .Any(process => LinkOf(Path.Combine(process, "ns/pid")) == ours && Holds(process, socket));
    }

    private static bool Holds(string process, string socket)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd")).Any(file => LinkOf(file) == socket);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
