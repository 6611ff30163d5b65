using Temporal.Server.History;
using Temporal.Server.Matching;
using Temporal.Server.Timers;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Frontend;

/// <summary>Dispatches queries with the run's next workflow task if one is pending, otherwise as separate query tasks.</summary>
internal sealed class WorkflowQueryGrpcHandler(
    WorkflowEngine engine,
    NamespaceRegistry namespaces,
    ServerStopSignal stopping,
    TimerService timers,
    TimeProvider time
)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // Interval for checking that the worker that took a query is still alive.
    private static readonly TimeSpan WorkerWatch = TimeSpan.FromSeconds(1);

    public void Register(GrpcMethodRegistry table) => table.AddAsync<QueryWorkflowRequest, QueryWorkflowResponse>(QueryAsync);

    private async ValueTask<QueryWorkflowResponse> QueryAsync(IncomingGrpcCall context, QueryWorkflowRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        GrpcArgumentValidator.Execution(request.Execution);
        if (request.Query is null)
        {
            throw GrpcErrorFactory.InvalidArgument("WorkflowQuery is not set on request.");
        }

        if (request.Query.QueryType.Length == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("QueryType is not set on request.");
        }

        GrpcArgumentValidator.Blob(request.Query.QueryArgs, ns.BlobSizeLimit);
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

    /// <summary>
    /// Sends the query and returns its response. Returns null if the workflow's cached state, which includes the query, was dropped in the
    /// meantime.
    /// </summary>
    private async Task<QueryWorkflowResponse?> AskAsync(
        IncomingGrpcCall context,
        string namespaceId,
        QueryWorkflowRequest request,
        LongPoll wait
    )
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
                : throw GrpcErrorFactory.QueryFailed(result.ErrorMessage, result.Failure);
        }
        catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
        {
            // UNAVAILABLE makes the client retry with the next server. DEADLINE_EXCEEDED would suggest to users that no worker is running.
            throw stopping.Token.IsCancellationRequested
                ? GrpcErrorFactory.Unavailable("the server is stopping")
                : GrpcErrorFactory.Of(StatusCode.DeadlineExceeded, "query timed out before a worker could process it");
        }
        finally
        {
            // No caller waits for the query any more, and queues skip a canceled query.
            query.Answer.TrySetCanceled(CancellationToken.None);
            await engine.Store.ChangeAsync(namespaceId, request.Execution.WorkflowId, w => w.Queries.Remove(query));
        }
    }

    /// <summary>
    /// Waits for the answer to a query, or until the workflow's cached state is dropped. If the chosen worker died, was too slow, or left
    /// the query in its sticky queue, offers the query to any worker. If the run ends with the workflow task that carried the query, sends
    /// the query again.
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

    private WorkflowExecutionStatus? Ask(SingleWorkflowRunCache workflow, QueryWorkflowRequest request, PendingQuery query)
    {
        var run =
            engine.Store.Find(workflow, request.Execution.RunId)
            ?? throw (
                request.Execution.RunId.Length > 0
                    ? GrpcErrorFactory.NotFound(
                        $"workflow execution not found for workflow ID \"{workflow.WorkflowId}\" and run ID \"{request.Execution.RunId}\""
                    )
                    : GrpcErrorFactory.NotFound($"workflow not found for ID: {workflow.WorkflowId}")
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
            // No worker would receive the query before the run is unpaused.
            return run.Status;
        }

        if (
            run is { IsOpen: false, PreviousStartedEventId: 0 }
            && !engine.Store.Batches(run, 1).SelectMany(CachedEventHistory.Decode).Any(IsTaskStarted)
        )
        {
            throw GrpcErrorFactory.WorkflowNotReady("Workflow execution closed before WorkflowTaskStarted event");
        }

        if (run is { IsOpen: true, Task: null, WorkflowTask.InFirstTaskBackoff: true, PreviousStartedEventId: 0 })
        {
            throw GrpcErrorFactory.WorkflowNotReady("Workflow task is not scheduled yet.");
        }

        if (run is { IsOpen: true, Task.Attempt: >= 3 } && WillBringQueries(run))
        {
            throw GrpcErrorFactory.WorkflowNotReady("Unable to query workflow due to Workflow Task in failed state.");
        }

        query.RunId = run.RunId;
        workflow.Queries.Add(query);
        Send(engine, run, query);
        return null;
    }

    // A query waits for the first task, which delivers the history that an answer needs. A paused run's other tasks may be long in coming.
    private static bool WillBringQueries(MutableState run) =>
        run.IsOpen && (run.PreviousStartedEventId == 0 || (run.Task is { } task && (task.StartedEventId > 0 || !run.IsPaused)));

    /// <summary>
    /// Attaches a query to the run's pending workflow task, or returns false if there is none. A separate query task must not deliver
    /// events beyond the last completed workflow task. Otherwise, the worker would cache a state that no replay reaches, and the resulting
    /// history could not be replayed.
    /// </summary>
    public static bool TryAttachToWorkflowTask(MutableState run, PendingQuery query)
    {
        if (!WillBringQueries(run))
        {
            return false;
        }

        query.AttachToWorkflowTask();
        return true;
    }

    private static bool IsTaskStarted(HistoryEvent e) => e.EventType == EventType.WorkflowTaskStarted;

    /// <summary>
    /// Sends queries that arrived during a workflow task as separate query tasks, if no later workflow task will carry them. Queries that
    /// already have separate tasks are left unchanged.
    /// </summary>
    public static void SendLeft(WorkflowEngine engine, SingleWorkflowRunCache workflow, MutableState run)
    {
        foreach (var query in workflow.Queries.Of(run).Where(query => query.Rides))
        {
            Send(engine, run, query, answered: true);
        }
    }

    /// <summary>
    /// Attaches a query to the run's workflow task. If there is none, offers the query to the worker that has the run cached, or else to
    /// any worker.
    /// </summary>
    /// <param name="engine">The engine.</param>
    /// <param name="run">The queried run.</param>
    /// <param name="query">The query.</param>
    /// <param name="anyWorker">True to skip the worker that has the run cached.</param>
    /// <param name="answered">True if that worker has just completed a task. It is then alive even if it has not polled its sticky queue
    /// yet: a worker first polls that queue after its first task.</param>
    public static void Send(WorkflowEngine engine, MutableState run, PendingQuery query, bool anyWorker = false, bool answered = false)
    {
        if (TryAttachToWorkflowTask(run, query))
        {
            return;
        }

        var sticky =
            !anyWorker
            && run.WorkflowTask.UsesStickyQueue
            && (answered || engine.Queues.StickyWorkerLives(run.NamespaceId, run.Record.StickyQueue));
        var offer = query.Offer(sticky ? run.Record.StickyTimeout.Span() : null);
        engine.Queues.Add(
            new QueuedQueryTask(
                run.NamespaceId,
                run.WorkflowId,
                run.RunId,
                sticky ? run.Record.StickyQueue : run.Start.TaskQueue.Name,
                query,
                offer
            )
            {
                Pinned = sticky ? DeploymentVersionText.None : WorkflowDeploymentVersionResolver.Pinned(run),
            }
        );
    }
}
