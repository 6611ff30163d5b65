namespace Orchestrator.Network;

/// <summary>Requests a tunnel to a host from an upstream proxy (RFC 9110, 9.3.6).</summary>
internal static class UpstreamTunnel
{
    private const int LongestHead = 16 * 1024;
    private const int LongestStatusLine = 200;
    private const int StatusLength = 3;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Requests a tunnel from the upstream proxy. If the verdict allows the connection, all further bytes from the upstream proxy come from
    /// the host.
    /// </summary>
    /// <param name="upstream">Connection to the upstream proxy, owned by the caller.</param>
    /// <param name="route">The upstream proxy.</param>
    public static async Task<NetworkVerdict> OpenAsync(
        Socket upstream,
        UpstreamProxyAddress route,
        RequestedHost host,
        int port,
        CancellationToken stop
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(AnswerLimit);
        try
        {
            await SocketPump.SendAsync(upstream, RequestFor(route, host, port), limit.Token);
            return await ReadHeadAsync(upstream, limit.Token) is { } head
                ? Judge(head)
                : Fail($"it ended the connection before its answer, or the head of its answer is longer than {LongestHead / 1024} KB");
        }
        catch (SocketException broken)
        {
            return Fail(broken.Message);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return Fail($"no answer within {AnswerLimit.TotalSeconds:0} s");
        }
    }

    private static NetworkVerdict Fail(string detail) => NetworkVerdict.Fail(NetworkRefusalReason.UpstreamFailed, detail);

    private static byte[] RequestFor(UpstreamProxyAddress route, RequestedHost host, int port)
    {
        var credential = route.Authorization is { } value ? $"Proxy-Authorization: {value}\r\n" : "";
        return Encoding.ASCII.GetBytes($"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{credential}\r\n");
    }

    // Bytes are peeked before they are received, so that those after the head, which come from the host, stay in the socket.
    private static async Task<byte[]?> ReadHeadAsync(Socket upstream, CancellationToken stop)
    {
        var buffer = new byte[LongestHead];
        var count = 0;
        while (count < buffer.Length)
        {
            var ahead = await upstream.ReceiveAsync(buffer.AsMemory(count), SocketFlags.Peek, stop);
            if (ahead == 0)
            {
                return null;
            }
            var length = HttpRequestHead.LengthIn(buffer.AsSpan(0, count + ahead));
            count += await upstream.ReceiveAsync(buffer.AsMemory(count, length < 0 ? ahead : length - count), stop);
            if (count == length)
            {
                return buffer[..length];
            }
        }
        return null;
    }

    private static NetworkVerdict Judge(byte[] head)
    {
        var line = Encoding.Latin1.GetString(head.AsSpan(0, head.AsSpan().IndexOf("\r\n"u8)));
        return line.Split(' ', StatusLength) is not ["HTTP/1.1" or "HTTP/1.0", { Length: StatusLength } status, ..]
            || !status.All(char.IsAsciiDigit)
                ? Fail("its answer is not HTTP/1")
            : status[0] == '2' ? new NetworkVerdict(NetworkDecision.Allowed)
            : NetworkVerdict.Fail(NetworkRefusalReason.UpstreamRefused, Printable(line));
    }

    private static string Printable(string line) =>
        string.Concat(line.Take(LongestStatusLine).Select(letter => char.IsAscii(letter) && !char.IsControl(letter) ? letter : '?'));
}
