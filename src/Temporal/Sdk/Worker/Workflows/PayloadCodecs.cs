using Google.Protobuf.Collections;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Converters;

namespace Temporalio.Worker.Workflows;

/// <summary>
/// Takes what workflow code sees through the payload codec, and what it sends. Codecs may do I/O, so this happens outside of workflows.
/// Search attributes and the data of markers never go through a codec: the server, or any SDK, reads them.
/// </summary>
internal static class PayloadCodecs
{
    /// <summary>Decodes events and updates in place.</summary>
    public static async Task DecodeAsync(
        CodecContexts contexts,
        PollWorkflowTaskQueueResponse task,
        IReadOnlyCollection<HistoryEvent> events,
        IEnumerable<UpdateRequest> updates
    )
    {
        if (contexts.OfThisWorkflow is not { } codec)
        {
            return;
        }

        contexts.Learn(events);
        foreach (var e in events)
        {
            if (contexts.Of(e) is { } own)
            {
                await Walk.Decoding(own).EventAsync(e);
            }
        }

        var walk = Walk.Decoding(codec);
        foreach (var update in updates)
        {
            await walk.PayloadsAsync(update.Request.Input?.Args);
            await walk.MapAsync(update.Request.Input?.Header?.Fields);
        }

        foreach (var query in task.Queries.Values.Append(task.Query).OfType<WorkflowQuery>())
        {
            await walk.PayloadsAsync(query.QueryArgs);
            await walk.MapAsync(query.Header?.Fields);
        }
    }

    /// <summary>Encodes a completion in place.</summary>
    public static async Task EncodeAsync(CodecContexts contexts, RespondWorkflowTaskCompletedRequest request)
    {
        if (contexts.OfThisWorkflow is not { } codec)
        {
            return;
        }

        for (var i = 0; i < request.Commands.Count; i++)
        {
            // The run keeps its commands to compare them with events: what is sent is a copy.
            request.Commands[i] = request.Commands[i].Clone();
            if (contexts.Of(request.Commands[i]) is { } own)
            {
                await Walk.Encoding(own).CommandAsync(request.Commands[i]);
            }
        }

        var walk = Walk.Encoding(codec);
        foreach (var message in request.Messages)
        {
            await EncodeAsync(walk, message);
        }

        foreach (var result in request.QueryResults.Values)
        {
            await EncodeAsync(walk, result);
        }
    }

    /// <summary>Encodes the answer to a query in place.</summary>
    public static async Task EncodeAsync(CodecContexts contexts, WorkflowQueryResult result)
    {
        if (contexts.OfThisWorkflow is { } codec)
        {
            await EncodeAsync(Walk.Encoding(codec), result);
        }
    }

    // An answer that cannot be encoded fails its query: a task that failed for it would be asked the same again.
    private static async Task EncodeAsync(Walk walk, WorkflowQueryResult result)
    {
        try
        {
            await walk.QueryResultAsync(result);
        }
        catch (Exception error)
        {
            result.ResultType = QueryResultType.Failed;
            result.Answer = null;
            result.Failure = null;
            result.ErrorMessage = $"The query's answer could not be encoded: {error.Message}";
        }
    }

    private static async Task EncodeAsync(Walk walk, Message message)
    {
        switch (message.Body.TypeUrl.Split('.')[^1])
        {
            case nameof(Rejection):
                var rejection = Rejection.Parser.ParseFrom(message.Body.Value);
                await walk.FailureAsync(rejection.Failure);
                await walk.PayloadsAsync(rejection.RejectedRequest?.Input?.Args);
                message.Body.Value = Google.Protobuf.MessageExtensions.ToByteString(rejection);
                break;
            case nameof(Acceptance):
                var acceptance = Acceptance.Parser.ParseFrom(message.Body.Value);
                await walk.PayloadsAsync(acceptance.AcceptedRequest?.Input?.Args);
                await walk.MapAsync(acceptance.AcceptedRequest?.Input?.Header?.Fields);
                message.Body.Value = Google.Protobuf.MessageExtensions.ToByteString(acceptance);
                break;
            case nameof(Response):
                var response = Response.Parser.ParseFrom(message.Body.Value);
                await walk.PayloadsAsync(response.Outcome?.Success);
                await walk.FailureAsync(response.Outcome?.Failure);
                message.Body.Value = Google.Protobuf.MessageExtensions.ToByteString(response);
                break;
            default:
                break;
        }
    }

    private sealed class Walk(
        Func<IReadOnlyCollection<Payload>, Task<IReadOnlyCollection<Payload>>> change,
        Func<Failure, Task> changeFailure
    )
    {
        public static Walk Decoding(IPayloadCodec codec) => new(codec.DecodeAsync, codec.DecodeFailureAsync);

        public static Walk Encoding(IPayloadCodec codec) => new(codec.EncodeAsync, codec.EncodeFailureAsync);

        public async Task PayloadsAsync(Payloads? payloads)
        {
            if (payloads is { Payloads_.Count: > 0 })
            {
                var changed = await change([.. payloads.Payloads_]);
                payloads.Payloads_.Clear();
                payloads.Payloads_.AddRange(changed);
            }
        }

        public async Task MapAsync(MapField<string, Payload>? map)
        {
            foreach (var (key, payload) in map?.ToArray() ?? [])
            {
                map![key] = (await change([payload])).Single();
            }
        }

        public Task FailureAsync(Failure? failure) => failure is null ? Task.CompletedTask : changeFailure(failure);

        public async Task QueryResultAsync(WorkflowQueryResult result)
        {
            await PayloadsAsync(result.Answer);
            if (result.Failure is not null)
            {
                result.Failure = result.Failure.Clone();
                await changeFailure(result.Failure);
            }
        }

        public async Task EventAsync(HistoryEvent e)
        {
            switch (e.EventType)
            {
                case EventType.WorkflowExecutionStarted when e.WorkflowExecutionStartedEventAttributes is { } started:
                    await PayloadsAsync(started.Input);
                    await PayloadsAsync(started.LastCompletionResult);
                    await FailureAsync(started.ContinuedFailure);
                    await MapAsync(started.Memo?.Fields);
                    await MapAsync(started.Header?.Fields);
                    break;
                case EventType.WorkflowExecutionSignaled when e.WorkflowExecutionSignaledEventAttributes is { } signaled:
                    await PayloadsAsync(signaled.Input);
                    await MapAsync(signaled.Header?.Fields);
                    break;
                case EventType.WorkflowExecutionUpdateAccepted:
                    await PayloadsAsync(e.WorkflowExecutionUpdateAcceptedEventAttributes.AcceptedRequest?.Input?.Args);
                    await MapAsync(e.WorkflowExecutionUpdateAcceptedEventAttributes.AcceptedRequest?.Input?.Header?.Fields);
                    break;
                case EventType.ActivityTaskCompleted:
                    await PayloadsAsync(e.ActivityTaskCompletedEventAttributes.Result);
                    break;
                case EventType.ActivityTaskFailed:
                    await FailureAsync(e.ActivityTaskFailedEventAttributes.Failure);
                    break;
                case EventType.ActivityTaskTimedOut:
                    await FailureAsync(e.ActivityTaskTimedOutEventAttributes.Failure);
                    break;
                case EventType.ActivityTaskCanceled:
                    await PayloadsAsync(e.ActivityTaskCanceledEventAttributes.Details);
                    break;
                case EventType.ChildWorkflowExecutionCompleted:
                    await PayloadsAsync(e.ChildWorkflowExecutionCompletedEventAttributes.Result);
                    break;
                case EventType.ChildWorkflowExecutionFailed:
                    await FailureAsync(e.ChildWorkflowExecutionFailedEventAttributes.Failure);
                    break;
                case EventType.ChildWorkflowExecutionCanceled:
                    await PayloadsAsync(e.ChildWorkflowExecutionCanceledEventAttributes.Details);
                    break;
                case EventType.MarkerRecorded:
                    await PayloadsAsync(Markers.ResultOf(e.MarkerRecordedEventAttributes.Details));
                    await FailureAsync(e.MarkerRecordedEventAttributes.Failure);
                    break;
                default:
                    break;
            }
        }

        public async Task CommandAsync(Api.Command.V1.Command command)
        {
            switch (command.CommandType)
            {
                case CommandType.ScheduleActivityTask when command.ScheduleActivityTaskCommandAttributes is { } activity:
                    await PayloadsAsync(activity.Input);
                    await MapAsync(activity.Header?.Fields);
                    break;
                case CommandType.StartChildWorkflowExecution when command.StartChildWorkflowExecutionCommandAttributes is { } child:
                    await PayloadsAsync(child.Input);
                    await MapAsync(child.Header?.Fields);
                    await MapAsync(child.Memo?.Fields);
                    break;
                case CommandType.ContinueAsNewWorkflowExecution when command.ContinueAsNewWorkflowExecutionCommandAttributes is { } next:
                    await PayloadsAsync(next.Input);
                    await MapAsync(next.Header?.Fields);
                    await MapAsync(next.Memo?.Fields);
                    break;
                case CommandType.SignalExternalWorkflowExecution
                    when command.SignalExternalWorkflowExecutionCommandAttributes is { } signal:
                    await PayloadsAsync(signal.Input);
                    await MapAsync(signal.Header?.Fields);
                    break;
                case CommandType.CompleteWorkflowExecution:
                    await PayloadsAsync(command.CompleteWorkflowExecutionCommandAttributes.Result);
                    break;
                case CommandType.FailWorkflowExecution:
                    await FailureAsync(command.FailWorkflowExecutionCommandAttributes.Failure);
                    break;
                case CommandType.ModifyWorkflowProperties:
                    await MapAsync(command.ModifyWorkflowPropertiesCommandAttributes.UpsertedMemo?.Fields);
                    break;
                case CommandType.RecordMarker:
                    await PayloadsAsync(Markers.ResultOf(command.RecordMarkerCommandAttributes.Details));
                    await FailureAsync(command.RecordMarkerCommandAttributes.Failure);
                    break;
                default:
                    break;
            }

            if (command.UserMetadata is { } metadata)
            {
                metadata.Summary = metadata.Summary is null ? null : (await change([metadata.Summary])).Single();
                metadata.Details = metadata.Details is null ? null : (await change([metadata.Details])).Single();
            }
        }
    }
}
