using System.Net;

namespace Temporal.Grpc;

/// <summary>
/// The connections of a channel: polls have their own, and where the server's name is looked up anew from time to time each of its
/// addresses has.
/// </summary>
internal sealed class ChannelConnections : IDisposable
{
    private readonly GrpcChannelOptions _options;
    private readonly string? _socketPath;
    private readonly string? _name;
    private readonly Pair _any;
    private readonly Lock _gate = new();

    private Dictionary<IPAddress, Pair> _addresses = [];
    private Pair[] _inTurn = [];
    private Task<IPAddress[]>? _lookup;
    private long? _lookedUp;
    private uint _turn;

    /// <summary>Connects nowhere yet.</summary>
    /// <param name="options">How the server is reached.</param>
    /// <param name="socketPath">Path of a Unix domain socket; null for TCP.</param>
    /// <param name="host">The server's host.</param>
    public ChannelConnections(GrpcChannelOptions options, string? socketPath, string host)
    {
        (_options, _socketPath) = (options, socketPath);
        var spreads = options.ResolutionInterval is not null && socketPath is null && options.Proxy is null;
        _name = spreads && !IPAddress.TryParse(host, out _) ? host : null;
        _any = Connect(address: null);
    }

    /// <summary>Sends a request over the connection whose turn it is.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, bool poll, CancellationToken token)
    {
        var pair = _name is null ? _any : await NextAsync(_name, token);
        return await (poll ? pair.Polls : pair.Calls).SendAsync(request, token);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var pair in _inTurn.Append(_any))
            {
                pair.Calls.Dispose();
                pair.Polls.Dispose();
            }
        }
    }

    private async ValueTask<Pair> NextAsync(string name, CancellationToken token)
    {
        Task<IPAddress[]>? pending = null;
        lock (_gate)
        {
            if (_lookup is { IsCompleted: true } done)
            {
                _lookup = null;
                if (done.IsCompletedSuccessfully)
                {
                    Use(done.Result);
                }
            }

            if (_lookup is null && (_lookedUp is not { } last || TimeProvider.System.GetElapsedTime(last) >= _options.ResolutionInterval))
            {
                _lookedUp = TimeProvider.System.GetTimestamp();
                _lookup = _options.LookUp(name, CancellationToken.None);
            }

            if (_inTurn.Length > 0)
            {
                return _inTurn[_turn++ % _inTurn.Length];
            }

            pending = _lookup;
        }

        if (pending is null)
        {
            return _any;
        }

        // Nobody knows an address yet. A name that is not found is said by who connects to it, in the words for that.
        await ((Task)pending.WaitAsync(token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        token.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (pending.IsCompletedSuccessfully && _inTurn.Length == 0)
            {
                Use(pending.Result);
            }

            return _inTurn.Length > 0 ? _inTurn[_turn++ % _inTurn.Length] : _any;
        }
    }

    // Connections to an address that is no longer the server's end with the last call that uses them.
    private void Use(IPAddress[] found)
    {
        if (found.Length > 0)
        {
            _addresses = found
                .Distinct()
                .ToDictionary(address => address, address => _addresses.GetValueOrDefault(address) ?? Connect(address));
            _inTurn = [.. _addresses.Values];
        }
    }

    private Pair Connect(IPAddress? address)
    {
        var dialer = new Dialer(_socketPath, _options.Proxy, address);
        return new(new(Handler(dialer)), new(Handler(dialer)));
    }

    private SocketsHttpHandler Handler(Dialer dialer)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = _options.ConnectTimeout,
            ConnectCallback = (context, token) => dialer.DialAsync(context.DnsEndPoint, token),
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = 1024 * 1024,
            KeepAlivePingDelay = _options.KeepAliveInterval,
            KeepAlivePingTimeout = _options.KeepAliveTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        };
        if (_options.Tls is { } tls)
        {
            handler.SslOptions = tls;
        }

        return handler;
    }

    private sealed record Pair(HttpMessageInvoker Calls, HttpMessageInvoker Polls);
}
