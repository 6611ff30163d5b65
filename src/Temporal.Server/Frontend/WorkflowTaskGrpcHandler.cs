using Google.Protobuf;
using Temporal.Server.History;
using Temporal.Server.Matching;
using Temporal.Server.Storage;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using TaskQueue = Temporalio.Api.TaskQueue.V1.TaskQueue;

namespace Temporal.Server.Frontend;

/// <summary>Dispatches workflow tasks and queries.</summary>
internal sealed class WorkflowTaskGrpcHandler(
    WorkflowEngine engine,
    NamespaceRegistry namespaces,
    WorkerPolls polls,
    WorkerDeploymentRegistry deployments,
    ServerStopSignal stopping
)
{
    private const int HistoryField = PollWorkflowTaskQueueResponse.HistoryFieldNumber;

    // Maximum number of event batches that a task contains. The worker fetches the rest.
    private const int FirstPage = 256;
    private static readonly TimeSpan PollLimit = TimeSpan.FromSeconds(60);

    public void Register(GrpcMethodRegistry table) => table.AddHandOver<PollWorkflowTaskQueueRequest>(PollAsync);

    /// <summary>Starts the task for a worker and encodes the response, or returns null if the task is obsolete. The caller must hold the
    /// workflow's lock.</summary>
    public byte[]? Start(
        SingleWorkflowRunCache workflow,
        MutableState run,
        string identity,
        string requestId,
        WorkerVersionStamp? version,
        bool partialHistory,
        int behind = 0,
        bool targetChanged = false
    )
    {
        run.WorkflowTask.Start(identity, requestId, version, targetChanged);
        return Started(workflow, run, partialHistory, behind);
    }

    /// <summary>
    /// Returns a run's first task with the response to the start, if the client requested an eager start. A repeated start gets the same
    /// task until a worker has completed the task. Returns null if the task is in a backoff or another worker has started it.
    /// </summary>
    public PollWorkflowTaskQueueResponse? StartEagerly(
        SingleWorkflowRunCache workflow,
        MutableState run,
        StartWorkflowExecutionRequest request
    )
    {
        if (run is not { IsOpen: true, PreviousStartedEventId: 0, Task: { Attempt: 1 } task })
        {
            return null;
        }

        if (task.StartedEventId == 0)
        {
            run.Changes.DispatchWorkflowTask = false;
            run.WorkflowTask.Start(request.Identity, request.RequestId, null);
        }

        return task.RequestId == request.RequestId
            ? PollWorkflowTaskQueueResponse.Parser.ParseFrom(Started(workflow, run, partialHistory: false))
            : null;
    }

    /// <summary>Builds the response for the worker that started the task.</summary>
    private byte[] Started(SingleWorkflowRunCache workflow, MutableState run, bool partialHistory, int behind = 0)
    {
        var task = run.Task!;
        var response = new PollWorkflowTaskQueueResponse
        {
            TaskToken = new TaskToken
            {
                NamespaceId = run.NamespaceId,
                WorkflowId = run.WorkflowId,
                RunId = run.RunId,
                ScheduledEventId = task.ScheduledEventId,
                StartedEventId = task.StartedEventId,
                Attempt = task.Attempt,
                RequestId = task.RequestId,
            }.ToByteString(),
            WorkflowExecution = run.Execution,
            WorkflowType = run.Start.WorkflowType,
            PreviousStartedEventId = run.PreviousStartedEventId,
            StartedEventId = task.StartedEventId,
            Attempt = task.Attempt,
            BacklogCountHint = behind,
            WorkflowExecutionTaskQueue = new TaskQueue { Name = run.Start.TaskQueue.Name, Kind = TaskQueueKind.Normal },
            ScheduledTime = task.ScheduledTime,
            StartedTime = task.StartedTime,
        };
        response.Messages.AddRange(UpdateProtocol.Outgoing(workflow, run, task.StartedEventId));

        // Includes queries that a worker already holds as separate tasks: a worker that takes this task first no longer answers those.
        foreach (var query in workflow.Queries.Of(run))
        {
            query.AttachToWorkflowTask();
            response.Queries.Add(query.Id, query.Query);
        }

        return Encode(run, response, partialHistory ? run.PreviousStartedEventId + 1 : 1, run.WorkflowTask.UnwrittenEvents());
    }

    private async ValueTask<GrpcResponse> PollAsync(IncomingGrpcCall context, PollWorkflowTaskQueueRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        GrpcArgumentValidator.TaskQueue(request.TaskQueue);
        if (ns.BadBinaries.Contains(request.BinaryChecksum))
        {
            throw GrpcErrorFactory.InvalidArgument($"binary {request.BinaryChecksum} already marked as bad deployment");
        }

        LongPoll.RequireTime(context);
        using var poll = new LongPoll(context, PollLimit, stopping.Token);
        using var noted = polls.Note(request.WorkerInstanceKey, poll);
        var poller = TaskQueueDescriber.Poller(request.Identity, request.WorkerVersionCapabilities, request.DeploymentOptions, null);
        var version = DeploymentVersionText.None;
        if (request.TaskQueue.Kind != TaskQueueKind.Sticky)
        {
            version = DeploymentVersionText.Of(request.DeploymentOptions);
            await deployments.RegisterVersionAsync(ns.Id, request.DeploymentOptions, request.TaskQueue.Name, activity: false);
        }

        while (await engine.Queues.PollAsync(ns.Id, request.TaskQueue.Name, activity: false, version, poller, poll.Token) is { } queued)
        {
            if (context.CancellationToken.IsCancellationRequested)
            {
                engine.Queues.Add(queued);
                break;
            }

            // The task is also returned if the start failed, because it has left the queue and no other poll would receive it.
            var requestId = Guid.NewGuid().ToString();
            context.WhenUndelivered(() => PutBack(queued, requestId));
            var answer = queued is QueuedQueryTask query
                ? await StartQueryAsync(query, request)
                : await engine.Store.ChangeAsync(
                    queued.NamespaceId,
                    queued.WorkflowId,
                    w => StartTask(w, (QueuedWorkflowTask)queued, request, requestId),
                    deferred: true
                );
            if (answer is not null)
            {
                return new GrpcResponse(answer);
            }
        }

        return new GrpcResponse(new PollWorkflowTaskQueueResponse());
    }

    private byte[]? StartTask(
        SingleWorkflowRunCache workflow,
        QueuedWorkflowTask queued,
        PollWorkflowTaskQueueRequest request,
        string requestId
    )
    {
        if (
            engine.Store.Find(workflow, queued.RunId) is not { IsOpen: true, IsPaused: false } run
            || run.Task is not { StartedEventId: 0 } task
            || task.ScheduledEventId != queued.ScheduledEventId
            || task.Queue != queued.Queue
            || !HasItsPlace(run, queued)
        )
        {
            return null;
        }

        if (request.TaskQueue.Kind != TaskQueueKind.Sticky && run.WorkflowTask.UsesStickyQueue)
        {
            run.WorkflowTask.ClearSticky();
        }

        return Start(
            workflow,
            run,
            request.Identity,
            requestId,
            TaskQueueDescriber.Version(request.WorkerVersionCapabilities),
            partialHistory: task.Sticky,
            behind: queued.Behind,
            targetChanged: NoteVersion(run, DeploymentVersionText.From(request.DeploymentOptions))
        );
    }

    private bool NoteVersion(MutableState run, Temporalio.Api.Deployment.V1.WorkerDeploymentVersion? version)
    {
        var target = DeploymentVersionText.Read(
            deployments.RouteOf(run.NamespaceId, run.Start.TaskQueue.Name, activity: false, run.WorkflowId)
        );
        if (version is null && target is null)
        {
            // Fast path, because most workers and their queues are unversioned.
            run.Record.Transition = null;
            return false;
        }

        var revision = deployments.RevisionOf(run.NamespaceId, (version ?? target)!.DeploymentName);
        return WorkflowDeploymentVersionResolver.NoteTaken(run, version, target, revision);
    }

    /// <summary>
    /// True if the options that decide the task's position in the queue are unchanged since the task was queued. Otherwise, the task must
    /// not start from this position.
    /// </summary>
    private static bool HasItsPlace(MutableState run, QueuedWorkflowTask queued) =>
        queued.Priority == (run.Priority?.PriorityKey ?? 0)
        && queued.FairnessKey == (run.Priority?.FairnessKey ?? "")
        && queued.RunPinned == WorkflowDeploymentVersionResolver.Pinned(run);

    private async Task<byte[]?> StartQueryAsync(QueuedQueryTask queued, PollWorkflowTaskQueueRequest request)
    {
        if (!queued.Query.IsOffered(queued.Offer))
        {
            return null;
        }

        return await engine.Store.ChangeAsync(
            queued.NamespaceId,
            queued.WorkflowId,
            workflow =>
            {
                if (
                    engine.Store.Find(workflow, queued.RunId) is not { } run
                    || !queued.Query.IsOffered(queued.Offer)
                    || WorkflowQueryGrpcHandler.TryAttachToWorkflowTask(run, queued.Query)
                )
                {
                    return null;
                }

                queued.Query.RecordWorker(request.Identity);
                var response = new PollWorkflowTaskQueueResponse
                {
                    TaskToken = new TaskToken
                    {
                        NamespaceId = run.NamespaceId,
                        WorkflowId = run.WorkflowId,
                        RunId = run.RunId,
                        QueryId = queued.Query.Id,
                    }.ToByteString(),
                    WorkflowExecution = run.Execution,
                    WorkflowType = run.Start.WorkflowType,
                    PreviousStartedEventId = run.PreviousStartedEventId,
                    Attempt = 1,
                    WorkflowExecutionTaskQueue = new TaskQueue { Name = run.Start.TaskQueue.Name, Kind = TaskQueueKind.Normal },
                    Query = queued.Query.Query,
                };

                // The Temporal server omits the history for a worker that has the run cached. If that worker has evicted it meanwhile, it
                // fetches the history with all later events: see RidesOnTask. Therefore the query carries the history to which it applies.
                return Encode(run, response, 1, [], maxEvents: int.MaxValue, maxBatches: int.MaxValue);
            }
        );
    }

    /// <summary>Appends the first page of history to the response.</summary>
    private byte[] Encode(
        MutableState run,
        PollWorkflowTaskQueueResponse response,
        long from,
        IReadOnlyList<Temporalio.Api.History.V1.HistoryEvent> unwritten,
        int maxEvents = EventHistoryPageBuilder.MaxPageEvents,
        int maxBatches = FirstPage
    )
    {
        var written = run.Changes.Events;
        var last = run.NextEventId - 1;
        var stored = written.Count > 0 ? written[0].EventId - 1 : last;
        var (page, next) = EventHistoryPageBuilder.Page(engine.Store.Batches(run, from), from, stored, maxEvents, maxBatches);
        if (next <= stored)
        {
            // The worker fetches the rest by token, including the events that this change writes.
            response.NextPageToken = new PageToken
            {
                NamespaceId = run.NamespaceId,
                WorkflowId = run.WorkflowId,
                RunId = run.RunId,
                FirstEventId = from,
                NextEventId = next,
                EndEventId = last,
                TransientEvents = ByteString.CopyFrom(EventHistoryPageBuilder.Encode(unwritten)),
            }.ToByteString();
            return EventHistoryPageBuilder.AppendField(response, HistoryField, page);
        }

        var tail = EventHistoryPageBuilder.Encode(written.Where(e => e.EventId >= from).Concat(unwritten));
        var whole = new byte[page.Length + tail.Length];
        page.CopyTo(whole, 0);
        tail.CopyTo(whole, page.Length);
        return EventHistoryPageBuilder.AppendField(response, HistoryField, whole);
    }

    /// <summary>
    /// Makes a task available again after its start failed, or after its worker disconnected before receiving the response. A task that has
    /// already started is timed out instead of being queued again.
    /// </summary>
    private void PutBack(QueuedTemporalTask queued, string requestId)
    {
        if (queued is QueuedQueryTask)
        {
            engine.Queues.Add(queued);
            return;
        }

        var task = (QueuedWorkflowTask)queued;
        engine.Detached(
            task.WorkflowId,
            () =>
                engine.Store.ChangeAsync(
                    task.NamespaceId,
                    task.WorkflowId,
                    w =>
                    {
                        if (engine.Store.Find(w, task.RunId) is not { IsOpen: true, Task: { } present } run)
                        {
                            return;
                        }

                        if (present.StartedEventId > 0 && present.RequestId == requestId)
                        {
                            run.WorkflowTask.TimeOut(TimeoutType.StartToClose);
                        }
                        else if (
                            present.StartedEventId == 0
                            && present.ScheduledEventId == task.ScheduledEventId
                            && present.Queue == task.Queue
                        )
                        {
                            engine.Queues.Add(task);
                        }
                    }
                )
        );
    }
}

/// <summary>Signals that the server is stopping, so that open polls end with an empty response.</summary>
internal sealed class ServerStopSignal : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    public CancellationToken Token => _source.Token;

    public void Stop() => _source.Cancel();

    public void Dispose() => _source.Dispose();
}
