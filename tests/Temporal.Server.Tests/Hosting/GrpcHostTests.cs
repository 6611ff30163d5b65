using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Rpc;
using Temporal.Server;
using Temporal.Server.Common;
using Temporal.Server.Hosting;
using Temporalio.Api.ErrorDetails.V1;
using Xunit;
using GrpcResponse = Temporal.Server.Common.GrpcResponse;

namespace Orchestrator.Temporal.Server.Tests.Hosting;

/// <summary>Behavior of the server's gRPC host that does not depend on handlers.</summary>
public sealed class GrpcHostTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource _undelivered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _socket = Path.Combine(Path.GetTempPath(), "grpc-" + Guid.NewGuid().ToString("N")[..12] + ".sock");
    private readonly X509Certificate2 _certificate = SelfSigned();
    private GrpcHost _host = null!;
    private RpcClient _calls = null!;
    private int _waiting;

    public async Task InitializeAsync()
    {
        var table = new GrpcMethodRegistry();
        table.AddAsync<StringValue, StringValue>("test.Echo", "Say", (_, request) => ValueTask.FromResult(request));
        table.AddAsync<Empty, StringValue>(
            "test.Echo",
            "Header",
            (call, _) =>
                ValueTask.FromResult(new StringValue { Value = $"{call.Header("x-test")} {call.Remaining > TimeSpan.FromSeconds(1)}" })
        );
        table.AddAsync<Empty, StringValue>("test.Echo", "Fail", (_, _) => throw GrpcErrorFactory.NotFound("50% gone: caf\u00e9"));
        table.AddAsync<Empty, StringValue>(
            "test.Echo",
            "FailAtLength",
            (_, _) =>
                throw GrpcErrorFactory.Create(
                    StatusCode.NotFound,
                    new string('\u00e9', 300_000),
                    "temporal.api.errordetails.v1.NamespaceNotFoundFailure",
                    new NamespaceNotFoundFailure { Namespace = new string('x', 300_000) }
                )
        );
        table.AddAsync<Empty, StringValue>("test.Echo", "Throw", (_, _) => throw new InvalidOperationException("secret"));
        table.AddAsync<Empty, StringValue>("test.Echo", "Wait", WaitAsync);
        table.AddRaw<Empty>("test.Echo", "Late", LateAsync, handsOver: true);
        table.AddAsync<Empty, StringValue>(GrpcMethodRegistry.Health, "Check", (_, _) => ValueTask.FromResult(new StringValue()));
        var options = new TemporalServerOptions { Address = new IPEndPoint(IPAddress.Loopback, 0) };
        _host = new GrpcHost(
            table,
            new CallerAuthorization(apiKey: null, anyUser: false, overTcp: true),
            [
                new GrpcListenAddress { Address = options.Address },
                new GrpcListenAddress { Address = options.Address, Certificate = _certificate },
                new GrpcListenAddress { SocketPath = _socket },
            ],
            NullLoggerFactory.Instance
        );
        await _host.StartAsync(CancellationToken.None);
        _calls = new RpcClient(_host.Addresses[0]);
    }

    public async Task DisposeAsync()
    {
        _calls.Dispose();
        await _host.DisposeAsync();
        _certificate.Dispose();
    }

    [Fact]
    public async Task Call_OverClearTextTlsAndUnixSocket_Answers()
    {
        using var secured = new RpcClient(
            _host.Addresses[1],
            new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    certificate!.GetCertHashString() == _certificate.GetCertHashString(),
            }
        );
        using var local = new RpcClient("unix:" + _socket);

        Assert.Equal("hello", await SayAsync(_calls, "hello"));
        Assert.Equal("hello", await SayAsync(secured, "hello"));
        Assert.Equal("hello", await SayAsync(local, "hello"));
        Assert.Contains("unix:" + _socket, _host.Addresses);
    }

    [Fact]
    public async Task Call_Compressed_Answers()
    {
        var text = new string('x', 50_000);

        Assert.Equal(text, await SayAsync(_calls, text, Compressed()));
    }

    [Fact]
    public async Task Call_WithHeaderAndDeadline_ShowsBothToTheHandler()
    {
        var answer = await _calls.CallAsync(
            "/test.Echo/Header",
            new Empty(),
            StringValue.Parser,
            TimeSpan.FromSeconds(50),
            new Metadata { { "x-test", "value" } }
        );

        Assert.Equal("value True", answer.Value);
    }

    [Fact]
    public async Task Call_ThatFails_CarriesStatusMessageAndDetails()
    {
        var e = await Assert.ThrowsAsync<RpcException>(() => CallAsync("Fail"));

        Assert.Equal((StatusCode.NotFound, "50% gone: caf\u00e9"), (e.StatusCode, e.Status.Detail));
        Assert.Equal(
            "type.googleapis.com/temporal.api.errordetails.v1.NotFoundFailure",
            Assert.Single(GrpcErrorFactory.DetailsOf(e)).TypeUrl
        );
    }

    [Fact]
    public async Task Call_ThatFailsAtLength_IsCutAndBreaksNoOtherCall()
    {
        using var source = new CancellationTokenSource();
        var other = CallAsync("Wait", cancellationToken: source.Token);
        await Eventually.TrueAsync(() => Volatile.Read(ref _waiting) > 0);

        var e = await Assert.ThrowsAsync<RpcException>(() => CallAsync("FailAtLength"));

        Assert.Equal(StatusCode.NotFound, e.StatusCode);
        Assert.EndsWith("\u00e9... (300000 characters)", e.Status.Detail, StringComparison.Ordinal);
        Assert.Empty(GrpcErrorFactory.DetailsOf(e));
        Assert.False(other.IsCompleted);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other);
    }

    [Fact]
    public async Task Call_HandlerThrows_IsInternalWithoutTheSecret()
    {
        var e = await Assert.ThrowsAsync<RpcException>(() => CallAsync("Throw"));

        Assert.Equal(StatusCode.Internal, e.StatusCode);
        Assert.DoesNotContain("secret", e.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/grpc.health.v1.Health/Watch")]
    [InlineData("/test.Echo/Nothing")]
    [InlineData("/test.Nothing/Nothing")]
    public async Task Call_OfWhatIsNotThere_IsUnimplemented(string path)
    {
        var e = await Assert.ThrowsAsync<RpcException>(() => _calls.CallAsync(path, [], Limit));

        Assert.Equal(StatusCode.Unimplemented, e.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Call_TooLarge_IsResourceExhaustedInTheWordsThatClientsKnow(bool compressed)
    {
        var e = await Assert.ThrowsAsync<RpcException>(() =>
            SayAsync(_calls, new string('x', 5 * 1024 * 1024), compressed ? Compressed() : null)
        );

        Assert.Equal(StatusCode.ResourceExhausted, e.StatusCode);
        Assert.StartsWith("grpc: received message larger than max", e.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_PastItsDeadline_EndsTheHandler()
    {
        // On a machine that is busy the time may be over before the handler has begun: then there is nothing to end.
        for (var timeout = TimeSpan.FromMilliseconds(300); Volatile.Read(ref _waiting) == 0; timeout *= 2)
        {
            var e = await Assert.ThrowsAsync<RpcException>(() => CallAsync("Wait", timeout));

            Assert.Equal(StatusCode.DeadlineExceeded, e.StatusCode);
        }

        await _cancelled.Task.WaitAsync(Limit);
    }

    [Fact]
    public async Task Call_Cancelled_EndsTheHandler()
    {
        using var source = new CancellationTokenSource();
        var call = CallAsync("Wait", cancellationToken: source.Token);
        await Eventually.TrueAsync(() => Volatile.Read(ref _waiting) > 0);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await _cancelled.Task.WaitAsync(Limit);
    }

    [Fact]
    public async Task Answer_ToAClientThatLeft_IsReportedAsUndelivered()
    {
        using var source = new CancellationTokenSource();
        var call = CallAsync("Late", cancellationToken: source.Token);
        await Eventually.TrueAsync(() => Volatile.Read(ref _waiting) > 0);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        await _undelivered.Task.WaitAsync(Limit);
    }

    [Fact]
    public async Task Call_BesideFiveHundredOpenOnes_Answers()
    {
        using var source = new CancellationTokenSource();
        var open = Enumerable.Range(0, 500).Select(_ => CallAsync("Wait", cancellationToken: source.Token)).ToList();
        await Eventually.TrueAsync(() => Volatile.Read(ref _waiting) == 500);

        Assert.Equal("hello", await SayAsync(_calls, "hello"));

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(open));
    }

    // How Grpc.Net.Client is told to compress a request.
    private static Metadata Compressed() => new() { { "grpc-internal-encoding-request", "gzip" } };

    private static async Task<string> SayAsync(RpcClient calls, string text, Metadata? headers = null) =>
        (await calls.CallAsync("/test.Echo/Say", new StringValue { Value = text }, StringValue.Parser, Limit, headers)).Value;

    private Task<StringValue> CallAsync(string method, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _calls.CallAsync("/test.Echo/" + method, new Empty(), StringValue.Parser, timeout, null, cancellationToken);

    private async ValueTask<StringValue> WaitAsync(IncomingGrpcCall call, Empty request)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await Task.Delay(Timeout.Infinite, call.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            _cancelled.TrySetResult();
            throw;
        }

        return new StringValue();
    }

    private async ValueTask<GrpcResponse> LateAsync(IncomingGrpcCall call, Empty request)
    {
        Interlocked.Increment(ref _waiting);
        call.WhenUndelivered(_undelivered.SetResult);
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = call.CancellationToken.Register(left.SetResult);
        await left.Task;
        return new GrpcResponse(new StringValue());
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
