using Temporal.Server.History;
using Temporal.Server.Matching;
using Temporal.Server.Timers;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Frontend;

/// <summary>Queries: with the run's next workflow task when one is pending, else by a task of their own.</summary>
internal sealed class QueryHandler(
    WorkflowEngine engine,
    NamespaceRegistry namespaces,
    Stopping stopping,
    TimerService timers,
    TimeProvider time
)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // How often it is looked whether the worker that has a query still lives.
    private static readonly TimeSpan WorkerWatch = TimeSpan.FromSeconds(1);

    public void Register(RpcTable table) => table.AddAsync<QueryWorkflowRequest, QueryWorkflowResponse>(QueryAsync);

    private async ValueTask<QueryWorkflowResponse> QueryAsync(RpcCall context, QueryWorkflowRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        Require.Execution(request.Execution);
        if (request.Query is null)
        {
            throw RpcErrors.InvalidArgument("WorkflowQuery is not set on request.");
        }

        if (request.Query.QueryType.Length == 0)
        {
            throw RpcErrors.InvalidArgument("QueryType is not set on request.");
        }

        Require.Blob(request.Query.QueryArgs, ns.BlobSizeLimit);
        using var wait = new LongPoll(context, Limit, stopping.Token);
        using var counted = timers.BeginWork();
        while (true)
        {
            if (await AskAsync(context, ns.Id, request, wait) is { } answer)
            {
                return answer;
            }
        }
    }

    /// <summary>The answer; null when the workflow's memory was dropped meanwhile, and the query with it.</summary>
    private async Task<QueryWorkflowResponse?> AskAsync(RpcCall context, string namespaceId, QueryWorkflowRequest request, LongPoll wait)
    {
        var query = new PendingQuery(request.Query, time, engine.DeadWorkers);
        try
        {
            var (rejected, gone) = await engine.Store.ChangeAsync(
                namespaceId,
                request.Execution.WorkflowId,
                w => (Ask(w, request, query), w.Gone)
            );
            if (rejected is { } status)
            {
                return new QueryWorkflowResponse { QueryRejected = new QueryRejected { Status = status } };
            }

            await AnsweredAsync(namespaceId, request.Execution.WorkflowId, query, gone, wait.Token);
            if (!query.Answer.Task.IsCompleted)
            {
                return null;
            }

            var result = await query.Answer.Task;
            return result.ResultType == QueryResultType.Answered
                ? new QueryWorkflowResponse { QueryResult = result.Answer }
                : throw RpcErrors.QueryFailed(result.ErrorMessage, result.Failure);
        }
        catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
        {
            // Whoever asks a server that stops asks its successor; a time limit would tell that nobody works there.
            throw stopping.Token.IsCancellationRequested
                ? RpcErrors.Unavailable("the server is stopping")
                : RpcErrors.Of(StatusCode.DeadlineExceeded, "query timed out before a worker could process it");
        }
        finally
        {
            // In a queue it is passed by: nobody waits for it any more.
            query.Answer.TrySetCanceled(CancellationToken.None);
            await engine.Store.ChangeAsync(namespaceId, request.Execution.WorkflowId, w => w.Queries.Remove(query));
        }
    }

    /// <summary>
    /// Waits for the answer, or until the workflow's memory is dropped. A query whose worker has died meanwhile goes to another, and so
    /// does one that was not answered in time, or not taken in time by the worker with the run in memory, and one whose task is gone
    /// with its run.
    /// </summary>
    private async Task AnsweredAsync(string namespaceId, string workflowId, PendingQuery query, Task gone, CancellationToken limit)
    {
        while (
            await Task.WhenAny(query.Answer.Task, gone, Task.Delay(WorkerWatch, limit)) is var ended
            && ended != query.Answer.Task
            && ended != gone
        )
        {
            await ended;
            if (!query.IsLost && !query.Rides)
            {
                continue;
            }

            await engine.Store.ChangeAsync(
                namespaceId,
                workflowId,
                w =>
                {
                    if ((query.IsLost || query.Rides) && engine.Store.Find(w, query.RunId) is { } run)
                    {
                        Send(engine, run, query, anyWorker: query.IsLost);
                    }
                }
            );
        }
    }

    private WorkflowExecutionStatus? Ask(Workflow workflow, QueryWorkflowRequest request, PendingQuery query)
    {
        var run =
            engine.Store.Find(workflow, request.Execution.RunId)
            ?? throw (
                request.Execution.RunId.Length > 0
                    ? RpcErrors.NotFound(
                        $"workflow execution not found for workflow ID \"{workflow.WorkflowId}\" and run ID \"{request.Execution.RunId}\""
                    )
                    : RpcErrors.NotFound($"workflow not found for ID: {workflow.WorkflowId}")
            );
        if (
            (request.QueryRejectCondition == QueryRejectCondition.NotOpen && !run.IsOpen)
            || (
                request.QueryRejectCondition == QueryRejectCondition.NotCompletedCleanly
                && !run.IsOpen
                && run.Status != WorkflowExecutionStatus.Completed
            )
        )
        {
            return run.Status;
        }

        if (run.IsPaused)
        {
            // No worker would have it: it would wait as long as the pause.
            return run.Status;
        }

        if (
            run is { IsOpen: false, PreviousStartedEventId: 0 }
            && !engine.Store.Batches(run, 1).SelectMany(HistoryLog.Decode).Any(IsTaskStarted)
        )
        {
            throw RpcErrors.WorkflowNotReady("Workflow execution closed before WorkflowTaskStarted event");
        }

        if (run is { IsOpen: true, Task: null, WorkflowTask.InFirstTaskBackoff: true, PreviousStartedEventId: 0 })
        {
            throw RpcErrors.WorkflowNotReady("Workflow task is not scheduled yet.");
        }

        if (run is { IsOpen: true, Task.Attempt: >= 3 } && WillBringQueries(run))
        {
            throw RpcErrors.WorkflowNotReady("Unable to query workflow due to Workflow Task in failed state.");
        }

        query.RunId = run.RunId;
        workflow.Queries.Add(query);
        Send(engine, run, query);
        return null;
    }

    // The first task brings the history that an answer needs, so a query waits for it; a paused run's other tasks may be long in coming.
    private static bool WillBringQueries(MutableState run) =>
        run.IsOpen && (run.PreviousStartedEventId == 0 || (run.Task is { } task && (task.StartedEventId > 0 || !run.IsPaused)));

    /// <summary>
    /// Lets a query go with the run's workflow task; false where there is none. A worker must not get a query with a history that goes
    /// beyond the last task that was answered: it would carry out what comes behind, and keep the run so in memory. When the task itself
    /// comes, the run has done in two steps what every replay does in one, and its history is one that no worker can replay.
    /// </summary>
    public static bool RidesOnTask(MutableState run, PendingQuery query)
    {
        if (!WillBringQueries(run))
        {
            return false;
        }

        query.Ride();
        return true;
    }

    private static bool IsTaskStarted(HistoryEvent e) => e.EventType == EventType.WorkflowTaskStarted;

    /// <summary>
    /// Queries that came while a task was out and ride on no other go by themselves. Those that go by themselves already are left alone.
    /// </summary>
    public static void SendLeft(WorkflowEngine engine, Workflow workflow, MutableState run)
    {
        foreach (var query in workflow.Queries.Of(run).Where(query => query.Rides))
        {
            Send(engine, run, query, answered: true);
        }
    }

    /// <summary>Lets a query go with the run's workflow task, else offers it to a worker that has the run in memory, else to any.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="run">The run that is asked.</param>
    /// <param name="query">The query.</param>
    /// <param name="anyWorker">True if the worker with the run in memory is not to be waited for.</param>
    /// <param name="answered">
    /// True right after that worker answered a task: it lives, also if it has not polled its own queue yet, which it does for the first
    /// time after its first task.
    /// </param>
    public static void Send(WorkflowEngine engine, MutableState run, PendingQuery query, bool anyWorker = false, bool answered = false)
    {
        if (RidesOnTask(run, query))
        {
            return;
        }

        var sticky =
            !anyWorker
            && run.WorkflowTask.UsesStickyQueue
            && (answered || engine.Queues.StickyWorkerLives(run.NamespaceId, run.Record.StickyQueue));
        var offer = query.Offer(sticky ? run.Record.StickyTimeout.Span() : null);
        engine.Queues.Add(
            new QueryQueuedTask(
                run.NamespaceId,
                run.WorkflowId,
                run.RunId,
                sticky ? run.Record.StickyQueue : run.Start.TaskQueue.Name,
                query,
                offer
            )
            {
                Pinned = sticky ? BuildVersion.None : RunVersions.Pinned(run),
            }
        );
    }
}
