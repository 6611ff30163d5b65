using Google.Protobuf;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Temporalio.Worker;

/// <summary>The calls a worker makes, with how long each is retried.</summary>
/// <param name="client">Client of the server.</param>
/// <param name="giveUp">Cancelled when the worker stops and its server is gone: what is still to be delivered is not tried again.</param>
/// <param name="limits">Sizes that the server takes, as it said; null: it did not.</param>
internal sealed class WorkerRpc(ITemporalClient client, CancellationToken giveUp, Func<PayloadLimits?> limits)
{
    // The server holds polls for 60 s.
    private static readonly TimeSpan PollTimeout = TimeSpan.FromSeconds(70);

    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);

    // What an activity has done may have taken hours: its outcome is kept until the server takes it or forgets the activity.
    private static readonly RpcRetryOptions UntilDelivered = new() { MaxRetries = int.MaxValue, MaxElapsedTime = null };

    // After its time-out, 10 s by default, the server does not take a workflow task any more.
    private static readonly RpcRetryOptions Patient = new() { MaxRetries = int.MaxValue, MaxElapsedTime = TimeSpan.FromMinutes(1) };

    public Task<PollWorkflowTaskQueueResponse> PollWorkflowTaskAsync(PollWorkflowTaskQueueRequest request, CancellationToken token) =>
        client.WorkflowService.PollWorkflowTaskQueueAsync(
            request,
            new()
            {
                Retry = false,
                Timeout = PollTimeout,
                CancellationToken = token,
            }
        );

    public Task<PollActivityTaskQueueResponse> PollActivityTaskAsync(PollActivityTaskQueueRequest request, CancellationToken token) =>
        client.WorkflowService.PollActivityTaskQueueAsync(
            request,
            new()
            {
                Retry = false,
                Timeout = PollTimeout,
                CancellationToken = token,
            }
        );

    public Task<RespondWorkflowTaskCompletedResponse> CompleteWorkflowTaskAsync(RespondWorkflowTaskCompletedRequest request)
    {
        // An answer that is too large is the asker's trouble: the task, which would only be asked again, does not fail for it.
        foreach (var (id, answer) in request.QueryResults.ToArray())
        {
            if (PayloadsTooLargeException.Of(limits(), nameof(request.QueryResults), answer) is { } error)
            {
                request.QueryResults[id] = TooLargeAnswer.Of(error);
            }
        }

        return CallAsync("RespondWorkflowTaskCompleted", request, RespondWorkflowTaskCompletedResponse.Parser, Patient);
    }

    public Task<RespondWorkflowTaskFailedResponse> FailWorkflowTaskAsync(RespondWorkflowTaskFailedRequest request) =>
        CallAsync("RespondWorkflowTaskFailed", request, RespondWorkflowTaskFailedResponse.Parser, Patient);

    public Task<RespondQueryTaskCompletedResponse> CompleteQueryAsync(RespondQueryTaskCompletedRequest request) =>
        CallAsync("RespondQueryTaskCompleted", request, RespondQueryTaskCompletedResponse.Parser, retry: null);

    public Task<GetWorkflowExecutionHistoryResponse> GetHistoryAsync(GetWorkflowExecutionHistoryRequest request, CancellationToken token) =>
        CallAsync("GetWorkflowExecutionHistory", request, GetWorkflowExecutionHistoryResponse.Parser, Patient, token);

    public Task<RecordActivityTaskHeartbeatResponse> HeartbeatAsync(RecordActivityTaskHeartbeatRequest request) =>
        CallAsync("RecordActivityTaskHeartbeat", request, RecordActivityTaskHeartbeatResponse.Parser, retry: null);

    public Task<RespondActivityTaskCompletedResponse> CompleteActivityAsync(RespondActivityTaskCompletedRequest request) =>
        CallAsync("RespondActivityTaskCompleted", request, RespondActivityTaskCompletedResponse.Parser, UntilDelivered);

    public Task<RespondActivityTaskFailedResponse> FailActivityAsync(RespondActivityTaskFailedRequest request) =>
        CallAsync("RespondActivityTaskFailed", request, RespondActivityTaskFailedResponse.Parser, UntilDelivered);

    public Task<RespondActivityTaskCanceledResponse> CancelActivityAsync(RespondActivityTaskCanceledRequest request) =>
        CallAsync("RespondActivityTaskCanceled", request, RespondActivityTaskCanceledResponse.Parser, UntilDelivered);

    public Task<DescribeNamespaceResponse> DescribeNamespaceAsync(CancellationToken token) =>
        client.WorkflowService.DescribeNamespaceAsync(
            new() { Namespace = client.Options.Namespace },
            new()
            {
                Retry = true,
                Timeout = CallTimeout,
                CancellationToken = token,
            }
        );

    public Task<RecordWorkerHeartbeatResponse> RecordHeartbeatAsync(RecordWorkerHeartbeatRequest request) =>
        client.WorkflowService.RecordWorkerHeartbeatAsync(request, new() { Retry = false, Timeout = CallTimeout });

    public Task<ShutdownWorkerResponse> ShutdownAsync(ShutdownWorkerRequest request, TimeSpan limit) =>
        client.WorkflowService.ShutdownWorkerAsync(request, new() { Retry = false, Timeout = limit });

    private async Task<T> CallAsync<T>(
        string rpc,
        IMessage request,
        MessageParser<T> parser,
        RpcRetryOptions? retry,
        CancellationToken token = default
    )
        where T : IMessage<T>
    {
        if (client.Connection is not TemporalConnection connection)
        {
            throw new InvalidOperationException("A worker needs a client on a TemporalConnection.");
        }

        if (PayloadsTooLargeException.Of(limits(), rpc, request) is { } tooLarge)
        {
            throw tooLarge;
        }

        // What must be delivered has no limit per attempt: a slow server is no reason to drop it, and pings find a dead one.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(token, giveUp);
        var options = new RpcOptions
        {
            Retry = true,
            Timeout = retry is null ? CallTimeout : null,
            CancellationToken = either.Token,
        };
        try
        {
            return await connection.InvokeRpcAsync(Services.Workflow, rpc, request, parser, options, retry);
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested && !token.IsCancellationRequested)
        {
            throw new RpcException(
                RpcException.StatusCode.Unavailable,
                $"{rpc} was given up: the worker stops and its server is not there",
                null
            );
        }
    }
}
