using System.Globalization;
using System.Net;

namespace Temporal.Server.Common;

/// <summary>The user whose program is at the other end of a connection. Looked up once, when the connection is made.</summary>
/// <param name="UserId">The user's id; null where it can't be known: another machine or network namespace, a process of another PID
/// namespace (a container, or a sandbox, whose code is not its user's own), a system other than Linux.</param>
internal sealed record ConnectionPeer(uint? UserId)
{
    private const uint Root = 0;

    /// <summary>The peer of a TCP connection on this machine, by the system's tables of sockets and processes.</summary>
    internal static ConnectionPeer Of(EndPoint? client, EndPoint? server) =>
        client is IPEndPoint from
        && server is IPEndPoint to
        && IPAddress.IsLoopback(from.Address)
        && SocketTable.OwnerOf(from, to) is { } owner
        && ((owner.UserId == Root && !Environment.IsPrivilegedProcess) || IsHeldBeside(owner.Inode))
            ? new ConnectionPeer(owner.UserId)
            : new ConnectionPeer((uint?)null);

    /// <summary>True if a process of this PID namespace has the socket open. Open files of another user's processes can't be read, which
    /// matters for root's alone.</summary>
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
