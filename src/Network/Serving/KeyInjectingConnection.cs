using System.Buffers;
using System.Globalization;

namespace Orchestrator.Network;

/// <summary>
/// Forwards a client's requests to a service whose key the proxy holds, and returns the service's responses. Supports HTTP/1.1 with one
/// request at a time, and streams bodies in both directions.
/// </summary>
/// <param name="services">Services with keys.</param>
/// <param name="policy">Policy of the sandbox.</param>
/// <param name="client">Client, owned by the caller.</param>
/// <param name="time">Clock.</param>
/// <param name="record">Receives an entry for each request.</param>
internal sealed class KeyInjectingConnection(
    KeyInjectingHttpClient services,
    NetworkPolicy policy,
    BufferedClientSocket client,
    TimeProvider time,
    Action<SandboxConnectionLogRecord> record
)
{
    private const int BufferSize = 64 * 1024;
    private const int ChunkHeader = 10; // Length of a chunk header with eight hexadecimal digits and a line break.
    private const string CloseWord = "close";

    // Headers that apply only to the service's connection (RFC 9110, 7.6.1).
    private static readonly string[] s_ofConnection =
    [
        "connection",
        "keep-alive",
        "proxy-connection",
        "proxy-authenticate",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];

    private readonly HashSet<string> _used = [];

    /// <summary>
    /// Serves the client until the client closes the connection, a request is refused, or a response requires closing the connection.
    /// </summary>
    /// <param name="first">Head of the first request.</param>
    /// <returns>Decision about a request that was not sent, or null if the connection ended for another reason.</returns>
    /// <exception cref="SocketException">The client or the service ended in the middle of an exchange.</exception>
    public async Task<NetworkVerdict?> ServeAsync(HttpRequestHead first, CancellationToken stop)
    {
        for (var head = first; head is not null; head = await HttpProxyProtocol.ReadHeadAsync(client, stop))
        {
            if (!head.IsOrigin)
            {
                return NetworkVerdict.Refuse(
                    NetworkRefusalReason.InvalidRequest,
                    "its connection belongs to a model service, not to the proxy."
                );
            }
            if (services.Find(head) is not var (service, signature, headers))
            {
                return NetworkVerdict.Refuse(NetworkRefusalReason.Credential);
            }
            if (head.IsWebSocket)
            {
                // Codex then sends a plain request at once; after any other status it tries five more WebSockets first.
                await client.SendAsync("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), stop);
                return null;
            }
            var (body, fault) = RequestBody.Of(head, client);
            if (fault.Length > 0)
            {
                return NetworkVerdict.Refuse(NetworkRefusalReason.InvalidRequest, fault);
            }
            if (service.AddressOf(head.Target) is not { } address)
            {
                return NetworkVerdict.Refuse(NetworkRefusalReason.InvalidRequest, "its path is outside the service's path.");
            }
            if ((signature is null ? headers : signature.Renew(head.Method, address, headers, service)) is not { } signed)
            {
                return NetworkVerdict.Refuse(NetworkRefusalReason.InvalidRequest, "its signature covers neither its time nor its content.");
            }
            using HttpRequestMessage request = new(new HttpMethod(head.Method), address)
            {
                Version = HttpVersion.Version11,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = body,
            };
            AddHeaders(request, signed);
            if (!await ExchangeAsync(head, request, body, service, stop))
            {
                return null;
            }
        }
        return client.Ahead.Length > 0 ? NetworkVerdict.Refuse(NetworkRefusalReason.InvalidRequest, "its head is malformed.") : null;
    }

    private static void AddHeaders(HttpRequestMessage request, IReadOnlyList<(string Name, string Value)> headers)
    {
        foreach (var (name, value) in headers.Where(header => !RequestBody.IsFraming(header.Name)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }
    }

    /// <summary>Sends a request to the service and forwards the response to the client.</summary>
    /// <returns>True if the client may send another request.</returns>
    private async Task<bool> ExchangeAsync(
        HttpRequestHead head,
        HttpRequestMessage request,
        RequestBody? body,
        EndpointWithApiKey service,
        CancellationToken stop
    )
    {
        var (began, start) = (time.GetUtcNow(), time.GetTimestamp());
        var verdict = new NetworkVerdict(NetworkDecision.Allowed);
        long down = 0;
        try
        {
            if (policy.Mode == NetworkMode.None)
            {
                verdict = NetworkVerdict.Refuse(NetworkRefusalReason.NoNetwork);
                await AnswerAsync(verdict, service, stop);
                return false;
            }
            if (body is not null && head.ValuesOf("expect").Any(value => value.Equals("100-continue", StringComparison.OrdinalIgnoreCase)))
            {
                await client.SendAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), stop);
            }
            using var response = await services.SendAsync(request, stop);
            return await PassAsync(head, response, body, count => down += count, stop);
        }
        catch (HttpRequestException failed)
        {
            verdict = VerdictOf(failed);
            await AnswerAsync(verdict, service, stop);
            return false;
        }
        finally
        {
            record(
                new SandboxConnectionLogRecord
                {
                    Time = began,
                    Host = service.Host.Name,
                    Port = service.Address.Port,
                    Address = service.DialedAddress,
                    Decision = verdict.Decision,
                    Reason = verdict.Reason,
                    UpstreamStatus = verdict.Reason == NetworkRefusalReason.UpstreamRefused ? verdict.Detail : null,
                    Up = body?.Count ?? 0,
                    Down = down,
                    Milliseconds = (long)time.GetElapsedTime(start).TotalMilliseconds,
                    Count = _used.Add(service.Address.Authority) ? 1 : 0,
                    Requests = 1,
                }
            );
        }
    }

    private Task AnswerAsync(NetworkVerdict verdict, EndpointWithApiKey service, CancellationToken stop) =>
        client.SendAsync(
            HttpProxyProtocol.Answer(verdict, NetworkRefusalFormatter.Of(verdict, service.Host.ToString(), service.Address.Port)),
            stop
        );

    private static NetworkVerdict VerdictOf(HttpRequestException failed)
    {
        Exception cause = failed;
        while (cause is not ServiceUnreachableException && cause.InnerException is { } inner)
        {
            cause = inner;
        }
        return cause is ServiceUnreachableException not
            ? not.Verdict
            : NetworkVerdict.Fail(NetworkRefusalReason.Unreachable, cause.Message);
    }

    private async Task<bool> PassAsync(
        HttpRequestHead head,
        HttpResponseMessage response,
        RequestBody? body,
        Action<int> count,
        CancellationToken stop
    )
    {
        var hasContent =
            head.Method != "HEAD"
            && response.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.NotModified or HttpStatusCode.SwitchingProtocols);
        var isNew = head.Version == "HTTP/1.1";
        var isChunked = hasContent && isNew && response.Content.Headers.ContentLength is null;
        var isKept =
            isNew
            && body?.IsComplete != false
            && !head.ValuesOf("connection").Any(value => value.Contains(CloseWord, StringComparison.OrdinalIgnoreCase));
        await client.SendAsync(HeadOf(response, isChunked, isKept), stop);
        if (!hasContent)
        {
            return isKept;
        }
        try
        {
            await CopyAsync(response, isChunked, count, stop);
        }
        catch (IOException cut)
        {
            // Resets the connection, so that the client does not mistake the cut response for a complete one.
            client.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
            throw new SocketException((int)SocketError.ConnectionReset, cut.Message);
        }
        return isKept;
    }

    private static byte[] HeadOf(HttpResponseMessage response, bool isChunked, bool isKept)
    {
        StringBuilder text = new($"HTTP/1.1 {(int)response.StatusCode} {response.ReasonPhrase}\r\n");
        var named = response.Headers.Connection.ToList();
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            if (!s_ofConnection.Contains(name, StringComparer.OrdinalIgnoreCase) && !named.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                foreach (var value in values)
                {
                    text.Append(name).Append(": ").Append(value).Append("\r\n");
                }
            }
        }
        text.Append(isChunked ? "Transfer-Encoding: chunked\r\n" : "").Append(isKept ? "" : "Connection: close\r\n").Append("\r\n");
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    // Each piece is sent as soon as it arrives, so that streamed events do not wait for the next ones.
    private async Task CopyAsync(HttpResponseMessage response, bool isChunked, Action<int> count, CancellationToken stop)
    {
        await using var content = await response.Content.ReadAsStreamAsync(stop);
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkHeader + BufferSize + 2);
        try
        {
            int read;
            while ((read = await content.ReadAsync(buffer.AsMemory(ChunkHeader, BufferSize), stop)) > 0)
            {
                count(read);
                if (isChunked)
                {
                    Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{read:x8}\r\n"), buffer);
                    "\r\n"u8.CopyTo(buffer.AsSpan(ChunkHeader + read));
                }
                await client.SendAsync(isChunked ? buffer.AsMemory(0, ChunkHeader + read + 2) : buffer.AsMemory(ChunkHeader, read), stop);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        if (isChunked)
        {
            await client.SendAsync("0\r\n\r\n"u8.ToArray(), stop);
        }
    }
}
