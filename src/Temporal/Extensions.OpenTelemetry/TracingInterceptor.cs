using System.Diagnostics;
using OpenTelemetry.Context.Propagation;
using Temporalio.Activities;
using Temporalio.Api.Common.V1;
using Temporalio.Client.Interceptors;
using Temporalio.Converters;
using Temporalio.Worker.Interceptors;
using Temporalio.Workflows;

namespace Temporalio.Extensions.OpenTelemetry;

/// <summary>
/// Makes spans of what clients, workflows and activities do, and passes the trace on in a Temporal header. Given to a client it holds for
/// that client's workers, too.
/// </summary>
public class TracingInterceptor : IClientInterceptor, IWorkerInterceptor
{
    /// <summary>Spans of calls of clients.</summary>
    public static readonly ActivitySource ClientSource = new("Temporalio.Extensions.OpenTelemetry.Client");

    /// <summary>Spans of workflows and of what they call.</summary>
    public static readonly ActivitySource WorkflowsSource = new("Temporalio.Extensions.OpenTelemetry.Workflow");

    /// <summary>Spans of attempts of activities.</summary>
    public static readonly ActivitySource ActivitiesSource = new("Temporalio.Extensions.OpenTelemetry.Activity");

    /// <summary>With options; null: the defaults.</summary>
    public TracingInterceptor(TracingInterceptorOptions? options = null) => Options = options ?? new();

    /// <summary>The options; not to be changed.</summary>
    public TracingInterceptorOptions Options { get; private init; }

    /// <inheritdoc />
    public ClientOutboundInterceptor InterceptClient(ClientOutboundInterceptor nextInterceptor) => new ClientTracing(this, nextInterceptor);

    /// <inheritdoc />
    public WorkflowInboundInterceptor InterceptWorkflow(WorkflowInboundInterceptor nextInterceptor) =>
        new WorkflowInboundTracing(this, nextInterceptor);

    /// <inheritdoc />
    public ActivityInboundInterceptor InterceptActivity(ActivityInboundInterceptor nextInterceptor) =>
        new ActivityTracing(this, nextInterceptor);

    internal IDictionary<string, Payload> Write(IDictionary<string, Payload>? headers, PropagationContext context) =>
        HeadersFromContext(headers, context);

    internal PropagationContext? Read(IReadOnlyDictionary<string, Payload>? headers) => HeadersToContext(headers);

    internal IEnumerable<KeyValuePair<string, object?>> WorkflowTags(string workflowId) => CreateWorkflowTags(workflowId);

    internal IEnumerable<KeyValuePair<string, object?>> UpdateTags(string workflowId, string? updateId) =>
        CreateUpdateTags(workflowId, updateId);

    internal IEnumerable<KeyValuePair<string, object?>> InWorkflowTags() => CreateInWorkflowTags();

    internal IEnumerable<KeyValuePair<string, object?>> InActivityTags() => CreateInActivityTags();

    /// <summary>Writes a trace into Temporal headers; what codecs do comes later.</summary>
    /// <param name="headers">Headers to add to; null: new ones.</param>
    /// <param name="ctx">The trace and its baggage.</param>
    protected virtual IDictionary<string, Payload> HeadersFromContext(IDictionary<string, Payload>? headers, PropagationContext ctx)
    {
        var carrier = new Dictionary<string, string>(StringComparer.Ordinal);
        Options.Propagator.Inject(ctx, carrier, static (into, key, value) => into[key] = value);
        headers ??= new Dictionary<string, Payload>(StringComparer.Ordinal);
        headers[Options.HeaderKey] = DataConverter.Default.PayloadConverter.ToPayload(carrier);
        return headers;
    }

    /// <summary>Reads a trace out of Temporal headers; null where they have none.</summary>
    protected virtual PropagationContext? HeadersToContext(IReadOnlyDictionary<string, Payload>? headers)
    {
        if (headers is null || !headers.TryGetValue(Options.HeaderKey, out var payload))
        {
            return null;
        }

        var carrier = DataConverter.Default.PayloadConverter.ToValue<Dictionary<string, string>>(payload);
        return Options.Propagator.Extract(default, carrier, static (from, key) => from.TryGetValue(key, out var value) ? [value] : []);
    }

    /// <summary>Tags of a call about a workflow.</summary>
    protected virtual IEnumerable<KeyValuePair<string, object?>> CreateWorkflowTags(string workflowId) =>
        Named((Options.TagNameWorkflowId, workflowId));

    /// <summary>Tags of a call about an update.</summary>
    protected virtual IEnumerable<KeyValuePair<string, object?>> CreateUpdateTags(string workflowId, string? updateId) =>
        Named((Options.TagNameWorkflowId, workflowId), (Options.TagNameUpdateId, updateId));

    /// <summary>Tags of what goes on in the current workflow.</summary>
    protected virtual IEnumerable<KeyValuePair<string, object?>> CreateInWorkflowTags() =>
        Named((Options.TagNameWorkflowId, Workflow.Info.WorkflowId), (Options.TagNameRunId, Workflow.Info.RunId));

    /// <summary>Tags of what goes on in the current activity.</summary>
    protected virtual IEnumerable<KeyValuePair<string, object?>> CreateInActivityTags()
    {
        var info = ActivityExecutionContext.Current.Info;
        return Named(
            (Options.TagNameWorkflowId, info.WorkflowId),
            (Options.TagNameRunId, info.WorkflowRunId),
            (Options.TagNameActivityId, info.ActivityId)
        );
    }

    private static IEnumerable<KeyValuePair<string, object?>> Named(params (string? Name, string? Value)[] tags) =>
        [
            .. tags.Where(tag => tag is { Name: not null, Value: not null })
                .Select(tag => KeyValuePair.Create(tag.Name!, (object?)tag.Value)),
        ];
}
