using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;
using Temporal.Grpc;
using Xunit;

namespace Orchestrator.Temporal.Grpc.Tests;

public sealed class GrpcCallTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _undelivered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _socket = Path.Combine(Path.GetTempPath(), "grpc-" + Guid.NewGuid().ToString("N")[..12] + ".sock");
    private readonly X509Certificate2 _certificate = SelfSigned();
    private GrpcServer _server = null!;
    private GrpcChannel _channel = null!;
    private int _waiting;

    public async Task InitializeAsync()
    {
        var handlers = new Dictionary<string, GrpcHandler>
        {
            ["/test.Echo/Say"] = (_, request) => ValueTask.FromResult(new GrpcResponse(StringValue.Parser.ParseFrom(request.Span))),
            ["/test.Echo/Raw"] = (_, request) => ValueTask.FromResult(new GrpcResponse(request)),
            ["/test.Echo/Header"] = (context, _) =>
                ValueTask.FromResult(new GrpcResponse(new StringValue { Value = context.Header("x-test") + " " + context.Timeout })),
            ["/test.Echo/Fail"] = (_, _) =>
                throw new GrpcException(GrpcStatusCode.NotFound, "50% gone: caf\u00e9", new byte[] { 1, 2, 3, 4 }),
            ["/test.Echo/FailAtLength"] = (_, _) =>
                throw new GrpcException(GrpcStatusCode.NotFound, new string('\u00e9', 300_000), new byte[300_000]),
            ["/test.Echo/Throw"] = (_, _) => throw new InvalidOperationException("secret"),
            ["/test.Echo/Wait"] = WaitAsync,
            ["/test.Echo/Late"] = LateAsync,
        };
        _server = new GrpcServer(
            new GrpcDispatcher(handlers, NullLogger.Instance, maxRequestSize: 100_000),
            [
                new GrpcEndpoint { Address = new IPEndPoint(IPAddress.Loopback, 0) },
                new GrpcEndpoint { Address = new IPEndPoint(IPAddress.Loopback, 0), Certificate = _certificate },
                new GrpcEndpoint { SocketPath = _socket },
            ],
            NullLoggerFactory.Instance
        );
        await _server.StartAsync(CancellationToken.None);
        _channel = new GrpcChannel(new GrpcChannelOptions { Address = _server.Addresses[0] });
    }

    public async Task DisposeAsync()
    {
        _release.TrySetResult();
        _channel.Dispose();
        await _server.DisposeAsync();
        _certificate.Dispose();
    }

    [Fact]
    public async Task Call_OverCleartext_Answers() => Assert.Equal("hello", await SayAsync(_channel, "hello"));

    /// <summary>As a name that several servers share; one of them goes and another comes.</summary>
    [Fact]
    public async Task Calls_ToANameWithSeveralAddresses_GoToEachInTurn()
    {
        var served = new int[4];
        var port = 0;
        List<GrpcServer> servers = [];
        List<IPAddress> addresses = [];
        for (var i = 1; i < served.Length; i++)
        {
            var number = i;
            addresses.Add(new IPAddress([127, 0, 0, (byte)number]));
            var server = new GrpcServer(
                new GrpcDispatcher(
                    new Dictionary<string, GrpcHandler>
                    {
                        ["/test.Echo/Say"] = (_, request) =>
                        {
                            Interlocked.Increment(ref served[number]);
                            return ValueTask.FromResult(new GrpcResponse(StringValue.Parser.ParseFrom(request.Span)));
                        },
                    },
                    NullLogger.Instance
                ),
                [new GrpcEndpoint { Address = new IPEndPoint(addresses[^1], port) }],
                NullLoggerFactory.Instance
            );
            await server.StartAsync(CancellationToken.None);
            servers.Add(server);
            port = new Uri(server.Addresses[0]).Port;
        }

        IPAddress[] known = [.. addresses[..2]];
        using var channel = new GrpcChannel(
            new GrpcChannelOptions
            {
                Address = $"many.test:{port}",
                ResolutionInterval = TimeSpan.FromMilliseconds(1),
                LookUp = (_, _) => Task.FromResult(known),
            }
        );
        for (var i = 0; i < 10; i++)
        {
            await SayAsync(channel, "hello");
        }

        Assert.Equal([0, 5, 5, 0], served);
        known = [.. addresses[1..]];
        for (var i = 0; served[3] == 0 && i < 100; i++)
        {
            await SayAsync(channel, "hello");
            await Task.Delay(2);
        }

        var first = served[1];
        for (var i = 0; i < 10; i++)
        {
            await SayAsync(channel, "hello");
        }

        Assert.Equal(first, served[1]);
        Assert.InRange(served[3], 5, int.MaxValue);
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Call_OverTls_Answers()
    {
        using var channel = new GrpcChannel(
            new GrpcChannelOptions
            {
                Address = _server.Addresses[1],
                Tls = new SslClientAuthenticationOptions
                {
                    RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                        certificate!.GetCertHashString() == _certificate.GetCertHashString(),
                },
            }
        );

        Assert.Equal("hello", await SayAsync(channel, "hello"));
    }

    [Fact]
    public async Task Call_OverUnixSocket_Answers()
    {
        using var channel = new GrpcChannel(new GrpcChannelOptions { Address = "unix:" + _socket });

        Assert.Equal("hello", await SayAsync(channel, "hello"));
        Assert.Contains("unix:" + _socket, _server.Addresses);
    }

    [Fact]
    public async Task Call_Compressed_Answers()
    {
        var text = new string('x', 50_000);

        Assert.Equal(text, await SayAsync(_channel, text, new GrpcCallOptions { Compress = true }));
    }

    [Fact]
    public async Task Call_Raw_CopiesTheBytes()
    {
        var answer = await _channel.CallAsync("/test.Echo/Raw", new byte[] { 9, 8, 7 }, GrpcCallOptions.Default, CancellationToken.None);

        Assert.Equal(new byte[] { 9, 8, 7 }, answer.ToArray());
    }

    [Fact]
    public async Task Call_WithMetadataAndTimeout_SendsBoth()
    {
        var options = new GrpcCallOptions { Metadata = [new("x-test", "value")], Timeout = TimeSpan.FromSeconds(50) };

        var answer = await _channel.CallAsync("/test.Echo/Header", new Empty(), StringValue.Parser, options, CancellationToken.None);

        Assert.Equal("value 00:00:50", answer.Value);
    }

    [Fact]
    public async Task Call_ThatFails_CarriesStatusMessageAndDetails()
    {
        var e = await Assert.ThrowsAsync<GrpcException>(() => CallAsync("/test.Echo/Fail"));

        Assert.Equal(GrpcStatusCode.NotFound, e.Code);
        Assert.Equal("50% gone: caf\u00e9", e.Message);
        Assert.Equal(new byte[] { 1, 2, 3, 4 }, e.StatusDetails.ToArray());
    }

    [Fact]
    public async Task Call_ThatFailsAtLength_IsCutAndBreaksNoOtherCall()
    {
        using var source = new CancellationTokenSource();
        var other = _channel.CallAsync("/test.Echo/Wait", new Empty(), StringValue.Parser, GrpcCallOptions.Default, source.Token);
        await UntilAsync(() => Volatile.Read(ref _waiting) > 0);

        var e = await Assert.ThrowsAsync<GrpcException>(() => CallAsync("/test.Echo/FailAtLength"));

        Assert.Equal(GrpcStatusCode.NotFound, e.Code);
        Assert.EndsWith("\u00e9... (300000 characters)", e.Message, StringComparison.Ordinal);
        Assert.False(other.IsCompleted);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other);
    }

    [Fact]
    public async Task Call_HandlerThrows_IsInternalWithoutTheSecret()
    {
        var e = await Assert.ThrowsAsync<GrpcException>(() => CallAsync("/test.Echo/Throw"));

        Assert.Equal(GrpcStatusCode.Internal, e.Code);
        Assert.DoesNotContain("secret", e.Message);
    }

    [Fact]
    public async Task Call_UnknownMethod_IsUnimplemented()
    {
        var e = await Assert.ThrowsAsync<GrpcException>(() => CallAsync("/test.Echo/Nothing"));

        Assert.Equal(GrpcStatusCode.Unimplemented, e.Code);
        Assert.Equal("unknown method Nothing for service test.Echo", e.Message);
    }

    [Fact]
    public async Task Call_TooLarge_IsResourceExhausted()
    {
        var e = await Assert.ThrowsAsync<GrpcException>(() => SayAsync(_channel, new string('x', 200_000)));

        Assert.Equal(GrpcStatusCode.ResourceExhausted, e.Code);
    }

    [Fact]
    public async Task Call_NoConnectionInTime_IsUnavailable()
    {
        // Nobody accepts, and the queue of those who wait for it is full: further connections hang.
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        deaf.Listen(0);
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(deaf.LocalEndPoint!);
        using var channel = new GrpcChannel(
            new GrpcChannelOptions { Address = deaf.LocalEndPoint!.ToString()!, ConnectTimeout = TimeSpan.FromMilliseconds(100) }
        );

        var failure = await Assert.ThrowsAsync<GrpcException>(() =>
            channel.CallAsync("/test.Echo/Say", new Empty(), StringValue.Parser, GrpcCallOptions.Default, CancellationToken.None)
        );

        Assert.Equal(GrpcStatusCode.Unavailable, failure.Code);
    }

    [Fact]
    public async Task Call_PastItsTimeout_IsDeadlineExceededAndEndsTheHandler()
    {
        // On a machine that is busy the time may be over before the handler has begun: then there is nothing to end.
        for (var timeout = TimeSpan.FromMilliseconds(300); Volatile.Read(ref _waiting) == 0; timeout *= 2)
        {
            var options = new GrpcCallOptions { Timeout = timeout };

            var e = await Assert.ThrowsAsync<GrpcException>(() =>
                _channel.CallAsync("/test.Echo/Wait", new Empty(), StringValue.Parser, options, CancellationToken.None)
            );

            Assert.Equal(GrpcStatusCode.DeadlineExceeded, e.Code);
        }

        await _cancelled.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Call_Cancelled_EndsTheHandlerAndThrows()
    {
        using var source = new CancellationTokenSource();
        var call = _channel.CallAsync("/test.Echo/Wait", new Empty(), StringValue.Parser, GrpcCallOptions.Default, source.Token);
        await UntilAsync(() => Volatile.Read(ref _waiting) > 0);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await _cancelled.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Answer_ToAClientThatLeft_IsReportedAsUndelivered()
    {
        using var source = new CancellationTokenSource();
        var call = _channel.CallAsync("/test.Echo/Late", new Empty(), StringValue.Parser, GrpcCallOptions.Default, source.Token);
        await UntilAsync(() => Volatile.Read(ref _waiting) > 0);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        await _undelivered.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Call_NobodyListens_IsUnavailable()
    {
        using var channel = new GrpcChannel(new GrpcChannelOptions { Address = "unix:" + _socket + ".none" });

        var e = await Assert.ThrowsAsync<GrpcException>(() => SayAsync(channel, "hello"));

        Assert.Equal(GrpcStatusCode.Unavailable, e.Code);
    }

    [Fact]
    public async Task Calls_BesideFiveHundredOpenPolls_Answer()
    {
        using var source = new CancellationTokenSource();
        var polls = Enumerable
            .Range(0, 500)
            .Select(_ =>
                _channel.CallAsync(
                    "/test.Echo/Wait",
                    new Empty(),
                    StringValue.Parser,
                    new GrpcCallOptions { LongPoll = true },
                    source.Token
                )
            )
            .ToList();
        await UntilAsync(() => Volatile.Read(ref _waiting) == 500);

        Assert.Equal("hello", await SayAsync(_channel, "hello"));

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(polls));
    }

    [Fact]
    public void Channel_BadAddress_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new GrpcChannel(new GrpcChannelOptions { Address = "ftp://somewhere" }));

    private static async Task<string> SayAsync(GrpcChannel channel, string text, GrpcCallOptions? options = null) =>
        (
            await channel.CallAsync(
                "/test.Echo/Say",
                new StringValue { Value = text },
                StringValue.Parser,
                options ?? GrpcCallOptions.Default,
                CancellationToken.None
            )
        ).Value;

    private Task<StringValue> CallAsync(string method) =>
        _channel.CallAsync(method, new Empty(), StringValue.Parser, GrpcCallOptions.Default, CancellationToken.None);

    private async ValueTask<GrpcResponse> WaitAsync(GrpcServerCallContext context, ReadOnlyMemory<byte> request)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            _cancelled.TrySetResult();
            throw;
        }

        return new GrpcResponse(new StringValue());
    }

    private async ValueTask<GrpcResponse> LateAsync(GrpcServerCallContext context, ReadOnlyMemory<byte> request)
    {
        Interlocked.Increment(ref _waiting);
        context.WhenUndelivered(_undelivered.SetResult);
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = context.CancellationToken.Register(left.SetResult);
        await left.Task;
        return new GrpcResponse(new StringValue());
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 6000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(condition());
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
