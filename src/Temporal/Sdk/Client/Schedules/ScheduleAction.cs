using System.Linq.Expressions;
using Temporalio.Api.Workflow.V1;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Workflows;
using Priority = Temporalio.Common.Priority;
using RetryPolicy = Temporalio.Common.RetryPolicy;

namespace Temporalio.Client.Schedules;

/// <summary>What a schedule does.</summary>
public abstract record ScheduleAction
{
    internal static async Task<ScheduleAction> FromProtoAsync(
        Api.Schedule.V1.ScheduleAction proto,
        string clientNamespace,
        DataConverter dataConverter
    ) =>
        proto.StartWorkflow is { } start
            ? await ScheduleActionStartWorkflow.FromProtoAsync(start, clientNamespace, dataConverter)
            : throw new InvalidOperationException($"The schedule's action ({proto.ActionCase}) is of no kind known here.");

    internal abstract Task<Api.Schedule.V1.ScheduleAction> ToProtoAsync(string clientNamespace, DataConverter dataConverter);
}

/// <summary>Starts a workflow. Its id gets the time appended.</summary>
/// <param name="Workflow">Workflow type.</param>
/// <param name="Args">Arguments; in a description they are <see cref="IEncodedRawValue" /> and go back as they are.</param>
/// <param name="Options">How it is started; id and task queue are required; policies, delays and signals are not used.</param>
/// <param name="Headers">Headers.</param>
public record ScheduleActionStartWorkflow(
    string Workflow,
    IReadOnlyCollection<object?> Args,
    WorkflowOptions Options,
    IReadOnlyDictionary<string, IEncodedRawValue>? Headers = null
) : ScheduleAction
{
    /// <summary>From a call of a run method.</summary>
    public static ScheduleActionStartWorkflow Create<TWorkflow, TResult>(
        Expression<Func<TWorkflow, Task<TResult>>> workflowRunCall,
        WorkflowOptions options
    )
    {
        var (method, args) = ExpressionCalls.ReadCall(workflowRunCall);
        return Create(WorkflowDefinition.NameOf(method, typeof(TWorkflow)), args, options);
    }

    /// <summary>From a call of a run method.</summary>
    public static ScheduleActionStartWorkflow Create<TWorkflow>(Expression<Func<TWorkflow, Task>> workflowRunCall, WorkflowOptions options)
    {
        var (method, args) = ExpressionCalls.ReadCall(workflowRunCall);
        return Create(WorkflowDefinition.NameOf(method, typeof(TWorkflow)), args, options);
    }

    /// <summary>From a type name.</summary>
    public static ScheduleActionStartWorkflow Create(string workflow, IReadOnlyCollection<object?> args, WorkflowOptions options) =>
        new(workflow, args, options);

    internal static async Task<ScheduleActionStartWorkflow> FromProtoAsync(
        NewWorkflowExecutionInfo proto,
        string clientNamespace,
        DataConverter dataConverter
    )
    {
        var converter = dataConverter.WithSerializationContext(new ISerializationContext.Workflow(clientNamespace, proto.WorkflowId));
        return new(
            proto.WorkflowType.Name,
            [.. (proto.Input?.Payloads_ ?? []).Select(payload => new EncodedRawValue(converter, payload))],
            new(proto.WorkflowId, proto.TaskQueue.Name)
            {
                ExecutionTimeout = Span(proto.WorkflowExecutionTimeout),
                RunTimeout = Span(proto.WorkflowRunTimeout),
                TaskTimeout = Span(proto.WorkflowTaskTimeout),
                RetryPolicy = RetryPolicy.FromProto(proto.RetryPolicy),
                Memo = proto.Memo is { } memo
                    ? EncodedRawValue.FromMemo(converter, memo).ToDictionary(pair => pair.Key, pair => (object)pair.Value)
                    : null,
                TypedSearchAttributes = proto.SearchAttributes is { } attributes ? SearchAttributeCollection.FromProto(attributes) : null,
                StaticSummary = proto.UserMetadata?.Summary is { } summary ? await converter.ToValueAsync<string>(summary) : null,
                StaticDetails = proto.UserMetadata?.Details is { } details ? await converter.ToValueAsync<string>(details) : null,
                Priority = proto.Priority is { } priority ? Priority.FromProto(priority) : null,
            },
            proto.Header?.Fields.ToDictionary(pair => pair.Key, pair => (IEncodedRawValue)new EncodedRawValue(converter, pair.Value))
        );
    }

    internal override async Task<Api.Schedule.V1.ScheduleAction> ToProtoAsync(string clientNamespace, DataConverter dataConverter)
    {
        var start = await WorkflowStarts.NewWorkflowAsync(Workflow, Args, Options, clientNamespace, dataConverter);
        if (Headers is { Count: > 0 } headers)
        {
            start.Header = new();
            foreach (var (name, value) in headers)
            {
                start.Header.Fields[name] = value.Payload;
            }
        }

        return new() { StartWorkflow = start };
    }

    // The server writes "no limit" as zero.
    private static TimeSpan? Span(Google.Protobuf.WellKnownTypes.Duration? proto) =>
        proto?.ToTimeSpan() is { Ticks: > 0 } span ? span : null;
}
