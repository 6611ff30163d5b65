using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;
using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Telemetry;

/// <summary>Sends ended spans to a collector over OTLP.</summary>
public sealed class SpanSender : IDisposable
{
    private const string SourceName = "orchestrate";

    // Size of the exporter's queue. If there are more spans, they are sent in several parts.
    private const int LargestBatch = 2_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly ActivitySource _source = new(SourceName, TelemetryNames.Version);
    private readonly TelemetryOptions _options;

    [SuppressMessage("Usage", "CA2213", Justification = "The provider disposes of its exporters.")]
    private readonly WatchedExporter _exporter;
    private readonly TracerProvider _provider;

    /// <summary>Creates a sender. It connects to the collector when the first span is sent.</summary>
    public SpanSender(TelemetryOptions options)
    {
        _options = options;
        _exporter = new WatchedExporter(OtlpConnection.Of(options, "v1/traces"));
        _provider = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(OtlpConnection.ResourceOf(options))
            .SetSampler(new AlwaysOnSampler())
            .AddSource(SourceName)
            .AddProcessor(new BatchActivityExportProcessor(_exporter, maxQueueSize: LargestBatch, maxExportBatchSize: LargestBatch / 4))
            .Build();
    }

    /// <summary>Sends the spans of a trace. Returns the spans that the collector accepted.</summary>
    /// <param name="trace">Trace id with 32 hexadecimal digits.</param>
    /// <param name="spans">The spans.</param>
    /// <returns>The spans that the collector accepted, which are all or the first ones. The others can be sent again.</returns>
    public IReadOnlyList<TraceSpanRecord> Send(string trace, IReadOnlyList<TraceSpanRecord> spans)
    {
        var sent = new List<TraceSpanRecord>();
        foreach (var part in spans.Chunk(LargestBatch))
        {
            _exporter.HasFailed = false;
            foreach (var span in part)
            {
                Emit(trace, span);
            }
            if (!_provider.ForceFlush((int)Patience.TotalMilliseconds) || _exporter.HasFailed)
            {
                break;
            }
            sent.AddRange(part);
        }
        return sent;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _provider.Dispose();
        _source.Dispose();
    }

    private void Emit(string trace, TraceSpanRecord span)
    {
        var around = Activity.Current;
        Activity.Current = null;
        try
        {
            var kind = span.Subject == TraceSpanWorkKind.Run ? ActivityKind.Server : ActivityKind.Internal;
            using var activity = _source.CreateActivity(span.Name, kind, default(ActivityContext));
            if (activity is null)
            {
                return;
            }
            if (span.Parent is { } parent)
            {
                activity.SetParentId(
                    ActivityTraceId.CreateFromString(trace),
                    ActivitySpanId.CreateFromString(parent),
                    ActivityTraceFlags.Recorded
                );
            }
            activity.SetStartTime(span.From.UtcDateTime);
            activity.Start();
            TraceIdOf(activity) = trace;
            SpanIdOf(activity) = span.Id;
            foreach (var (name, value) in span.Attributes)
            {
                if (_options.Sends(name))
                {
                    activity.SetTag(name, value);
                }
            }
            if (span.Error is { } error)
            {
                activity.SetTag(TelemetryNames.ErrorType, error);
                activity.SetStatus(ActivityStatusCode.Error);
            }
            activity.SetEndTime(span.To.UtcDateTime);
            activity.Stop();
        }
        finally
        {
            Activity.Current = around;
        }
    }

    // The runtime creates random ids and has no API to set them. The ids here are derived from names, so that spans which are sent again
    // keep their ids, and spans of agent programs find their parent. A test fails if the runtime renames these fields.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_spanId")]
    private static extern ref string? SpanIdOf(Activity activity);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_traceId")]
    private static extern ref string? TraceIdOf(Activity activity);

    /// <summary>Exporter that records rejected batches, because the SDK does not report them to its callers.</summary>
    private sealed class WatchedExporter(OtlpExporterOptions options) : OtlpTraceExporter(options)
    {
        public volatile bool HasFailed;

        public override ExportResult Export(in Batch<Activity> batch)
        {
            var result = base.Export(batch);
            HasFailed |= result != ExportResult.Success;
            return result;
        }
    }
}
