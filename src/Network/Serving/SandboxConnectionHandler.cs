namespace Orchestrator.Network;

/// <summary>
/// Serves one connection from a sandboxed program: reads the request, applies the policy, connects to the host and records the outcome.
/// </summary>
/// <param name="policy">Policy of the sandbox.</param>
/// <param name="dialer">Connects to hosts.</param>
/// <param name="time">Clock.</param>
/// <param name="socket">Socket of the client, which is disposed at the end.</param>
/// <param name="forwarded">Forwarded port, or null for the proxy's own port.</param>
internal sealed class SandboxConnectionHandler(
    NetworkPolicy policy,
    UpstreamDialer dialer,
    TimeProvider time,
    Socket socket,
    int? forwarded
)
{
    private const int Https = 443;

    // A fatal alert "access_denied" in a TLS 1.2 record (RFC 8446, 5.1 and 6).
    private static readonly byte[] TlsAlert = [21, 3, 3, 0, 2, 2, 49];
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(30);

    private readonly BufferedClientSocket _client = new(socket);
    private readonly DateTimeOffset _began = time.GetUtcNow();
    private readonly long _start = time.GetTimestamp();
    private ProxyRequestDestination? _target;
    private NetworkVerdict _verdict;
    private string? _address;
    private long _up;
    private long _down;

    /// <summary>Services for which the proxy holds keys of this sandbox, or null if there are none.</summary>
    public KeyInjectingHttpClient? Keys { get; init; }

    /// <summary>Called with the log entry of each completed request to a service in <see cref="Keys"/>.</summary>
    public Action<SandboxConnectionLogRecord> Record { get; init; } = _ => { };

    /// <summary>Serves the client until one side closes the connection.</summary>
    /// <param name="stop">Cancelled when the sandbox has ended.</param>
    /// <returns>Entry for the log, or null if the client sent no request.</returns>
    public async Task<SandboxConnectionLogRecord?> ServeAsync(CancellationToken stop)
    {
        using (socket)
        {
            try
            {
                await ServeRequestAsync(stop);
            }
            catch (Exception broken) when (broken is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The client, the host or the sandbox has ended, and the log entry shows the progress up to that time.
            }
        }
        return _verdict == default && _target is null
            ? null
            : new SandboxConnectionLogRecord
            {
                Time = _began,
                Host = _target?.Host?.Name ?? _target?.Spelling ?? "",
                Port = _target?.Port ?? 0,
                Address = _address,
                Decision = _verdict.Decision,
                Reason = _verdict.Reason,
                UpstreamStatus = _verdict.Reason == NetworkRefusalReason.UpstreamRefused ? _verdict.Detail : null,
                Up = _up,
                Down = _down,
                Milliseconds = (long)time.GetElapsedTime(_start).TotalMilliseconds,
            };
    }

    private async Task ServeRequestAsync(CancellationToken stop)
    {
        IProxyProtocol dialect;
        using (var limit = CancellationTokenSource.CreateLinkedTokenSource(stop))
        {
            limit.CancelAfter(RequestLimit);
            if (forwarded is null && !await _client.ReadAsync(1, limit.Token))
            {
                return;
            }
            dialect =
                forwarded is { } port ? new ForwardedPort(port)
                : _client.Ahead[0] == SocksProxyProtocol.Version ? new SocksProxyProtocol()
                : new HttpProxyProtocol();
            (_target, var fault) = await dialect.ReadAsync(_client, limit.Token);
            if (dialect is HttpProxyProtocol { Origin: { } head } && Keys is { } keys)
            {
                await ServeKeyedAsync(keys, head, dialect, stop);
                return;
            }
            _verdict = _target is null ? NetworkVerdict.Refuse(NetworkRefusalReason.InvalidRequest, fault) : Judge(_target);
        }
        if (!_verdict.IsPassing)
        {
            await RefuseAsync(dialect, stop);
            return;
        }
        var (dialed, host) = await dialer.DialAsync(policy, _target!.Host!, _target.Port, stop);
        if (host is null)
        {
            _verdict = dialed;
            await RefuseAsync(dialect, stop);
            return;
        }
        using (host)
        {
            _address = (host.RemoteEndPoint as IPEndPoint)?.Address.ToString();
            if (_target.Plain is null)
            {
                await dialect.GrantAsync(_client, stop);
            }
            await ExchangeAsync(host, stop);
        }
    }

    /// <summary>Serves requests to services whose keys the proxy holds. Each request is recorded separately, and a refused request ends the
    /// connection.</summary>
    private async Task ServeKeyedAsync(KeyInjectingHttpClient keys, HttpRequestHead head, IProxyProtocol dialect, CancellationToken stop)
    {
        var refused = await new KeyInjectingConnection(keys, policy, _client, time, Record).ServeAsync(head, stop);
        if (refused is { } verdict)
        {
            _verdict = verdict;
            await RefuseAsync(dialect, stop);
            return;
        }
        await EndAsync(stop);
    }

    private NetworkVerdict Judge(ProxyRequestDestination target)
    {
        if (target.Host is not { } host)
        {
            return NetworkVerdict.Refuse(NetworkRefusalReason.InvalidRequest, "it names no valid host.");
        }
        var decided = policy.Decide(host, target.Port);
        return decided.Decision == NetworkDecision.Allowed && target.Plain is { } plain ? JudgeHost(plain, host, target.Port) : decided;
    }

    private NetworkVerdict JudgeHost(HttpRequestHead head, RequestedHost host, int port) =>
        head.Host is not { } named ? policy.RefusalFor(NetworkRefusalReason.HostHeader)
        : ProxyRequestDestination.TryParse(named, port) is { } other && other.Port == port && other.Host?.Name == host.Name
            ? new NetworkVerdict(NetworkDecision.Allowed)
        : policy.RefusalFor(NetworkRefusalReason.HostHeader, named);

    private async Task RefuseAsync(IProxyProtocol dialect, CancellationToken stop)
    {
        var sentence = NetworkRefusalFormatter.Of(_verdict, _target?.Host?.ToString() ?? _target?.Spelling ?? "", _target?.Port ?? 0);
        await dialect.RefuseAsync(_client, _verdict, sentence, stop);
        await EndAsync(stop);
    }

    // Reads the client's remaining data briefly. Closing earlier would reset the connection, and the client would miss the answer.
    private async Task EndAsync(CancellationToken stop)
    {
        socket.Shutdown(SocketShutdown.Send);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(TimeSpan.FromSeconds(2));
        do
        {
            _client.Use(_client.Ahead.Length);
        } while (await _client.ReadMoreAsync(limit.Token));
    }

    private async Task ExchangeAsync(Socket host, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAll(SendAsync(host, end), CopyBytesAsync(host, socket, read => _down += read, end));
    }

    /// <summary>Forwards the client's data to the host, after checking that the first bytes name the requested host.</summary>
    private async Task SendAsync(Socket host, CancellationTokenSource end)
    {
        try
        {
            if (!await SendFirstAsync(host, end.Token))
            {
                await EndAsync(end.Token);
                await end.CancelAsync();
                return;
            }
        }
        catch
        {
            await end.CancelAsync();
            throw;
        }
        await CopyBytesAsync(socket, host, read => _up += read, end);
    }

    private async Task<bool> SendFirstAsync(Socket host, CancellationToken stop)
    {
        var target = _target!;
        var head = target.Plain;
        if (head is null && _verdict.Decision == NetworkDecision.Allowed && !IsTrusted(target))
        {
            var (verdict, plain) = await JudgeFirstAsync(target, stop);
            if (verdict.Reason is not null)
            {
                _verdict = verdict;
            }
            if (!verdict.IsPassing)
            {
                var sentence = NetworkRefusalFormatter.Of(verdict, target.Spelling, target.Port);
                var isTls = plain is null && _client.Ahead is [ClientHello.Handshake, ..];
                await _client.SendAsync(isTls ? TlsAlert : HttpProxyProtocol.Answer(verdict, sentence), stop);
                return false;
            }
            head = plain;
        }
        if (head is not null)
        {
            await CountedAsync(head.ForHost(head.Place is { Path.Length: > 0 } place ? place.Path : head.Target, AuthorityOf(target)));
        }
        await CountedAsync(_client.AheadMemory);
        _client.Use(_client.Ahead.Length);
        return true;

        async Task CountedAsync(ReadOnlyMemory<byte> content)
        {
            await SocketPump.SendAsync(host, content, stop);
            _up += content.Length;
        }
    }

    // A port of this machine or an address has no name with which the server name or the Host header could be compared.
    private bool IsTrusted(ProxyRequestDestination target) =>
        policy.Mode == NetworkMode.Open || target.Host!.IsLocal || target.Host.IsLiteral;

    private static string AuthorityOf(ProxyRequestDestination target) =>
        target.Port == 80 ? target.Host!.ToString() : $"{target.Host}:{target.Port}";

    /// <summary>Applies the policy to the first bytes of a tunnel. Plain HTTP on port 80 is forwarded request by request, as if the client
    /// had not requested a tunnel.</summary>
    private async Task<(NetworkVerdict Verdict, HttpRequestHead? Plain)> JudgeFirstAsync(
        ProxyRequestDestination target,
        CancellationToken stop
    )
    {
        var isNamed = policy.NamesPort(target.Host!, target.Port);
        var (kind, name) = await ReadHelloAsync(waits: !isNamed || target.Port == Https, stop);
        if (kind == ClientHelloKind.Tls)
        {
            return (
                RequestedHost.TryParse(name)?.Name == target.Host!.Name
                    ? new NetworkVerdict(NetworkDecision.Allowed)
                    : policy.RefusalFor(NetworkRefusalReason.ServerName, name),
                null
            );
        }
        if (isNamed && target.Port != Https)
        {
            return (new NetworkVerdict(NetworkDecision.Allowed), null);
        }
        if (target.Port != 80)
        {
            return (policy.RefusalFor(NetworkRefusalReason.NotTls), null);
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(RequestLimit);
        var head = await HttpProxyProtocol.ReadHeadAsync(_client, limit.Token);
        return head is null ? (policy.RefusalFor(NetworkRefusalReason.NotTls), null)
            : head.IsConnect ? (NetworkVerdict.Refuse(NetworkRefusalReason.NotTls), head)
            : (JudgeHost(head, target.Host!, target.Port), head);
    }

    /// <summary>Reads the client's first bytes until they show whether the connection uses TLS.</summary>
    /// <param name="waits">True if the client must send data within the time limit for requests. If false, the host may send
    /// first.</param>
    private async Task<(ClientHelloKind Kind, string Name)> ReadHelloAsync(bool waits, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (waits)
        {
            limit.CancelAfter(RequestLimit);
        }
        while (true)
        {
            var (kind, name) = ClientHello.Read(_client.Ahead);
            if (kind != ClientHelloKind.Incomplete || !await _client.ReadMoreAsync(limit.Token))
            {
                return (kind == ClientHelloKind.Tls ? kind : ClientHelloKind.NotTls, name);
            }
        }
    }

    private static async Task CopyBytesAsync(Socket from, Socket to, Action<int> count, CancellationTokenSource end)
    {
        try
        {
            await SocketPump.CopyAsync(from, to, count, end.Token);
        }
        catch
        {
            await end.CancelAsync();
            throw;
        }
    }
}
