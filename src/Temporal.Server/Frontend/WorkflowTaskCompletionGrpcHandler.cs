using Temporal.Server.History;
using Temporal.Server.Storage;
using Temporal.Server.Visibility;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Workflow.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Frontend;

/// <summary>Processes workers' reports that workflow tasks completed or failed.</summary>
internal sealed class WorkflowTaskCompletionGrpcHandler(
    WorkflowEngine engine,
    NamespaceRegistry namespaces,
    SearchAttributeRegistry searchAttributes,
    WorkflowTaskGrpcHandler tasks,
    ActivityTaskStarter activities
)
{
    private const int MaxResetPoints = 20;
    private const long MaxEvents = 51_200;
    private const long MaxHistoryBytes = 50 * 1024 * 1024;

    // The request id that the Temporal server writes for a task that it returns with the completion response.
    private const string ReturnedTaskRequestId = "request-from-RespondWorkflowTaskCompleted";
    private const int WorkflowTaskField = RespondWorkflowTaskCompletedResponse.WorkflowTaskFieldNumber;

    public void Register(GrpcMethodRegistry table)
    {
        table.AddHandOver<RespondWorkflowTaskCompletedRequest>(CompleteAsync);
        table.AddAsync<RespondWorkflowTaskFailedRequest, RespondWorkflowTaskFailedResponse>(FailAsync);
        table.AddAsync<RespondQueryTaskCompletedRequest, RespondQueryTaskCompletedResponse>(AnswerQueryAsync);
        table.AddAsync<ResetStickyTaskQueueRequest, ResetStickyTaskQueueResponse>(ResetStickyAsync);
    }

    private async ValueTask<GrpcResponse> CompleteAsync(IncomingGrpcCall context, RespondWorkflowTaskCompletedRequest request)
    {
        var token = TaskTokenAndPageTokenReader.Task(request.TaskToken, namespaces, request.Namespace);
        var answers = new List<Action>();
        var (fault, response, task) = await engine.Store.ChangeAsync(
            token.NamespaceId,
            token.WorkflowId,
            w =>
            {
                // Checked first, because the Temporal server's message for a closed run differs between a completed and a failed task.
                if (engine.Store.Find(w, token.RunId) is { IsOpen: false })
                {
                    throw GrpcErrorFactory.NotFound("Workflow task not found.");
                }

                return Complete(w, token, request, answers);
            }
        );

        if (response.ActivityTasks.Count > 0)
        {
            var started = response.ActivityTasks.Select(eager => TaskToken.Parser.ParseFrom(eager.TaskToken)).ToList();
            context.WhenUndelivered(() => started.ForEach(activities.PutBackEager));
        }

        // Query answers are sent only after the change is durable. If the write failed, no query is answered, and the queries are sent
        // again.
        answers.ForEach(answer => answer());
        if (fault is not null)
        {
            throw GrpcErrorFactory.InvalidArgument(fault.FullMessage);
        }

        return task is null
            ? new GrpcResponse(response)
            : new GrpcResponse(EventHistoryPageBuilder.AppendField(response, WorkflowTaskField, task));
    }

    private static WorkflowTaskRejectionReason? BadBinary(TemporalNamespace ns, RespondWorkflowTaskCompletedRequest request) =>
        ns.BadBinaries.Contains(request.BinaryChecksum)
            ? new(WorkflowTaskFailedCause.BadBinary, $"binary {request.BinaryChecksum} is already marked as bad deployment")
            : null;

    private (WorkflowTaskRejectionReason? Fault, RespondWorkflowTaskCompletedResponse Response, byte[]? Task) Complete(
        SingleWorkflowRunCache workflow,
        TaskToken token,
        RespondWorkflowTaskCompletedRequest request,
        List<Action> answers
    )
    {
        var run = StartedTask(workflow, token);
        var ns = namespaces.FindById(run.NamespaceId)!;
        var response = new RespondWorkflowTaskCompletedResponse();
        var fault =
            BadBinary(ns, request)
            ?? new WorkflowCommandValidator(run, ns, namespaces, searchAttributes, request.Messages).Check(request.Commands)
            ?? UpdateProtocol.Check(workflow, run, request.Messages)
            ?? Unhandled(run, request);
        if (fault is not null)
        {
            if (run.Task!.Attempt > 1 && fault.Cause != WorkflowTaskFailedCause.UnhandledCommand && !fault.EndsRun)
            {
                // Rejected again: the task is left to its timeout, because a worker that always gives the same answer would loop without a
                // pause.
                return (fault, response, null);
            }

            run.WorkflowTask.Fail(
                fault.Cause,
                fault.Cause == WorkflowTaskFailedCause.Unspecified
                    ? null
                    : new Temporalio.Api.Failure.V1.Failure
                    {
                        Message = fault.FullMessage,
                        ServerFailureInfo = new Temporalio.Api.Failure.V1.ServerFailureInfo(),
                    },
                request.Identity,
                reschedule: !fault.EndsRun,
                binaryChecksum: request.BinaryChecksum
            );
            if (fault.Cause != WorkflowTaskFailedCause.UnhandledCommand)
            {
                UpdateProtocol.AbortSent(workflow, run);
            }

            if (fault.EndsRun)
            {
                engine.Chain.Terminate(workflow, run, fault.FullMessage, null, "history-service");
            }

            return (fault, response, null);
        }

        AnswerQueries(workflow, request, answers);
        if (IsNothing(run, request))
        {
            // Only rejections: the task leaves no trace in history, and the worker returns to its previous state.
            response.ResetHistoryEventId = run.PreviousStartedEventId;
            foreach (var message in request.Messages)
            {
                UpdateProtocol.Apply(workflow, run, message);
            }

            UpdateProtocol.RejectUnanswered(workflow, run);
            run.WorkflowTask.DropSpeculative();
            SetSticky(run, request);
            WorkflowQueryGrpcHandler.SendLeft(engine, workflow, run);
            return (null, response, Next(workflow, run, request, response));
        }

        var (behavior, version) = (run.Behavior, run.Deployment);
        var completedId = run.WorkflowTask.Complete(Completed(request));
        run.Changes.Visible |= run.Behavior != behavior || !Equals(run.Deployment, version);
        NoteBuild(run, request, completedId);
        foreach (var waiting in run.WaitForMove.Select(run.Activities.Find).OfType<PendingActivity>())
        {
            ActivityTransitions.Dispatch(run, waiting);
        }

        run.WaitForMove.Clear();
        SetSticky(run, request);
        var applier = new WorkflowCommandApplier(
            workflow,
            run,
            ns,
            namespaces,
            engine.Chain,
            completedId,
            request.Identity,
            request.Messages
        );
        applier.Apply(request.Commands);
        EndTooLong(workflow, run);
        if (run is { IsOpen: true, IsPaused: false })
        {
            StartEagerly(run, request, applier.Eager, response);
        }

        if (run.IsOpen)
        {
            UpdateProtocol.RejectUnanswered(workflow, run);
            var more = run.FlushBuffered();
            if (more || request.ForceCreateNewWorkflowTask || workflow.Updates.Admitted.Any())
            {
                // As in the Temporal server, a task for updates alone stays out of history only if it returns with this very response.
                var speculative =
                    !more && !request.ForceCreateNewWorkflowTask && request.ReturnNewWorkflowTask && workflow.Updates.Admitted.Any();
                if (run is { Task: null, IsPaused: false })
                {
                    run.WorkflowTask.Schedule(speculative);
                }
            }
        }

        WorkflowQueryGrpcHandler.SendLeft(engine, workflow, run);
        return (null, response, Next(workflow, run, request, response));
    }

    private void StartEagerly(
        MutableState run,
        RespondWorkflowTaskCompletedRequest request,
        List<PendingActivity> eager,
        RespondWorkflowTaskCompletedResponse response
    )
    {
        foreach (var activity in eager.Where(a => run.Activities.Find(a.ScheduledEventId) == a && !a.Record.CancelRequested))
        {
            response.ActivityTasks.Add(
                activities.StartEagerly(
                    run,
                    activity,
                    new ActivityWorkerIdentity(
                        request.Identity,
                        Guid.NewGuid().ToString(),
                        request.WorkerVersionStamp,
                        request.WorkerControlTaskQueue
                    )
                )
            );
        }
    }

    /// <summary>Starts the next workflow task and returns it with the response if the worker requested a new task.</summary>
    private byte[]? Next(
        SingleWorkflowRunCache workflow,
        MutableState run,
        RespondWorkflowTaskCompletedRequest request,
        RespondWorkflowTaskCompletedResponse response
    )
    {
        if (!request.ReturnNewWorkflowTask || !run.IsOpen || run.Task is not { StartedEventId: 0 })
        {
            return null;
        }

        run.Changes.DispatchWorkflowTask = false;
        return tasks.Start(workflow, run, request.Identity, ReturnedTaskRequestId, request.WorkerVersionStamp, partialHistory: true);
    }

    /// <summary>
    /// Terminates a run whose history exceeds the limits. Long before the history reached the limits, the run's worker was advised to
    /// continue as new.
    /// </summary>
    private void EndTooLong(SingleWorkflowRunCache workflow, MutableState run)
    {
        if (run.IsOpen && (run.NextEventId > MaxEvents || run.Record.HistorySize > MaxHistoryBytes))
        {
            engine.Chain.Terminate(
                workflow,
                run,
                run.NextEventId > MaxEvents ? "Workflow history count exceeds limit." : "Workflow history size exceeds limit.",
                null,
                "history-service"
            );
        }
    }

    private static WorkflowTaskRejectionReason? Unhandled(MutableState run, RespondWorkflowTaskCompletedRequest request) =>
        run.Buffered.Count > 0 && request.Commands.Any(WorkflowCommandSequenceValidator.IsClosing)
            ? new WorkflowTaskRejectionReason(WorkflowTaskFailedCause.UnhandledCommand, "")
            : null;

    private static bool IsNothing(MutableState run, RespondWorkflowTaskCompletedRequest request) =>
        run.Task!.Speculative
        && request.Commands.Count == 0
        && run.Buffered.Count == 0
        && !request.ForceCreateNewWorkflowTask
        && request.Messages.All(m => m.Body?.TypeUrl.EndsWith(".Rejection", StringComparison.Ordinal) == true);

    private static WorkflowTaskCompletedEventAttributes Completed(RespondWorkflowTaskCompletedRequest request) =>
        new()
        {
            Identity = request.Identity,
            BinaryChecksum = request.BinaryChecksum,
            SdkMetadata = request.SdkMetadata,
            MeteringMetadata = request.MeteringMetadata,
            WorkerVersion = request.WorkerVersionStamp,
            WorkerDeploymentName = request.DeploymentOptions?.DeploymentName ?? "",
            VersioningBehavior = DeploymentVersionText.From(request.DeploymentOptions) is null
                ? VersioningBehavior.Unspecified
                : request.VersioningBehavior,
            DeploymentVersion = DeploymentVersionText.From(request.DeploymentOptions),
        };

    private static void SetSticky(MutableState run, RespondWorkflowTaskCompletedRequest request)
    {
        if (!run.IsOpen)
        {
            return;
        }

        if (request.StickyAttributes is { WorkerTaskQueue.Name.Length: > 0 } sticky)
        {
            run.Record.StickyQueue = sticky.WorkerTaskQueue.Name;
            run.Record.StickyTimeout = sticky.ScheduleToStartTimeout;
        }
        else if (run.WorkflowTask.UsesStickyQueue)
        {
            run.WorkflowTask.ClearSticky();
        }
    }

    /// <summary>
    /// Records the build that completed the task. If this is the build's first task in the run, also records a reset point.
    /// </summary>
    private static void NoteBuild(MutableState run, RespondWorkflowTaskCompletedRequest request, long completedId)
    {
        var version = DeploymentVersionText.From(request.DeploymentOptions);
        if (version is not null && !run.Record.UsedVersions.Contains(DeploymentVersionText.Of(version)))
        {
            run.Record.UsedVersions.Add(DeploymentVersionText.Of(version));
            run.Changes.Visible = true;
        }

        var build = request.WorkerVersionStamp is { BuildId.Length: > 0 } stamp ? stamp.BuildId : version?.BuildId ?? "";
        var name =
            build.Length == 0 ? "unversioned"
            : request.WorkerVersionStamp is { UseVersioning: true } ? "versioned:" + build
            : "unversioned:" + build;
        if (version is null && !run.Record.BuildIds.Contains("unversioned"))
        {
            run.Record.BuildIds.Add("unversioned");
            run.Changes.Visible = true;
        }

        if (version is null && !run.Record.BuildIds.Contains(name))
        {
            run.Record.BuildIds.Add(name);
            run.Changes.Visible = true;
        }

        if (run.Record.ResetPoints.Any(p => p.BuildId == build && p.BinaryChecksum == request.BinaryChecksum))
        {
            return;
        }

        while (run.Record.ResetPoints.Count >= MaxResetPoints)
        {
            run.Record.ResetPoints.RemoveAt(0);
        }

        run.Record.ResetPoints.Add(
            new ResetPointInfo
            {
                BinaryChecksum = request.BinaryChecksum,
                BuildId = build,
                RunId = run.RunId,
                FirstWorkflowTaskCompletedId = completedId,
                CreateTime = run.Now.Stamp(),
                Resettable = run.Children.Count + run.Externals.Signals.Count + run.Externals.Cancels.Count == 0,
            }
        );
    }

    private void AnswerQueries(SingleWorkflowRunCache workflow, RespondWorkflowTaskCompletedRequest request, List<Action> answers)
    {
        foreach (var (id, result) in request.QueryResults)
        {
            if (workflow.Queries.RemoveAnsweredWithTask(id)?.Answer is not { } asked)
            {
                continue;
            }

            answers.Add(
                GrpcArgumentValidator.TooLarge(result.Answer, namespaces.BlobSizeLimit) is { } fault
                    ? () => asked.TrySetException(fault)
                    : () => asked.TrySetResult(result)
            );
        }
    }

    /// <summary>Finds the run whose started task a token identifies.</summary>
    private MutableState StartedTask(SingleWorkflowRunCache workflow, TaskToken token)
    {
        var run = engine.Store.Find(workflow, token.RunId);
        if (run is null)
        {
            throw GrpcErrorFactory.NotFound(
                $"workflow execution not found for workflow ID \"{token.WorkflowId}\" and run ID \"{token.RunId}\""
            );
        }

        return
            run.IsOpen
            && run.Task is { } task
            && task.ScheduledEventId == token.ScheduledEventId
            && task.StartedEventId == token.StartedEventId
            && task.Attempt == token.Attempt
            && task.RequestId == token.RequestId
            ? run
            : throw GrpcErrorFactory.NotFound("Workflow task not found.");
    }

    private async ValueTask<RespondWorkflowTaskFailedResponse> FailAsync(IncomingGrpcCall context, RespondWorkflowTaskFailedRequest request)
    {
        var token = TaskTokenAndPageTokenReader.Task(request.TaskToken, namespaces, request.Namespace);
        var failure = request.Failure;
        if (failure is not null && failure.CalculateSize() > namespaces.BlobSizeLimit)
        {
            failure = ServerFailureFactory.Server("failure exceeds size limit.");
        }

        await engine.Store.ChangeAsync(
            token.NamespaceId,
            token.WorkflowId,
            w =>
            {
                if (engine.Store.Find(w, token.RunId) is { IsOpen: false })
                {
                    throw WorkflowGrpcHandler.Closed();
                }

                var run = StartedTask(w, token);
                if (request.Cause == WorkflowTaskFailedCause.GrpcMessageTooLarge)
                {
                    // If a response was too large for the worker to send, it would be too large in every later attempt.
                    engine.Chain.Terminate(w, run, "GrpcMessageTooLarge", null, "history-service");
                    return;
                }

                run.WorkflowTask.Fail(
                    request.Cause,
                    failure,
                    request.Identity,
                    binaryChecksum: request.BinaryChecksum,
                    version: request.WorkerVersion
                );
            }
        );
        return new RespondWorkflowTaskFailedResponse();
    }

    private async ValueTask<RespondQueryTaskCompletedResponse> AnswerQueryAsync(
        IncomingGrpcCall _,
        RespondQueryTaskCompletedRequest request
    )
    {
        var token = TaskTokenAndPageTokenReader.Task(request.TaskToken, namespaces, request.Namespace);
        if (token.QueryId.Length == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("Invalid TaskToken.");
        }

        // An answer without a result: the caller continues to wait, as in the Temporal server.
        var isNone = request.CompletedType == QueryResultType.Unspecified;
        var query = await engine.Store.ChangeAsync(
            token.NamespaceId,
            token.WorkflowId,
            w => isNone ? w.Queries.Find(token.QueryId) : w.Queries.RemoveQuery(token.QueryId)
        );
        if (query is null)
        {
            if (await engine.Store.ChangeAsync(token.NamespaceId, token.WorkflowId, w => w.Queries.IsAnsweredTwice(token.QueryId)))
            {
                return new RespondQueryTaskCompletedResponse();
            }
            throw GrpcErrorFactory.NotFound("query task not found, or already expired");
        }
        if (isNone)
        {
            return new RespondQueryTaskCompletedResponse();
        }
        if (GrpcArgumentValidator.TooLarge(request.QueryResult, namespaces.BlobSizeLimit) is { } fault)
        {
            query.Answer.TrySetResult(
                new Temporalio.Api.Query.V1.WorkflowQueryResult { ResultType = QueryResultType.Failed, ErrorMessage = fault.Message }
            );
            return new RespondQueryTaskCompletedResponse();
        }

        query.Answer.TrySetResult(
            new Temporalio.Api.Query.V1.WorkflowQueryResult
            {
                ResultType = request.CompletedType,
                Answer = request.QueryResult,
                ErrorMessage = request.ErrorMessage,
                Failure = request.Failure,
            }
        );
        return new RespondQueryTaskCompletedResponse();
    }

    private async ValueTask<ResetStickyTaskQueueResponse> ResetStickyAsync(IncomingGrpcCall context, ResetStickyTaskQueueRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        GrpcArgumentValidator.Execution(request.Execution);
        await engine.Store.ChangeAsync(
            ns.Id,
            request.Execution.WorkflowId,
            w =>
            {
                var run = engine.Store.Require(w, request.Execution.RunId);
                if (!run.IsOpen)
                {
                    throw GrpcErrorFactory.NotFound("workflow execution already completed");
                }

                run.WorkflowTask.ClearSticky();
                run.Changes.DispatchWorkflowTask = run.Task is { StartedEventId: 0 };
            }
        );
        return new ResetStickyTaskQueueResponse();
    }
}
