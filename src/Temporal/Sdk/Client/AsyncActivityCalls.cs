using Google.Protobuf;
using Temporalio.Client.Interceptors;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Temporalio.Client;

/// <summary>Makes the calls about activities that complete from outside.</summary>
internal sealed class AsyncActivityCalls(ITemporalClient client, ClientOutboundInterceptor next) : ClientOutboundInterceptor(next)
{
    private string Namespace => client.Options.Namespace;

    private string? Identity => client.Connection.Options.Identity;

    private WorkflowService Service => client.WorkflowService;

    /// <inheritdoc />
    public override async Task HeartbeatAsyncActivityAsync(HeartbeatAsyncActivityInput input)
    {
        var options = TemporalClient.DefaultRetryOptions(input.Options?.Rpc);
        var details = await ConverterFor(input.DataConverterOverride, input.Activity).ToPayloadsProtoAsync(input.Options?.Details);
        bool canceled;
        if (input.Activity is AsyncActivityHandle.IdReference id)
        {
            var response = await Service.RecordActivityTaskHeartbeatByIdAsync(
                new()
                {
                    Namespace = Namespace,
                    WorkflowId = id.WorkflowId,
                    RunId = id.RunId ?? string.Empty,
                    ActivityId = id.ActivityId,
                    Identity = Identity,
                    Details = details,
                },
                options
            );
            canceled = response.CancelRequested || response.ActivityPaused || response.ActivityReset;
        }
        else
        {
            var response = await Service.RecordActivityTaskHeartbeatAsync(
                new()
                {
                    Namespace = Namespace,
                    TaskToken = TokenOf(input.Activity),
                    Identity = Identity,
                    Details = details,
                },
                options
            );
            canceled = response.CancelRequested || response.ActivityPaused || response.ActivityReset;
        }

        if (canceled)
        {
            throw new AsyncActivityCanceledException();
        }
    }

    /// <inheritdoc />
    public override async Task CompleteAsyncActivityAsync(CompleteAsyncActivityInput input)
    {
        var options = TemporalClient.DefaultRetryOptions(input.Options?.Rpc);
        var result = await ConverterFor(input.DataConverterOverride, input.Activity).ToPayloadsProtoAsync([input.Result]);
        if (input.Activity is AsyncActivityHandle.IdReference id)
        {
            await Service.RespondActivityTaskCompletedByIdAsync(
                new()
                {
                    Namespace = Namespace,
                    WorkflowId = id.WorkflowId,
                    RunId = id.RunId ?? string.Empty,
                    ActivityId = id.ActivityId,
                    Identity = Identity,
                    Result = result,
                },
                options
            );
            return;
        }

        await Service.RespondActivityTaskCompletedAsync(
            new()
            {
                Namespace = Namespace,
                TaskToken = TokenOf(input.Activity),
                Identity = Identity,
                Result = result,
            },
            options
        );
    }

    /// <inheritdoc />
    public override async Task FailAsyncActivityAsync(FailAsyncActivityInput input)
    {
        var options = TemporalClient.DefaultRetryOptions(input.Options?.Rpc);
        var converter = ConverterFor(input.DataConverterOverride, input.Activity);
        var failure = await converter.ToFailureAsync(input.Exception);
        var details = await converter.ToPayloadsProtoAsync(input.Options?.LastHeartbeatDetails);
        if (input.Activity is AsyncActivityHandle.IdReference id)
        {
            await Service.RespondActivityTaskFailedByIdAsync(
                new()
                {
                    Namespace = Namespace,
                    WorkflowId = id.WorkflowId,
                    RunId = id.RunId ?? string.Empty,
                    ActivityId = id.ActivityId,
                    Identity = Identity,
                    Failure = failure,
                    LastHeartbeatDetails = details,
                },
                options
            );
            return;
        }

        await Service.RespondActivityTaskFailedAsync(
            new()
            {
                Namespace = Namespace,
                TaskToken = TokenOf(input.Activity),
                Identity = Identity,
                Failure = failure,
                LastHeartbeatDetails = details,
            },
            options
        );
    }

    /// <inheritdoc />
    public override async Task ReportCancellationAsyncActivityAsync(ReportCancellationAsyncActivityInput input)
    {
        var options = TemporalClient.DefaultRetryOptions(input.Options?.Rpc);
        var details = await ConverterFor(input.DataConverterOverride, input.Activity).ToPayloadsProtoAsync(input.Options?.Details);
        if (input.Activity is AsyncActivityHandle.IdReference id)
        {
            await Service.RespondActivityTaskCanceledByIdAsync(
                new()
                {
                    Namespace = Namespace,
                    WorkflowId = id.WorkflowId,
                    RunId = id.RunId ?? string.Empty,
                    ActivityId = id.ActivityId,
                    Identity = Identity,
                    Details = details,
                },
                options
            );
            return;
        }

        await Service.RespondActivityTaskCanceledAsync(
            new()
            {
                Namespace = Namespace,
                TaskToken = TokenOf(input.Activity),
                Identity = Identity,
                Details = details,
            },
            options
        );
    }

    private static ByteString TokenOf(AsyncActivityHandle.Reference activity) =>
        ByteString.CopyFrom(((AsyncActivityHandle.TaskTokenReference)activity).TaskToken);

    private DataConverter ConverterFor(DataConverter? given, AsyncActivityHandle.Reference activity) =>
        given ?? (activity is AsyncActivityHandle.IdReference id ? client.ConverterFor(id.WorkflowId) : client.Options.DataConverter);
}
