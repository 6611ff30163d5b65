using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.TestKit.Otlp;

namespace Orchestrator.TestKit;

/// <summary>An OpenTelemetry collector on loopback (protobuf over HTTP) that keeps what it was sent, and can be away.</summary>
public sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OtlpCollector(WebApplication app) => _app = app;

    /// <summary>While true everything is refused.</summary>
    public bool IsAway { get; set; }

    /// <summary>Its address.</summary>
    public string Address => _app.Urls.Single();

    /// <summary>The spans that were taken.</summary>
    public ConcurrentQueue<SpanSent> Spans { get; } = [];

    /// <summary>Attributes of those who sent spans.</summary>
    public ConcurrentQueue<Sender> Senders { get; } = [];

    /// <summary>The metrics that were taken.</summary>
    public ConcurrentQueue<MetricSent> Metrics { get; } = [];

    /// <summary>Values of a header, by request.</summary>
    public ConcurrentQueue<string> Keys { get; } = [];

    /// <summary>Starts one on a free port.</summary>
    public static async Task<OtlpCollector> StartAsync()
    {
        var app = LoopbackApplication.Create();
        var collector = new OtlpCollector(app);
        app.MapPost("/v1/traces", context => collector.TakeAsync(context, collector.TakeTraces));
        app.MapPost("/v1/metrics", context => collector.TakeAsync(context, collector.TakeMetrics));
        await app.StartAsync();
        return collector;
    }

    /// <summary>The value of an attribute of a span as text; null where it has none of that name.</summary>
    public static string? Find(SpanSent span, string name) =>
        span.Attributes.FirstOrDefault(attribute => attribute.Name == name)?.Value is not { } value ? null
        : value.KindCase == Value.KindOneofCase.Text ? value.Text
        : value.KindCase == Value.KindOneofCase.Whole ? value.Whole.ToString(System.Globalization.CultureInfo.InvariantCulture)
        : value.Number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context, Action<byte[]> take)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Keys.Enqueue(context.Request.Headers["x-key"].ToString());
        if (IsAway)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }
        take(body.ToArray());
        context.Response.ContentType = "application/x-protobuf";
    }

    private void TakeTraces(byte[] body)
    {
        foreach (var sender in TracesSent.Parser.ParseFrom(body).Senders)
        {
            Senders.Enqueue(sender.Sender);
            foreach (var span in sender.Scopes.SelectMany(scope => scope.Spans))
            {
                Spans.Enqueue(span);
            }
        }
    }

    private void TakeMetrics(byte[] body)
    {
        foreach (
            var metric in MetricsSent.Parser.ParseFrom(body).Senders.SelectMany(sender => sender.Scopes).SelectMany(scope => scope.Metrics)
        )
        {
            Metrics.Enqueue(metric);
        }
    }
}
