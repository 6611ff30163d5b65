using System.Net;

namespace Temporal.Server.Common;

/// <summary>Whose program is at the other end of a connection. Looked up once, when the connection is made.</summary>
/// <param name="UserId">The user's id; null where it can't be known: another machine or network namespace, a system other than
/// Linux.</param>
internal sealed record ConnectionPeer(uint? UserId)
{
    /// <summary>The peer of a TCP connection on this machine, by the system's table of sockets.</summary>
    internal static ConnectionPeer Of(EndPoint? client, EndPoint? server) =>
        client is IPEndPoint from && server is IPEndPoint to && IPAddress.IsLoopback(from.Address)
            ? new ConnectionPeer(SocketTable.OwnerOf(from, to))
            : new ConnectionPeer((uint?)null);
}
