using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using Grpc.Health.V1;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Temporal.Grpc;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Exceptions;
using Temporalio.Runtime;
using Temporalio.Worker;

namespace Temporalio.Client;

/// <summary>A connection to a server over gRPC. Safe for concurrent use; lost connections are opened again by the next call.</summary>
public sealed class TemporalConnection : ITemporalConnection
{
    // Below this a request is not worth compressing.
    private const int CompressFrom = 16 * 1024;

    private static readonly TimeSpan SystemInfoTimeout = TimeSpan.FromSeconds(30);

    private readonly RequestNamespaces _namespaces = new();
    private readonly ConcurrentDictionary<(string Rpc, string Namespace, bool LongPoll), RequestMetrics> _metrics = new();
    private readonly GrpcChannel _channel;
    private readonly RpcRetryOptions _retry;
    private readonly RpcRetryOptions _waitRetry;
    private readonly bool _compress;
    private readonly PayloadLimits _warnAbove;
    private readonly SemaphoreSlim _connecting = new(1, 1);

    private volatile bool _connected;
    private ILogger? _logger;

    private TemporalConnection(TemporalConnectionOptions options)
    {
        Options = (TemporalConnectionOptions)options.Clone();
        if (string.IsNullOrEmpty(Options.TargetHost))
        {
            throw new ArgumentException("TargetHost is required.", nameof(options));
        }

        Options.Identity ??= $"{Environment.ProcessId}@{Dns.GetHostName()}";
        _retry = Options.RpcRetry ?? new();
        _waitRetry = RpcRetrier.ForWaiting(_retry);
        var isSocket = Options.TargetHost.StartsWith("unix:", StringComparison.Ordinal);
        _compress = Options.GrpcCompression switch
        {
            GrpcCompression.None => false,
            GrpcCompression.Gzip => true,
            _ => !isSocket,
        };
        _warnAbove = new(Options.PayloadLimits.PayloadsWarnSize, Options.PayloadLimits.MemoWarnSize);
        _connected = true;
        RpcMetadata = Options.RpcMetadata ?? [];
        RpcBinaryMetadata = Options.RpcBinaryMetadata ?? [];
        ApiKey = Options.ApiKey;
        _connected = false;
        _channel = new(
            new()
            {
                Address = Options.TargetHost,
                Tls = TlsSettings.From(Options),
                KeepAliveInterval = Options.KeepAlive?.Interval ?? Timeout.InfiniteTimeSpan,
                KeepAliveTimeout = Options.KeepAlive?.Timeout ?? TimeSpan.FromSeconds(15),
                Proxy = ProxyOf(Options.HttpConnectProxy),
                ResolutionInterval = Options.DnsLoadBalancing?.ResolutionInterval,
                UserAgent = $"{RpcHeaders.ClientName}/{RpcHeaders.ClientVersion}",
            }
        );
        WorkflowService = new WorkflowService.Core(this);
        OperatorService = new OperatorService.Core(this);
        TestService = new TestService.Core(this);
    }

    /// <summary>Closes the connection: it is not disposable, so that clients may share it freely.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Design",
        "MA0055",
        Justification = "The official type is not disposable; it closes when nobody holds it any more."
    )]
    ~TemporalConnection() => _channel?.Dispose();

    /// <inheritdoc />
    public IReadOnlyCollection<KeyValuePair<string, string>> RpcMetadata
    {
        get;
        set => field = WhenConnected(value);
    }

    /// <inheritdoc />
    public IReadOnlyCollection<KeyValuePair<string, byte[]>> RpcBinaryMetadata
    {
        get;
        set => field = WhenConnected(value);
    }

    /// <inheritdoc />
    public string? ApiKey
    {
        get;
        set => field = WhenConnected(value);
    }

    /// <inheritdoc />
    public WorkflowService WorkflowService { get; }

    /// <inheritdoc />
    public OperatorService OperatorService { get; }

    /// <inheritdoc />
    public TestService TestService { get; }

    /// <inheritdoc />
    public TemporalConnectionOptions Options { get; }

    /// <inheritdoc />
    public bool IsConnected => _connected;

    /// <summary>The runtime of the connection.</summary>
    internal TemporalRuntime Runtime => Options.Runtime ?? TemporalRuntime.Default;

    /// <summary>What the server said it can do; null before <see cref="IsConnected" /> and for servers that do not say.</summary>
    internal GetSystemInfoResponse.Types.Capabilities? Capabilities { get; private set; }

    /// <summary>Connects to a server.</summary>
    /// <exception cref="InvalidOperationException">The server cannot be reached or refuses.</exception>
    public static async Task<TemporalConnection> ConnectAsync(TemporalConnectionOptions options)
    {
        var connection = new TemporalConnection(options);
        await connection.ConnectAsync();
        return connection;
    }

    /// <summary>Makes a connection that connects with its first call.</summary>
    public static TemporalConnection CreateLazy(TemporalConnectionOptions options) => new(options);

    /// <inheritdoc />
    public async Task ConnectAsync()
    {
        try
        {
            await EnsureConnectedAsync(CancellationToken.None);
        }
        catch (RpcException error)
        {
            throw new InvalidOperationException(
                $"Connecting to the Temporal server at {Options.TargetHost} failed: {error.Message} ({error.Code})",
                error
            );
        }
    }

    /// <inheritdoc />
    public async Task<bool> CheckHealthAsync(RpcService? service = null, RpcOptions? options = null)
    {
        var name = service switch
        {
            null or Temporalio.Client.WorkflowService => Services.Workflow,
            Temporalio.Client.OperatorService => Services.Operator,
            Temporalio.Client.TestService => Services.Test,
            _ => throw new ArgumentException($"{service.GetType()} is no service of a Temporal server.", nameof(service)),
        };
        var answer = await InvokeRpcAsync(
            Services.Health,
            "Check",
            new HealthCheckRequest { Service = name },
            HealthCheckResponse.Parser,
            options
        );
        return answer.Status == HealthCheckResponse.Types.ServingStatus.Serving;
    }

    private T WhenConnected<T>(T value) =>
        _connected
            ? value
            : throw new InvalidOperationException(
                "Not connected yet: headers and keys are set by the options until the first call is made."
            );

    /// <summary>Has warnings about calls logged, unless another client on this connection has asked for that before.</summary>
    internal void LogTo(ILoggerFactory loggers)
    {
        if (_logger is null && (loggers is not NullLoggerFactory || Runtime.Forwards))
        {
            Interlocked.CompareExchange(ref _logger, Runtime.Forward(loggers.CreateLogger("Temporalio.Client"), "temporalio_client"), null);
        }
    }

    /// <summary>Makes a call, connecting first if need be.</summary>
    /// <param name="service">Full name of the service.</param>
    /// <param name="rpc">Name of the call.</param>
    /// <param name="request">Request; it is encoded once for all attempts.</param>
    /// <param name="parser">Reads the answer.</param>
    /// <param name="options">How the call is made.</param>
    /// <param name="retry">How it is retried; null: as the connection's options say.</param>
    internal async Task<T> InvokeRpcAsync<T>(
        string service,
        string rpc,
        IMessage request,
        MessageParser<T> parser,
        RpcOptions? options,
        RpcRetryOptions? retry = null
    )
        where T : IMessage<T>
    {
        var token = options?.CancellationToken ?? CancellationToken.None;
        if (!_connected)
        {
            await EnsureConnectedAsync(token);
        }

        return await CallAsync(service, rpc, request, parser, options, retry);
    }

    private async Task EnsureConnectedAsync(CancellationToken token)
    {
        if (_connected)
        {
            return;
        }

        await _connecting.WaitAsync(token);
        try
        {
            if (_connected)
            {
                return;
            }

            try
            {
                var options = new RpcOptions
                {
                    Retry = true,
                    Timeout = SystemInfoTimeout,
                    CancellationToken = token,
                };
                var info = await CallAsync(
                    Services.Workflow,
                    "GetSystemInfo",
                    new GetSystemInfoRequest(),
                    GetSystemInfoResponse.Parser,
                    options,
                    retry: null
                );
                Capabilities = info.Capabilities;
            }
            catch (RpcException error) when (error.Code == RpcException.StatusCode.Unimplemented)
            {
                // Servers older than this call can do without it.
            }

            _connected = true;
        }
        finally
        {
            _connecting.Release();
        }
    }

    private async Task<T> CallAsync<T>(
        string service,
        string rpc,
        IMessage request,
        MessageParser<T> parser,
        RpcOptions? options,
        RpcRetryOptions? retry
    )
        where T : IMessage<T>
    {
        var token = options?.CancellationToken ?? CancellationToken.None;
        var method = $"/{service}/{rpc}";
        var body = request.ToByteArray();
        WarnOfLargePayloads(rpc, request, body.Length);
        var ns = _namespaces.Of(request);
        var call = new GrpcCallOptions
        {
            Timeout = options?.Timeout,
            Metadata = RpcHeaders.Of(ns, ApiKey, RpcMetadata, RpcBinaryMetadata, options),
            LongPoll = Services.Waits(request),
            Compress = _compress && body.Length >= CompressFrom,
        };
        var metrics = _metrics.GetOrAdd(
            (rpc, ns ?? string.Empty, call.LongPoll),
            static (key, root) => new(root, key.Rpc, key.Namespace, key.LongPoll),
            Runtime.OwnMeter
        );
        retry ??= call.LongPoll ? _waitRetry : _retry;
        long? firstFailure = null;
        for (var failures = 1; ; failures++)
        {
            var began = TimeProvider.System.GetTimestamp();
            try
            {
                var answer = await AnswerAsync(method, body, call, token);
                var message = parser.ParseFrom(answer.Span);
                metrics.Count(TimeProvider.System.GetElapsedTime(began), failure: null);
                return message;
            }
            catch (Exception error) when (error is GrpcException or InvalidProtocolBufferException)
            {
                var failure = FailureOf(error, method);
                metrics.Count(TimeProvider.System.GetElapsedTime(began), failure.Code);
                firstFailure ??= TimeProvider.System.GetTimestamp();
                if (
                    options?.Retry is not true
                    || RpcRetrier.NextDelay(
                        retry,
                        failure,
                        failures,
                        TimeProvider.System.GetElapsedTime(firstFailure.Value),
                        Random.Shared.NextDouble()
                    )
                        is not { } delay
                )
                {
                    throw failure;
                }

                await Task.Delay(delay, token);
            }
        }
    }

    // A call that its caller gave up is always told by the same type, however far it had come.
    private async Task<ReadOnlyMemory<byte>> AnswerAsync(string method, byte[] body, GrpcCallOptions call, CancellationToken token)
    {
        try
        {
            return await _channel.CallAsync(method, body, call, token);
        }
        catch (TaskCanceledException error) when (token.IsCancellationRequested)
        {
            throw new OperationCanceledException(error.Message, error, token);
        }
    }

    private void WarnOfLargePayloads(string rpc, IMessage request, int size)
    {
        if (_logger is { } logger)
        {
            foreach (var (field, limit) in _warnAbove.Exceeded(request, size))
            {
                Log.PayloadsLarge(logger, rpc, field.Path, field.Size, limit);
            }
        }
    }

    private static RpcException FailureOf(Exception error, string method) =>
        error is GrpcException grpc
            ? new((RpcException.StatusCode)(int)grpc.Code, grpc.Message, grpc.StatusDetails.IsEmpty ? null : grpc.StatusDetails.ToArray())
            : new(RpcException.StatusCode.Internal, $"The answer of {method} cannot be read: {error.Message}", rawStatus: null);

    private static GrpcProxy? ProxyOf(HttpConnectProxyOptions? options)
    {
        if (options is null)
        {
            return null;
        }

        if (string.IsNullOrEmpty(options.TargetHost))
        {
            throw new ArgumentException("HttpConnectProxy needs a TargetHost.", nameof(options));
        }

        return Uri.TryCreate($"http://{options.TargetHost}", UriKind.Absolute, out var address) && address.AbsolutePath == "/"
            ? new(address.DnsSafeHost, address.Port, options.BasicAuth)
            : throw new ArgumentException($"HttpConnectProxy.TargetHost '{options.TargetHost}' is not HOST:PORT.", nameof(options));
    }
}
