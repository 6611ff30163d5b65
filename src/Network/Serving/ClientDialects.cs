using System.Buffers.Binary;

namespace Orchestrator.Network;

/// <summary>Host and port that a client requested.</summary>
/// <param name="Host">The host, or null if the client did not name a valid one.</param>
/// <param name="Port">Port of the host.</param>
/// <param name="Spelling">Host as named by the client.</param>
internal sealed record ProxyRequestDestination(RequestedHost? Host, int Port, string Spelling)
{
    /// <summary>Plain HTTP request to forward instead of opening a tunnel, or null to open a tunnel.</summary>
    public HttpRequestHead? Plain { get; init; }

    /// <summary>Parses a host and an optional port, or returns null if the text is malformed.</summary>
    /// <param name="authority">Text such as <c>example.com:443</c>.</param>
    /// <param name="defaultPort">Port to use if the text has none, or 0 to require one.</param>
    public static ProxyRequestDestination? TryParse(string authority, int defaultPort)
    {
        var (name, port) = NetworkAllowRule.SplitPort(authority);
        return port.Length == 0 && defaultPort == 0 ? null
            : (port.Length == 0 ? defaultPort : NetworkAllowRule.ParsePort(port)) is not { } number ? null
            : new ProxyRequestDestination(RequestedHost.TryParse(name), number, name);
    }
}

/// <summary>Protocol by which programs request connections from a proxy.</summary>
internal interface IProxyProtocol
{
    /// <summary>Reads the client's request. If the request can't be served, the target is null and the fault contains the reason.</summary>
    Task<(ProxyRequestDestination? Target, string Fault)> ReadAsync(BufferedClientSocket client, CancellationToken stop);

    /// <summary>Responds that the tunnel is open.</summary>
    Task GrantAsync(BufferedClientSocket client, CancellationToken stop);

    /// <summary>Responds that no connection was made.</summary>
    /// <param name="verdict">Decision about the connection.</param>
    /// <param name="sentence">Message that explains the decision.</param>
    Task RefuseAsync(BufferedClientSocket client, NetworkVerdict verdict, string sentence, CancellationToken stop);
}

/// <summary>A port of the sandbox's loopback that is forwarded to the same port of this machine.</summary>
internal sealed class ForwardedPort(int port) : IProxyProtocol
{
    private static readonly RequestedHost Local = RequestedHost.TryParse("localhost")!;

    /// <inheritdoc/>
    public Task<(ProxyRequestDestination? Target, string Fault)> ReadAsync(BufferedClientSocket client, CancellationToken stop) =>
        Task.FromResult<(ProxyRequestDestination?, string)>((new ProxyRequestDestination(Local, port, Local.Name), ""));

    /// <inheritdoc/>
    public Task GrantAsync(BufferedClientSocket client, CancellationToken stop) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task RefuseAsync(BufferedClientSocket client, NetworkVerdict verdict, string sentence, CancellationToken stop) =>
        Task.CompletedTask;
}

/// <summary>HTTP/1 proxy protocol. Supports CONNECT, and plain requests with an absolute target.</summary>
internal sealed class HttpProxyProtocol : IProxyProtocol
{
    private const int Http = 80;

    /// <summary>
    /// Request whose target is a path without a host, and which is therefore meant for the proxy itself. Null for other requests.
    /// </summary>
    public HttpRequestHead? Origin { get; private set; }

    /// <inheritdoc/>
    public async Task<(ProxyRequestDestination? Target, string Fault)> ReadAsync(BufferedClientSocket client, CancellationToken stop)
    {
        if (await ReadHeadAsync(client, stop) is not { } head)
        {
            return (null, "its head is malformed, or longer than 64 KB.");
        }
        Origin = head.IsOrigin ? head : null;
        if (
            head.Place is not { } place
            || place.Authority.Contains('@', StringComparison.Ordinal)
            || ProxyRequestDestination.TryParse(place.Authority, head.IsConnect ? 0 : Http) is not { } target
        )
        {
            return (null, "this proxy serves only CONNECT host:port and requests for http://host/.");
        }
        return (head.IsConnect ? target : target with { Plain = head }, "");
    }

    /// <summary>Reads a request head and removes it from the stream. Returns null and removes nothing if the head is malformed or too
    /// long.</summary>
    public static async Task<HttpRequestHead?> ReadHeadAsync(BufferedClientSocket client, CancellationToken stop)
    {
        int length;
        while ((length = HttpRequestHead.LengthIn(client.Ahead)) < 0)
        {
            if (!await client.ReadMoreAsync(stop))
            {
                return null;
            }
        }
        var head = HttpRequestHead.TryParse(client.Ahead[..length]);
        client.Use(head is null ? 0 : length);
        return head;
    }

    /// <inheritdoc/>
    public Task GrantAsync(BufferedClientSocket client, CancellationToken stop) =>
        client.SendAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), stop);

    /// <inheritdoc/>
    public Task RefuseAsync(BufferedClientSocket client, NetworkVerdict verdict, string sentence, CancellationToken stop) =>
        client.SendAsync(Answer(verdict, sentence), stop);

    /// <summary>Creates an HTTP response that refuses a request or reports a failure, with a message as its body.</summary>
    public static byte[] Answer(NetworkVerdict verdict, string sentence)
    {
        var status =
            verdict.Decision == NetworkDecision.Failed ? "502 Bad Gateway"
            : verdict.Reason == NetworkRefusalReason.InvalidRequest ? "400 Bad Request"
            : "403 Forbidden";
        return Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n"
                + $"Content-Length: {Encoding.UTF8.GetByteCount(sentence) + 1}\r\n"
                + $"Connection: close\r\nProxy-Connection: close\r\n\r\n{sentence}\n"
        );
    }
}

/// <summary>SOCKS 5 proxy protocol (RFC 1928). Supports CONNECT without authentication.</summary>
internal sealed class SocksProxyProtocol : IProxyProtocol
{
    /// <summary>First byte sent by a SOCKS 5 client.</summary>
    public const byte Version = 5;

    private const byte Connect = 1;
    private const byte Address4 = 1;
    private const byte DomainName = 3;
    private const byte Address6 = 4;
    private const byte NoMethod = 0xFF;
    private const byte NotAllowed = 2;
    private const byte HostUnreachable = 4;
    private const byte NotSupported = 7;
    private const int RequestHeader = 4;

    /// <inheritdoc/>
    public async Task<(ProxyRequestDestination? Target, string Fault)> ReadAsync(BufferedClientSocket client, CancellationToken stop)
    {
        const string Cut = "the client closed the connection in the middle of the request.";
        if (!await client.ReadAsync(2, stop) || !await client.ReadAsync(2 + client.Ahead[1], stop))
        {
            return (null, Cut);
        }
        var greeting = 2 + client.Ahead[1];
        var isOpen = client.Ahead[2..greeting].Contains((byte)0);
        client.Use(greeting);
        await client.SendAsync(new[] { Version, isOpen ? (byte)0 : NoMethod }, stop);
        if (!isOpen)
        {
            return (null, "the client requires authentication, which the proxy does not offer.");
        }
        if (!await client.ReadAsync(RequestHeader + 1, stop))
        {
            return (null, Cut);
        }
        var (command, type, first) = (client.Ahead[1], client.Ahead[3], client.Ahead[4]);
        var start = RequestHeader + (type == DomainName ? 1 : 0);
        var length = type switch
        {
            Address4 => 4,
            Address6 => 16,
            DomainName => first,
            _ => 0,
        };
        if (command != Connect || length == 0)
        {
            return (null, "the proxy supports only the CONNECT command of SOCKS 5.");
        }
        if (!await client.ReadAsync(start + length + 2, stop))
        {
            return (null, Cut);
        }
        var bytes = client.Ahead.Slice(start, length);
        var name = type == DomainName ? Encoding.Latin1.GetString(bytes) : new IPAddress(bytes).ToString();
        var port = BinaryPrimitives.ReadUInt16BigEndian(client.Ahead[(start + length)..]);
        client.Use(start + length + 2);
        return (new ProxyRequestDestination(RequestedHost.TryParse(name), port, name), "");
    }

    /// <inheritdoc/>
    public Task GrantAsync(BufferedClientSocket client, CancellationToken stop) => client.SendAsync(Reply(0), stop);

    /// <inheritdoc/>
    public Task RefuseAsync(BufferedClientSocket client, NetworkVerdict verdict, string sentence, CancellationToken stop) =>
        client.SendAsync(
            Reply(
                verdict.Decision == NetworkDecision.Failed ? HostUnreachable
                : verdict.Reason == NetworkRefusalReason.InvalidRequest ? NotSupported
                : NotAllowed
            ),
            stop
        );

    // The address in the reply is left 0, because a client that requested CONNECT does not need it.
    private static byte[] Reply(byte code) => [Version, code, 0, Address4, 0, 0, 0, 0, 0, 0];
}
