using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orchestrator.Cli.Tests.Boundary;

/// <summary>Services of this machine that no confined program may call. They record the words with which they were called.</summary>
internal sealed class BoundaryListeners : IDisposable
{
    private readonly List<Socket> _sockets = [];

    /// <summary>Starts the services.</summary>
    /// <param name="file">Absolute path for a socket with a file.</param>
    public BoundaryListeners(string file)
    {
        var tcp = Socket.OSSupportsIPv6
            ? Listen(
                new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true },
                new IPEndPoint(IPAddress.IPv6Any, 0)
            )
            : Listen(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), new IPEndPoint(IPAddress.Any, 0));
        Port = ((IPEndPoint)tcp.LocalEndPoint!).Port;
        Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        _sockets.Add(udp);
        _ = ReceiveAsync(udp);
        Listen(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(file));
        Listen(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint("\0" + Abstract));
    }

    /// <summary>Port of TCP and UDP.</summary>
    public int Port { get; }

    /// <summary>Name of the socket without a file.</summary>
    public string Abstract { get; } = $"canary-{Guid.NewGuid():N}";

    /// <summary>Texts from callers, one for each.</summary>
    public ConcurrentQueue<string> Calls { get; } = [];

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    private Socket Listen(Socket socket, EndPoint place)
    {
        socket.Bind(place);
        socket.Listen();
        _sockets.Add(socket);
        _ = AcceptAsync(socket);
        return socket;
    }

    private async Task AcceptAsync(Socket socket)
    {
        try
        {
            while (true)
            {
                _ = ReceiveAsync(await socket.AcceptAsync());
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private async Task ReceiveAsync(Socket socket)
    {
        try
        {
            var buffer = new byte[1024];
            int count;
            do
            {
                count = await socket.ReceiveAsync(buffer);
                Calls.Enqueue(Encoding.UTF8.GetString(buffer, 0, count));
            } while (count > 0);
            socket.Dispose();
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // The caller or the test has ended.
        }
    }
}
