using OpenTelemetry.Context.Propagation;

namespace Temporalio.Extensions.OpenTelemetry;

/// <summary>How <see cref="TracingInterceptor" /> passes traces on, and what it notes on spans.</summary>
public class TracingInterceptorOptions : ICloneable
{
    /// <summary>The Temporal header that carries the trace. Default <c>_tracer-data</c>, as in the SDKs of other languages.</summary>
    public string HeaderKey { get; set; } = "_tracer-data";

    /// <summary>
    /// Writes a trace into the header and reads it back. Default: what OpenTelemetry has as default when the options are made, or, where
    /// nobody has set that yet and it would do nothing, W3C trace context and baggage.
    /// </summary>
    public TextMapPropagator Propagator { get; set; } =
        Propagators.DefaultTextMapPropagator is { Fields.Count: > 0 } known
            ? known
            : new CompositeTextMapPropagator([new TraceContextPropagator(), new BaggagePropagator()]);

    /// <summary>Tag with the workflow's id; null for none. Default <c>temporalWorkflowID</c>.</summary>
    public string? TagNameWorkflowId { get; set; } = "temporalWorkflowID";

    /// <summary>Tag with the run's id; null for none. Default <c>temporalRunID</c>.</summary>
    public string? TagNameRunId { get; set; } = "temporalRunID";

    /// <summary>Tag with the activity's id; null for none. Default <c>temporalActivityID</c>.</summary>
    public string? TagNameActivityId { get; set; } = "temporalActivityID";

    /// <summary>Tag with the update's id; null for none. Default <c>temporalUpdateID</c>.</summary>
    public string? TagNameUpdateId { get; set; } = "temporalUpdateID";

    /// <inheritdoc />
    public virtual object Clone() => MemberwiseClone();
}
