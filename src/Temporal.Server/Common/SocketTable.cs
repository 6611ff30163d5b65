using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Temporal.Server.Common;

/// <summary>
/// Reads Linux's table of TCP sockets, <c>/proc/net/tcp</c> and <c>tcp6</c> (proc(5)), in this process's network namespace.
/// </summary>
internal static class SocketTable
{
    private const string Established = "01";

    // Columns of a line: number, local address, remote address, state, queues, timer, retransmits, user id, timeout, inode.
    private const int Local = 1;
    private const int Remote = 2;
    private const int State = 3;
    private const int User = 7;
    private const int Inode = 9;

    /// <summary>
    /// Finds the owner of the client's socket for a connection within this machine, or returns null if the system's table of sockets does
    /// not list it.
    /// </summary>
    /// <param name="client">The client's address, as the server sees it.</param>
    /// <param name="server">The server's address.</param>
    public static SocketOwningUser? OwnerOf(IPEndPoint client, IPEndPoint server)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        // A client may use an IPv6 socket for an IPv4 address.
        foreach (var family in (AddressFamily[])[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6])
        {
            if (
                Form(client, family) is { } local
                && Form(server, family) is { } remote
                && OwnerIn(family == AddressFamily.InterNetwork ? "/proc/net/tcp" : "/proc/net/tcp6", local, remote) is { } owner
            )
            {
                return owner;
            }
        }

        return null;
    }

    /// <summary>Finds the owner of a connection in the lines of the system's table of sockets.</summary>
    /// <param name="lines">Lines of the table.</param>
    /// <param name="local">The client's address, formatted as in the table.</param>
    /// <param name="remote">The server's address, formatted as in the table.</param>
    internal static SocketOwningUser? Find(IEnumerable<string> lines, string local, string remote)
    {
        foreach (var line in lines)
        {
            if (!line.Contains(local, StringComparison.Ordinal))
            {
                continue;
            }

            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

            // If its process has already closed a socket, the socket has no inode and is listed under root.
            if (
                columns.Length > Inode
                && columns[Local] == local
                && columns[Remote] == remote
                && columns[State] == Established
                && columns[Inode] != "0"
                && uint.TryParse(columns[User], NumberStyles.None, CultureInfo.InvariantCulture, out var user)
            )
            {
                return new SocketOwningUser(user, columns[Inode]);
            }
        }

        return null;
    }

    /// <summary>
    /// Formats an address as in Linux's table of sockets: words of four bytes in host byte order, then the port. Null if the address family
    /// can't represent the address.
    /// </summary>
    internal static string? Form(IPEndPoint end, AddressFamily family)
    {
        var address = end.Address;
        if (family == AddressFamily.InterNetwork)
        {
            address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        }
        else if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            address = address.MapToIPv6();
        }

        return address.AddressFamily == family
            ? string.Concat(
                MemoryMarshal
                    .Cast<byte, uint>(address.GetAddressBytes())
                    .ToArray()
                    .Select(word => word.ToString("X8", CultureInfo.InvariantCulture))
            )
                + ":"
                + end.Port.ToString("X4", CultureInfo.InvariantCulture)
            : null;
    }

    private static SocketOwningUser? OwnerIn(string table, string local, string remote)
    {
        try
        {
            return Find(File.ReadLines(table), local, remote);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>The user who owns a socket, and the socket's inode.</summary>
/// <param name="UserId">Id of the user whose process created the socket.</param>
/// <param name="Inode">Inode number of the socket.</param>
internal sealed record SocketOwningUser(uint UserId, string Inode);
