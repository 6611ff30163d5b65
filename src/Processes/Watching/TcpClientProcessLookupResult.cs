using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Orchestrator.Processes;

/// <summary>
/// The client's end of a TCP connection within this machine, with the processes that have the client's socket open. The connection may use
/// any address of the machine.
/// </summary>
/// <param name="IsOpen">False if the client has closed its end, or ended, so that its processes are not known anymore.</param>
/// <param name="Processes">The processes that have it open, also those in a sandbox. Those of other users are not visible.</param>
public sealed record TcpClientProcessLookupResult(bool IsOpen, IReadOnlyList<ProcessTableRow> Processes)
{
    // Columns of /proc/net/tcp (proc_pid_net(5)): number, local address, remote address, state, queues, timer, retransmits, user, timeout,
    // inode.
    private const int Local = 1;
    private const int Remote = 2;
    private const int Inode = 9;

    /// <summary>Finds the processes at the client's end of a TCP connection, or returns null if the client is on another machine.</summary>
    /// <param name="client">The client's address and port, as the server sees them.</param>
    /// <param name="server">The server's.</param>
    public static TcpClientProcessLookupResult? Find(IPEndPoint client, IPEndPoint server)
    {
        // A client may have made an IPv6 socket for an IPv4 address.
        var inode =
            InodeIn("/proc/net/tcp", Form(client, AddressFamily.InterNetwork), Form(server, AddressFamily.InterNetwork))
            ?? InodeIn("/proc/net/tcp6", Form(client, AddressFamily.InterNetworkV6), Form(server, AddressFamily.InterNetworkV6));
        // A socket that its process has closed has no inode, and vanishes soon.
        return inode is null or "0"
            ? inode is not null || IsOwn(client.Address)
                ? new TcpClientProcessLookupResult(false, [])
                : null
            : new TcpClientProcessLookupResult(true, ProcessTable.FindByOpenFile($"socket:[{inode}]"));
    }

    private static string? InodeIn(string table, string? client, string? server)
    {
        if (client is null || server is null || !File.Exists(table))
        {
            return null;
        }
        // Whatever its state: a client that has sent all it wants to send may have closed one direction.
        return File.ReadLines(table)
            .Where(line => line.Contains(client, StringComparison.Ordinal))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(columns => columns.Length > Inode && columns[Local] == client && columns[Remote] == server)
            ?[Inode];
    }

    private static bool IsOwn(IPAddress address)
    {
        var bytes = Plain(address).GetAddressBytes();
        return IPAddress.IsLoopback(address)
            || NetworkInterface
                .GetAllNetworkInterfaces()
                .SelectMany(network => network.GetIPProperties().UnicastAddresses)
                .Any(own => own.Address.GetAddressBytes().AsSpan().SequenceEqual(bytes));
    }

    // As the tables write it: words of four bytes in the machine's order, then the port.
    private static string? Form(IPEndPoint end, AddressFamily family)
    {
        var plain = Plain(end.Address);
        var address = family == AddressFamily.InterNetworkV6 && plain.AddressFamily != family ? plain.MapToIPv6() : plain;
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

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
