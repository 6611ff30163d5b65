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

/// <summary>An OpenTelemetry collector on loopback (protobuf over HTTP) that stores received data and can simulate an outage.</summary>
public sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OtlpCollector(WebApplication app) => _app = app;

    /// <summary>True to refuse all requests.</summary>
    public bool IsAway { get; set; }

    /// <summary>Address of the collector.</summary>
    public string Address => _app.Urls.Single();

    /// <summary>Accepted spans.</summary>
    public ConcurrentQueue<SpanSent> Spans { get; } = [];

    /// <summary>Resource attributes of the senders of spans.</summary>
    public ConcurrentQueue<Sender> Senders { get; } = [];

    /// <summary>Accepted metrics.</summary>
    public ConcurrentQueue<MetricSent> Metrics { get; } = [];

    /// <summary>Values of the key's header, by request.</summary>
    public ConcurrentQueue<string> Keys { get; } = [];

    /// <summary>Starts a collector on a free port.</summary>
    public static async Task<OtlpCollector> StartAsync()
    {
        var app = LoopbackApplication.Create();
        var collector = new OtlpCollector(app);
        app.MapPost("/v1/traces", context => collector.TakeAsync(context, collector.TakeTraces));
        app.MapPost("/v1/metrics", context => collector.TakeAsync(context, collector.TakeMetrics));
        await app.StartAsync();
        return collector;
    }

    /// <summary>Returns the value of a span's attribute as text, or null if the span does not have it.</summary>
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
