using System.ComponentModel;
using System.Globalization;

namespace Orchestrator.Network;

/// <summary>
/// Opens sockets inside a sandbox and hands them over to the proxy. Runs before the sandbox's program starts. Loads little code, because
/// loading delays the start of every sandbox.
/// </summary>
public static class SandboxSocketOpener
{
    /// <summary>Name of the hidden command that opens the sockets.</summary>
    public const string Command = "network-open";

    private const int Backlog = 128;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Opens loopback sockets inside the sandbox and hands them over to the proxy.</summary>
    /// <param name="socket">Path of the proxy's socket for this sandbox.</param>
    /// <param name="ports">Loopback ports, separated by commas. The first one is the port of the proxy.</param>
    /// <returns>Null if the proxy serves the sockets; otherwise, the reason why not.</returns>
    public static string? Open(string socket, string ports)
    {
        List<Socket> listeners = [];
        var process = ProcessEndDetector.OfNamespace();
        try
        {
            if (process < 0)
            {
                return "The kernel lacks pidfd_open(2) (Linux 5.3 or newer has it), so this sandbox has no network. "
                    + "Without pidfd_open, the network could not end together with the sandbox.";
            }
            foreach (var port in ports.Split(','))
            {
                listeners.AddRange(Listen(int.Parse(port, CultureInfo.InvariantCulture)));
            }
            return SendDescriptors(socket, [process, .. listeners.Select(listener => (int)listener.Handle)]);
        }
        catch (Exception refused) when (refused is SocketException or Win32Exception)
        {
            return $"The sandbox has no network, so nothing was started in it: {refused.Message}. The proxy may have ended; "
                + "the next attempt restarts the proxy.";
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }

    private static IEnumerable<Socket> Listen(int port)
    {
        yield return Listen(new IPEndPoint(IPAddress.Loopback, port));
        if (Socket.OSSupportsIPv6 && TryListen(new IPEndPoint(IPAddress.IPv6Loopback, port)) is { } other)
        {
            yield return other;
        }
    }

    // A kernel may support IPv6 without having an address.
    private static Socket? TryListen(IPEndPoint place)
    {
        try
        {
            return Listen(place);
        }
        catch (SocketException missing)
            when (missing.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
        {
            return null;
        }
    }

    private static Socket Listen(IPEndPoint place)
    {
        Socket socket = new(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(place);
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string? SendDescriptors(string path, int[] descriptors)
    {
        using Socket proxy = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        proxy.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        proxy.Connect(new UnixDomainSocketEndPoint(path));
        FileDescriptorMessenger.Send(proxy, descriptors);
        var answer = new byte[1];
        return proxy.Receive(answer) == 1 && answer[0] == SandboxProxyServer.Accepted
            ? null
            : "The proxy did not take over the sockets of the sandbox, so no program was started in the sandbox.";
    }
}
