using Google.Protobuf;
using Temporal.Server.History;
using Temporal.Server.Storage;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Frontend;

/// <summary>
/// Returns workflow histories page by page, in order or in reverse, or only their close events. Can wait for new events in a long poll.
/// </summary>
internal sealed class HistoryGrpcHandler(WorkflowEngine engine, NamespaceRegistry namespaces, ServerStopSignal stopping)
{
    private const int HistoryField = GetWorkflowExecutionHistoryResponse.HistoryFieldNumber;
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(20);

    public void Register(GrpcMethodRegistry table)
    {
        table.AddRaw<GetWorkflowExecutionHistoryRequest>(GetAsync);
        table.AddAsync<GetWorkflowExecutionHistoryReverseRequest, GetWorkflowExecutionHistoryReverseResponse>(GetReverseAsync);
    }

    private async ValueTask<GrpcResponse> GetAsync(IncomingGrpcCall context, GetWorkflowExecutionHistoryRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        GrpcArgumentValidator.Execution(request.Execution);
        var token = TaskTokenAndPageTokenReader.Page(request.NextPageToken);
        if (
            token is not null
            && (
                (token.WorkflowId.Length > 0 && token.WorkflowId != request.Execution.WorkflowId)
                || (request.Execution.RunId.Length > 0 && token.RunId != request.Execution.RunId)
            )
        )
        {
            throw GrpcErrorFactory.InvalidArgument("RunId in the request does not match the NextPageToken.");
        }

        if (request.HistoryEventFilterType == HistoryEventFilterType.Unspecified)
        {
            request.HistoryEventFilterType = HistoryEventFilterType.AllEvent;
        }

        var runId = token?.RunId ?? request.Execution.RunId;
        var followsRuns = context.Header("supported-features")?.Contains("follows-next-run-id", StringComparison.Ordinal) == true;

        // These clients count the events themselves and take an unwritten workflow task from the description.
        var showsUnwritten = context.Header("client-name") is not ("temporal-cli" or "temporal-ui");
        using var wait = new LongPoll(context, WaitLimit, stopping.Token);
        while (true)
        {
            var (answer, waiting, waitToken) = await engine.Store.ChangeAsync(
                ns.Id,
                request.Execution.WorkflowId,
                w => Read(w, runId, token, request, followsRuns, showsUnwritten)
            );
            if (answer is not null)
            {
                return new GrpcResponse(answer);
            }

            token = waitToken;
            runId = waitToken!.RunId;
            try
            {
                await waiting!.Value.Changed.WaitAsync(wait.Token);
            }
            catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
            {
                var empty = new GetWorkflowExecutionHistoryResponse
                {
                    NextPageToken = request.WaitNewEvent ? token.ToByteString() : ByteString.Empty,
                };
                return new GrpcResponse(EventHistoryPageBuilder.AppendField(empty, HistoryField, []));
            }
            finally
            {
                Interlocked.Decrement(ref waiting!.Value.Workflow.Waiters);
            }
        }
    }

    /// <summary>
    /// Reads a page of a history. If the requested events do not exist yet, returns the workflow to wait for and the page token to continue
    /// with.
    /// </summary>
    private (byte[]? Answer, (SingleWorkflowRunCache Workflow, Task Changed)? Waiting, PageToken? Token) Read(
        SingleWorkflowRunCache workflow,
        string runId,
        PageToken? token,
        GetWorkflowExecutionHistoryRequest request,
        bool followsRuns,
        bool showsUnwritten
    )
    {
        var run =
            engine.Store.Find(workflow, runId)
            ?? throw (
                runId.Length > 0
                    ? GrpcErrorFactory.NotFound(
                        $"workflow execution not found for workflow ID \"{workflow.WorkflowId}\" and run ID \"{runId}\""
                    )
                    : GrpcErrorFactory.NotFound($"workflow not found for ID: {workflow.WorkflowId}")
            );
        var last = run.NextEventId - 1;
        token ??= new PageToken
        {
            NamespaceId = run.NamespaceId,
            WorkflowId = run.WorkflowId,
            RunId = run.RunId,
            FirstEventId = 1,
            NextEventId = 1,
            Waiting = request.WaitNewEvent,
        };
        if (request.HistoryEventFilterType == HistoryEventFilterType.CloseEvent)
        {
            if (run.IsOpen)
            {
                return (null, Wait(workflow), token);
            }

            var (end, _) = EventHistoryPageBuilder.Page(engine.Store.Batches(run, last), last, last);
            if (!followsRuns && run.CloseEvent is { } closing && ContinuedAsNew(closing) is { } told)
            {
                end = EventHistoryPageBuilder.Encode([told]);
            }

            return (EventHistoryPageBuilder.AppendField(new GetWorkflowExecutionHistoryResponse(), HistoryField, end), null, null);
        }

        if (token.EndEventId > 0)
        {
            last = Math.Min(last, token.EndEventId);
        }

        var limit = request.MaximumPageSize is > 0 and < EventHistoryPageBuilder.MaxPageEvents
            ? request.MaximumPageSize
            : EventHistoryPageBuilder.MaxPageEvents;
        if (token.NextEventId > last && run.IsOpen && request.WaitNewEvent)
        {
            return (null, Wait(workflow), token);
        }

        var (page, next) = EventHistoryPageBuilder.Page(engine.Store.Batches(run, token.NextEventId), token.NextEventId, last, limit);
        var response = new GetWorkflowExecutionHistoryResponse();
        if (next <= last || (request.WaitNewEvent && run.IsOpen))
        {
            var more = token.Clone();
            more.NextEventId = next;
            if (!request.WaitNewEvent)
            {
                more.EndEventId = last;
            }

            response.NextPageToken = more.ToByteString();
        }
        else if (!token.TransientEvents.IsEmpty)
        {
            page = [.. page, .. token.TransientEvents.Span];
        }
        else if (showsUnwritten && run.IsOpen && last == run.NextEventId - 1 && run.WorkflowTask.EventsForReaders() is { Count: > 0 } shown)
        {
            page = [.. page, .. EventHistoryPageBuilder.Encode(shown)];
        }

        return (EventHistoryPageBuilder.AppendField(response, HistoryField, page), null, null);
    }

    private static (SingleWorkflowRunCache Workflow, Task Changed) Wait(SingleWorkflowRunCache workflow)
    {
        Interlocked.Increment(ref workflow.Waiters);
        return (workflow, workflow.Changed.Task);
    }

    /// <summary>
    /// Builds a continued-as-new event that replaces a close event, for clients that recognize a successor run only by that event type.
    /// Returns null if no run follows.
    /// </summary>
    private static HistoryEvent? ContinuedAsNew(HistoryEvent closing)
    {
        var (newRunId, failure, result) = closing.EventType switch
        {
            EventType.WorkflowExecutionCompleted => (
                closing.WorkflowExecutionCompletedEventAttributes.NewExecutionRunId,
                null,
                closing.WorkflowExecutionCompletedEventAttributes.Result
            ),
            EventType.WorkflowExecutionFailed => (
                closing.WorkflowExecutionFailedEventAttributes.NewExecutionRunId,
                closing.WorkflowExecutionFailedEventAttributes.Failure,
                null
            ),
            EventType.WorkflowExecutionTimedOut => (
                closing.WorkflowExecutionTimedOutEventAttributes.NewExecutionRunId,
                ServerFailureFactory.Timeout(TimeoutType.StartToClose, "workflow timeout"),
                null
            ),
            _ => ("", (Temporalio.Api.Failure.V1.Failure?)null, (Temporalio.Api.Common.V1.Payloads?)null),
        };
        return newRunId.Length == 0
            ? null
            : new HistoryEvent
            {
                EventId = closing.EventId,
                EventTime = closing.EventTime,
                EventType = EventType.WorkflowExecutionContinuedAsNew,
                WorkflowExecutionContinuedAsNewEventAttributes = new WorkflowExecutionContinuedAsNewEventAttributes
                {
                    NewExecutionRunId = newRunId,
                    Failure = failure,
                    LastCompletionResult = result,
                },
            };
    }

    private async ValueTask<GetWorkflowExecutionHistoryReverseResponse> GetReverseAsync(
        IncomingGrpcCall context,
        GetWorkflowExecutionHistoryReverseRequest request
    )
    {
        var ns = namespaces.Resolve(request.Namespace);
        GrpcArgumentValidator.Execution(request.Execution);
        var token = TaskTokenAndPageTokenReader.Page(request.NextPageToken);
        return await engine.Store.ChangeAsync(
            ns.Id,
            request.Execution.WorkflowId,
            w =>
            {
                var runId = token?.RunId ?? request.Execution.RunId;
                var run =
                    engine.Store.Find(w, runId)
                    ?? throw GrpcErrorFactory.NotFound(
                        runId.Length > 0
                            ? $"workflow execution not found for workflow ID \"{w.WorkflowId}\" and run ID \"{runId}\""
                            : $"workflow not found for ID: {w.WorkflowId}"
                    );
                var last = token is null ? run.NextEventId - 1 : token.NextEventId;
                var limit = request.MaximumPageSize is > 0 and < EventHistoryPageBuilder.MaxPageEvents
                    ? request.MaximumPageSize
                    : EventHistoryPageBuilder.MaxPageEvents;
                var wanted = engine.Store.BatchStart(run, last, limit);
                var (page, first) = EventHistoryPageBuilder.PageBack(engine.Store.Batches(run, wanted), wanted, last);
                var events = Temporalio.Api.History.V1.History.Parser.ParseFrom(page);
                var response = new GetWorkflowExecutionHistoryReverseResponse { History = new Temporalio.Api.History.V1.History() };
                response.History.Events.AddRange(events.Events.Reverse());
                if (first > 1)
                {
                    response.NextPageToken = new PageToken
                    {
                        NamespaceId = run.NamespaceId,
                        WorkflowId = run.WorkflowId,
                        RunId = run.RunId,
                        FirstEventId = 1,
                        NextEventId = first - 1,
                    }.ToByteString();
                }

                return response;
            }
        );
    }
}
