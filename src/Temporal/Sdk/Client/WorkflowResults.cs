using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Temporalio.Client;

/// <summary>Waits for the end of workflows and makes a result or an exception of the closing event.</summary>
internal static class WorkflowResults
{
    public static async Task<TResult> WaitAsync<TResult>(WorkflowHandle handle, bool followRuns, RpcOptions? rpcOptions)
    {
        var converter = handle.Client.ConverterFor(handle.Id);
        for (var runId = handle.ResultRunId; ; )
        {
            var closing = await ClosingEventAsync(handle, runId, rpcOptions);
            var next = NextRunId(closing);
            if (followRuns && next.Length > 0)
            {
                runId = next;
                continue;
            }

            return await ResultAsync<TResult>(closing, converter);
        }
    }

    private static async Task<HistoryEvent> ClosingEventAsync(WorkflowHandle handle, string? runId, RpcOptions? rpcOptions)
    {
        var options = new WorkflowHistoryEventFetchOptions
        {
            WaitNewEvent = true,
            EventFilterType = HistoryEventFilterType.CloseEvent,
            SkipArchival = true,
            Rpc = rpcOptions,
        };
        await foreach (var historyEvent in handle.FetchHistoryEventsAsync(runId, options))
        {
            return historyEvent;
        }

        throw new InvalidOperationException($"The server ended the wait for workflow '{handle.Id}' without its closing event.");
    }

    private static string NextRunId(HistoryEvent closing) =>
        closing.AttributesCase switch
        {
            HistoryEvent.AttributesOneofCase.WorkflowExecutionCompletedEventAttributes => closing
                .WorkflowExecutionCompletedEventAttributes
                .NewExecutionRunId,
            HistoryEvent.AttributesOneofCase.WorkflowExecutionFailedEventAttributes => closing
                .WorkflowExecutionFailedEventAttributes
                .NewExecutionRunId,
            HistoryEvent.AttributesOneofCase.WorkflowExecutionTimedOutEventAttributes => closing
                .WorkflowExecutionTimedOutEventAttributes
                .NewExecutionRunId,
            HistoryEvent.AttributesOneofCase.WorkflowExecutionContinuedAsNewEventAttributes => closing
                .WorkflowExecutionContinuedAsNewEventAttributes
                .NewExecutionRunId,
            _ => string.Empty,
        };

    private static async Task<TResult> ResultAsync<TResult>(HistoryEvent closing, DataConverter converter)
    {
        switch (closing.AttributesCase)
        {
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionCompletedEventAttributes:
                // A result that nobody wants is not read.
                return typeof(TResult) == typeof(ValueTuple)
                    ? default!
                    : await converter.ToSingleValueAsync<TResult>(
                        closing.WorkflowExecutionCompletedEventAttributes.Result?.Payloads_ ?? []
                    );
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionFailedEventAttributes:
                throw new WorkflowFailedException(await converter.ToExceptionAsync(closing.WorkflowExecutionFailedEventAttributes.Failure));
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionCanceledEventAttributes:
                throw new WorkflowFailedException(
                    await converter.ToExceptionAsync(
                        new Failure
                        {
                            Message = "Workflow canceled",
                            CanceledFailureInfo = new() { Details = closing.WorkflowExecutionCanceledEventAttributes.Details },
                        }
                    )
                );
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionTerminatedEventAttributes:
                var terminated = closing.WorkflowExecutionTerminatedEventAttributes;
                throw new WorkflowFailedException(await TerminatedAsync(terminated, converter));
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionTimedOutEventAttributes:
                throw new WorkflowFailedException(
                    await converter.ToExceptionAsync(
                        new Failure
                        {
                            Message = "Workflow timed out",
                            TimeoutFailureInfo = new() { TimeoutType = TimeoutType.StartToClose },
                        }
                    )
                );
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionContinuedAsNewEventAttributes:
                throw new WorkflowContinuedAsNewException(closing.WorkflowExecutionContinuedAsNewEventAttributes.NewExecutionRunId);
            default:
                throw new InvalidOperationException(
                    $"The server sent event {closing.EventId} ({closing.EventType}) as the closing event of a workflow."
                );
        }
    }

    private static async Task<TerminatedFailureException> TerminatedAsync(
        WorkflowExecutionTerminatedEventAttributes terminated,
        DataConverter converter
    )
    {
        IReadOnlyCollection<Api.Common.V1.Payload> details = terminated.Details?.Payloads_ ?? [];
        if (converter.PayloadCodec is { } codec && details.Count > 0)
        {
            details = await codec.DecodeAsync(details);
        }

        var failure = new Failure
        {
            Message = terminated.Reason.Length > 0 ? terminated.Reason : "Workflow terminated",
            TerminatedFailureInfo = new(),
        };
        return new(failure, null, details.Count == 0 ? null : new InboundFailureDetails(converter.PayloadConverter, details));
    }
}
