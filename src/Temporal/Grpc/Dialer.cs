using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Temporal.Grpc;

/// <summary>
/// Opens the byte streams of a channel: directly, to one of the addresses of a name, or through a proxy by <c>CONNECT</c>.
/// </summary>
/// <param name="socketPath">Path of a Unix domain socket; null for TCP.</param>
/// <param name="proxy">The proxy; null for none.</param>
/// <param name="address">The address that is meant of the server's; null for the first that answers.</param>
internal sealed class Dialer(string? socketPath, GrpcProxy? proxy, IPAddress? address)
{
    // A proxy that says more than this before its empty line says nothing we could use.
    private const int LongestAnswer = 16 * 1024;

    /// <summary>A stream to the server, on which TLS comes if it is wanted.</summary>
    /// <exception cref="IOException">The proxy refuses, or does not speak HTTP.</exception>
    /// <exception cref="SocketException">Nobody answers.</exception>
    public async ValueTask<Stream> DialAsync(DnsEndPoint server, CancellationToken token)
    {
        if (socketPath is not null)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            return await ConnectAsync(socket, new UnixDomainSocketEndPoint(socketPath), token);
        }

        if (proxy is null)
        {
            return await ConnectAsync(Tcp(), address is null ? server : new IPEndPoint(address, server.Port), token);
        }

        var stream = await ConnectAsync(Tcp(), new DnsEndPoint(proxy.Host, proxy.Port), token);
        try
        {
            await TunnelAsync(stream, proxy, server, token);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static Socket Tcp() => new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private static async Task<Stream> ConnectAsync(Socket socket, EndPoint to, CancellationToken token)
    {
        try
        {
            await socket.ConnectAsync(to, token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task TunnelAsync(Stream stream, GrpcProxy proxy, DnsEndPoint server, CancellationToken token)
    {
        var host = server.Host.Contains(':', StringComparison.Ordinal) && !server.Host.StartsWith('[') ? $"[{server.Host}]" : server.Host;
        var target = $"{host}:{server.Port}";
        var request = new StringBuilder($"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
        if (proxy.Credentials is var (user, password))
        {
            request.Append($"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))}\r\n");
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(request.Append("\r\n").ToString()), token);
        var status = (await ReadHeadAsync(stream, proxy, token)).Split("\r\n")[0];
        if (!status.StartsWith("HTTP/1.", StringComparison.Ordinal) || status.Split(' ') is not [_, ['2', _, _], ..])
        {
            throw new IOException($"the proxy {proxy.Host}:{proxy.Port} does not connect to {target}: {status}");
        }
    }

    // Byte by byte: what comes after the empty line is the server's.
    private static async Task<string> ReadHeadAsync(Stream stream, GrpcProxy proxy, CancellationToken token)
    {
        var head = new List<byte>();
        var next = new byte[1];
        while (head.Count < LongestAnswer && await stream.ReadAsync(next, token) == 1)
        {
            head.Add(next[0]);
            if (head.Count >= 4 && head[^4] == '\r' && head[^3] == '\n' && head[^2] == '\r' && head[^1] == '\n')
            {
                return Encoding.Latin1.GetString([.. head]);
            }
        }

        throw new IOException($"the proxy {proxy.Host}:{proxy.Port} did not answer as an HTTP proxy does");
    }
}
