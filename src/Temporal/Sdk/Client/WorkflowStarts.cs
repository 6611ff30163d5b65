using Temporalio.Api.Common.V1;
using Temporalio.Api.Sdk.V1;
using Temporalio.Api.Workflow.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client.Interceptors;
using Temporalio.Common;
using Temporalio.Converters;

namespace Temporalio.Client;

/// <summary>
/// Requests that start workflows. What they have in common is made once, as a scheduled start, and copied into the others.
/// </summary>
internal static class WorkflowStarts
{
    /// <summary>What all ways of starting a workflow say about it.</summary>
    public static async Task<NewWorkflowExecutionInfo> NewWorkflowAsync(
        string workflow,
        IReadOnlyCollection<object?> args,
        WorkflowOptions options,
        string clientNamespace,
        DataConverter dataConverter
    )
    {
        var id = options.Id ?? throw new ArgumentException("ID required to start workflow (WorkflowOptions.Id).", nameof(options));
        var taskQueue =
            options.TaskQueue
            ?? throw new ArgumentException("Task queue required to start workflow (WorkflowOptions.TaskQueue).", nameof(options));
        var converter = dataConverter.WithSerializationContext(new ISerializationContext.Workflow(clientNamespace, id));
        return new()
        {
            WorkflowId = id,
            WorkflowType = new() { Name = workflow },
            TaskQueue = new() { Name = taskQueue },
            Input = await InputAsync(args, converter),
            WorkflowExecutionTimeout = Protos.Span(options.ExecutionTimeout),
            WorkflowRunTimeout = Protos.Span(options.RunTimeout),
            WorkflowTaskTimeout = Protos.Span(options.TaskTimeout),
            WorkflowIdReusePolicy = options.IdReusePolicy,
            RetryPolicy = options.RetryPolicy?.ToProto(),
            CronSchedule = options.CronSchedule ?? string.Empty,
            Memo = await MemoAsync(options.Memo, converter),
            SearchAttributes = options.TypedSearchAttributes is { Count: > 0 } attributes ? attributes.ToProto() : null,
            UserMetadata = await UserMetadataAsync(options.StaticSummary, options.StaticDetails, converter),
            VersioningOverride = options.VersioningOverride?.ToProto(),
            Priority = options.Priority?.ToProto(),
        };
    }

    /// <summary>A plain start.</summary>
    public static async Task<StartWorkflowExecutionRequest> StartAsync(StartWorkflowInput input, ITemporalClient client)
    {
        var options = input.Options;
        var common = await NewWorkflowAsync(input.Workflow, input.Args, options, client.Options.Namespace, client.Options.DataConverter);
        return new()
        {
            Namespace = client.Options.Namespace,
            Identity = client.Connection.Options.Identity,
            RequestId = Guid.NewGuid().ToString(),
            WorkflowId = common.WorkflowId,
            WorkflowType = common.WorkflowType,
            TaskQueue = common.TaskQueue,
            Input = common.Input,
            WorkflowExecutionTimeout = common.WorkflowExecutionTimeout,
            WorkflowRunTimeout = common.WorkflowRunTimeout,
            WorkflowTaskTimeout = common.WorkflowTaskTimeout,
            WorkflowIdReusePolicy = common.WorkflowIdReusePolicy,
            WorkflowIdConflictPolicy = options.IdConflictPolicy,
            RetryPolicy = common.RetryPolicy,
            CronSchedule = common.CronSchedule,
            Memo = common.Memo,
            SearchAttributes = common.SearchAttributes,
            UserMetadata = common.UserMetadata,
            VersioningOverride = common.VersioningOverride,
            Priority = common.Priority,
            WorkflowStartDelay = Protos.Span(options.StartDelay),
            Header = await HeaderAsync(input.Headers, client.Options.DataConverter),
        };
    }

    /// <summary>A start with a signal.</summary>
    public static async Task<SignalWithStartWorkflowExecutionRequest> SignalWithStartAsync(StartWorkflowInput input, ITemporalClient client)
    {
        var start = await StartAsync(input, client);
        var converter = client.Options.DataConverter.WithSerializationContext(
            new ISerializationContext.Workflow(start.Namespace, start.WorkflowId)
        );
        return new()
        {
            Namespace = start.Namespace,
            Identity = start.Identity,
            RequestId = start.RequestId,
            WorkflowId = start.WorkflowId,
            WorkflowType = start.WorkflowType,
            TaskQueue = start.TaskQueue,
            Input = start.Input,
            WorkflowExecutionTimeout = start.WorkflowExecutionTimeout,
            WorkflowRunTimeout = start.WorkflowRunTimeout,
            WorkflowTaskTimeout = start.WorkflowTaskTimeout,
            WorkflowIdReusePolicy = start.WorkflowIdReusePolicy,
            WorkflowIdConflictPolicy = start.WorkflowIdConflictPolicy,
            RetryPolicy = start.RetryPolicy,
            CronSchedule = start.CronSchedule,
            Memo = start.Memo,
            SearchAttributes = start.SearchAttributes,
            UserMetadata = start.UserMetadata,
            VersioningOverride = start.VersioningOverride,
            Priority = start.Priority,
            WorkflowStartDelay = start.WorkflowStartDelay,
            Header = start.Header,
            SignalName = input.Options.StartSignal,
            SignalInput = await converter.ToPayloadsProtoAsync(input.Options.StartSignalArgs),
        };
    }

    /// <summary>Headers for the wire, through the codec.</summary>
    public static async Task<Header?> HeaderAsync(IDictionary<string, Payload>? headers, DataConverter converter)
    {
        if (headers is null || headers.Count == 0)
        {
            return null;
        }

        var header = new Header();
        foreach (var (name, payload) in headers)
        {
            header.Fields[name] = converter.PayloadCodec is { } codec ? await codec.EncodeSingleAsync(payload) : payload;
        }

        return header;
    }

    public static async Task<Memo?> MemoAsync(IReadOnlyDictionary<string, object>? values, DataConverter converter)
    {
        if (values is null || values.Count == 0)
        {
            return null;
        }

        var memo = new Memo();
        foreach (var (name, value) in values)
        {
            memo.Fields[name] = await EncodedAsync(value, converter);
        }

        return memo;
    }

    private static async Task<Payloads?> InputAsync(IReadOnlyCollection<object?> args, DataConverter converter)
    {
        if (!args.Any(arg => arg is IEncodedRawValue))
        {
            return await converter.ToPayloadsProtoAsync(args);
        }

        var input = new Payloads();
        foreach (var arg in args)
        {
            input.Payloads_.Add(await EncodedAsync(arg, converter));
        }

        return input;
    }

    // What came encoded from the server goes back as it came.
    private static async Task<Payload> EncodedAsync(object? value, DataConverter converter) =>
        value is IEncodedRawValue encoded ? encoded.Payload : await converter.ToPayloadAsync(value);

    private static async Task<UserMetadata?> UserMetadataAsync(string? summary, string? details, DataConverter converter) =>
        summary is null && details is null
            ? null
            : new()
            {
                Summary = summary is null ? null : await converter.ToPayloadAsync(summary),
                Details = details is null ? null : await converter.ToPayloadAsync(details),
            };
}
