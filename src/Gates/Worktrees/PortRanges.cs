using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Gates.Worktrees;

/// <summary>Determines the port ranges that can be assigned to worktrees.</summary>
internal static class PortRanges
{
    private const int Lowest = 20000;
    private const int Highest = 65535;
    private const int Enough = 64;

    // Default: 32768 to 60999, see ip(7).
    private const string EphemeralFile = "/proc/sys/net/ipv4/ip_local_port_range";

    /// <summary>
    /// Returns the first port of each range that can be assigned on this machine. Ranges that overlap the machine's ephemeral ports are
    /// avoided if possible.
    /// </summary>
    internal static IReadOnlyList<int> FirstPortsOnMachine()
    {
        var limits = (DurableFile.TryRead(EphemeralFile) ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return
            limits.Length == 2
            && int.TryParse(limits[0], NumberStyles.None, CultureInfo.InvariantCulture, out var low)
            && int.TryParse(limits[1], NumberStyles.None, CultureInfo.InvariantCulture, out var high)
            ? Of(low, high)
            : Of(32768, 60999);
    }

    /// <summary>
    /// Returns the first port of each range outside the ephemeral ports (<paramref name="low"/> to <paramref name="high"/>), which the
    /// system may assign to any connection. If too few such ranges exist, returns the first ports of all ranges.
    /// </summary>
    internal static IReadOnlyList<int> Of(int low, int high)
    {
        int[] all =
        [
            .. Enumerable
                .Range(0, (Highest + 1 - Lowest) / WorktreeVariables.Ports)
                .Select(number => Lowest + (number * WorktreeVariables.Ports)),
        ];
        int[] outside = [.. all.Where(first => first + WorktreeVariables.Ports <= low || first > high)];
        return outside.Length >= Enough ? outside : all;
    }

    /// <summary>True if no program is listening on any port of the range that starts at the given port.</summary>
    internal static bool IsFree(int first) =>
        Enumerable
            .Range(first, WorktreeVariables.Ports)
            .All(port =>
                CanBind(AddressFamily.InterNetwork, IPAddress.Any, port)
                && (!Socket.OSSupportsIPv6 || CanBind(AddressFamily.InterNetworkV6, IPAddress.IPv6Any, port))
            );

    // .NET sets SO_REUSEADDR on Unix, so binding fails if a program listens on the port, but not if a connection is in TIME_WAIT.
    private static bool CanBind(AddressFamily family, IPAddress address, int port)
    {
        using var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (family == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = false;
            }
            socket.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException refused)
        {
            // If the machine has no addresses of this family, no program listens on them.
            return refused.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported;
        }
    }
}
