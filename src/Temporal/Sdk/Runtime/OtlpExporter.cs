using Microsoft.Extensions.Logging;
using Temporal.Grpc;
using Temporalio.Worker;

namespace Temporalio.Runtime;

/// <summary>Sends metrics to a collector for as long as the process lives.</summary>
internal sealed class OtlpExporter
{
    private const string Export = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

    private static readonly TimeSpan UsualInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly Func<byte[]?> _collect;
    private readonly Func<byte[], Task> _send;
    private readonly ILogger _logger;
    private readonly Uri _url;

    private OtlpExporter(Uri url, Func<byte[]?> collect, Func<byte[], Task> send, ILogger logger) =>
        (_url, _collect, _send, _logger) = (url, collect, send, logger);

    /// <summary>Begins to send.</summary>
    /// <param name="options">Where to, and how.</param>
    /// <param name="collect">Gives what is to be sent; null for nothing.</param>
    /// <param name="logger">Told of a collector that does not take it.</param>
    /// <exception cref="ArgumentException">The options name no collector.</exception>
    public static OtlpExporter Start(OpenTelemetryOptions options, Func<byte[]?> collect, ILogger logger)
    {
        if (options.Url is not { IsAbsoluteUri: true, Scheme: "http" or "https" } url)
        {
            throw new ArgumentException("Url of OpenTelemetry is required: http://HOST:PORT or https://HOST:PORT.", nameof(options));
        }

        var interval = options.MetricsExportInterval ?? UsualInterval;
        if (interval <= TimeSpan.Zero)
        {
            throw new ArgumentException("MetricsExportInterval must be above zero.", nameof(options));
        }

        var send =
            options.Protocol == OpenTelemetryProtocol.Http ? OverHttp(url, options.Headers ?? []) : OverGrpc(url, options.Headers ?? []);
        var exporter = new OtlpExporter(url, collect, send, logger);
        _ = exporter.RunAsync(interval);
        return exporter;
    }

    private static Func<byte[], Task> OverGrpc(Uri url, IReadOnlyCollection<KeyValuePair<string, string>> headers)
    {
        var channel = new GrpcChannel(new() { Address = url.GetLeftPart(UriPartial.Authority) });
        var options = new GrpcCallOptions
        {
            Timeout = Limit,
            Metadata = [.. headers.Select(header => KeyValuePair.Create(header.Key.ToLowerInvariant(), header.Value))],
        };
        return request => channel.CallAsync(Export, request, options, CancellationToken.None);
    }

    private static Func<byte[], Task> OverHttp(Uri url, IReadOnlyCollection<KeyValuePair<string, string>> headers)
    {
        var client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { Timeout = Limit };
        return async request =>
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(request) };
            message.Content.Headers.ContentType = new("application/x-protobuf");
            foreach (var (name, value) in headers)
            {
                message.Headers.TryAddWithoutValidation(name, value);
            }

            using var answer = await client.SendAsync(message);
            answer.EnsureSuccessStatusCode();
        };
    }

    private async Task RunAsync(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval);
        var failing = false;
        while (await timer.WaitForNextTickAsync())
        {
            try
            {
                if (_collect() is { } request)
                {
                    await _send(request);
                    failing = false;
                }
            }
            catch (Exception error) when (error is GrpcException or HttpRequestException or OperationCanceledException)
            {
                // Said once for as long as it lasts. Sums that go on come with the next sending; what was a delta is lost, as elsewhere.
                if (!failing)
                {
                    Log.MetricsNotTaken(_logger, error, _url);
                    failing = true;
                }
            }
        }
    }
}
