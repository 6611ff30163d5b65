using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Temporal.Server.Common;

/// <summary>Linux's table of TCP sockets, <c>/proc/net/tcp</c> and <c>tcp6</c> (proc(5)), of this process's network namespace.</summary>
internal static class SocketTable
{
    private const string Established = "01";

    // Columns of a line: number, local address, remote address, state, queues, timer, retransmits, user id, timeout, inode.
    private const int Local = 1;
    private const int Remote = 2;
    private const int State = 3;
    private const int User = 7;
    private const int Inode = 9;

    /// <summary>The one who made the client's end of a connection on this machine; null where the table does not tell.</summary>
    /// <param name="client">The client's address, as the server sees it.</param>
    /// <param name="server">The server's.</param>
    public static SocketOwner? OwnerOf(IPEndPoint client, IPEndPoint server)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        // A client may have made an IPv6 socket for an IPv4 address.
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

    /// <summary>The owner that a table names for a connection.</summary>
    /// <param name="lines">The table's lines.</param>
    /// <param name="local">The client's address in the table's form.</param>
    /// <param name="remote">The server's.</param>
    internal static SocketOwner? Find(IEnumerable<string> lines, string local, string remote)
    {
        foreach (var line in lines)
        {
            if (!line.Contains(local, StringComparison.Ordinal))
            {
                continue;
            }

            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

            // A socket whose process has closed it already has no inode, and is shown as root's.
            if (
                columns.Length > Inode
                && columns[Local] == local
                && columns[Remote] == remote
                && columns[State] == Established
                && columns[Inode] != "0"
                && uint.TryParse(columns[User], NumberStyles.None, CultureInfo.InvariantCulture, out var user)
            )
            {
                return new SocketOwner(user, columns[Inode]);
            }
        }

        return null;
    }

    /// <summary>
    /// An address as the table writes it: words of four bytes in the machine's order, then the port; null where the family can't hold it.
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

    private static SocketOwner? OwnerIn(string table, string local, string remote)
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

/// <summary>The one who has a socket.</summary>
/// <param name="UserId">The user whose process made it.</param>
/// <param name="Inode">Its number in the system.</param>
internal sealed record SocketOwner(uint UserId, string Inode);
