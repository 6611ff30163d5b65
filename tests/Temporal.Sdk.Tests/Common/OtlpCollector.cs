using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.TestKit;
using Temporal.Grpc;
using Temporalio.Runtime;

namespace Orchestrator.Temporal.Sdk.Tests.Common;

/// <summary>Takes metrics as a collector of OpenTelemetry does.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private const string Export = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

    private readonly ConcurrentQueue<OtlpMetric> _metrics = new();
    private GrpcServer? _grpc;
    private HttpListener? _http;
    private Task _serving = Task.CompletedTask;

    public string Url { get; private set; } = "";

    /// <summary>The header <c>x-key</c> of the last call.</summary>
    public string? Key { get; private set; }

    public static async Task<OtlpCollector> StartAsync(OpenTelemetryProtocol protocol)
    {
        var collector = new OtlpCollector();
        if (protocol == OpenTelemetryProtocol.Grpc)
        {
            var handlers = new Dictionary<string, GrpcHandler>
            {
                [Export] = (context, request) =>
                {
                    collector.Take(request.ToArray(), context.Header("x-key"));
                    return ValueTask.FromResult(new GrpcResponse(ReadOnlyMemory<byte>.Empty));
                },
            };
            collector._grpc = new(
                new(handlers, NullLogger.Instance),
                [new GrpcEndpoint { Address = new(IPAddress.Loopback, 0) }],
                NullLoggerFactory.Instance
            );
            await collector._grpc.StartAsync(CancellationToken.None);
            collector.Url = collector._grpc.Addresses[0];
            return collector;
        }

        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        collector.Url = $"http://{free.LocalEndpoint}/v1/metrics";
        free.Stop();
        collector._http = new() { Prefixes = { collector.Url + "/" } };
        collector._http.Start();
        collector._serving = collector.ServeAsync(collector._http);
        return collector;
    }

    /// <summary>The first metric of a name that is as wanted.</summary>
    public async Task<OtlpMetric> MetricAsync(string name, Func<OtlpMetric, bool>? wanted = null)
    {
        OtlpMetric? found = null;
        await Eventually.TrueAsync(() =>
            (found = _metrics.FirstOrDefault(metric => metric.Name == name && (wanted?.Invoke(metric) ?? true))) is not null
        );
        return found!;
    }

    public void Forget() => _metrics.Clear();

    public async ValueTask DisposeAsync()
    {
        if (_grpc is not null)
        {
            await _grpc.DisposeAsync();
        }

        _http?.Close();
        await _serving;
    }

    private async Task ServeAsync(HttpListener listener)
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                Assert.Equal("application/x-protobuf", context.Request.ContentType);
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                Take(body.ToArray(), context.Request.Headers["x-key"]);
                context.Response.Close();
            }
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private void Take(byte[] request, string? key)
    {
        Key = key;
        foreach (var metric in OtlpMetric.Read(request))
        {
            _metrics.Enqueue(metric);
        }
    }
}
