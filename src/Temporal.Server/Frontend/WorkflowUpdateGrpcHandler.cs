using Temporal.Server.History;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;
using Stage = Temporalio.Api.Enums.V1.UpdateWorkflowExecutionLifecycleStage;

namespace Temporal.Server.Frontend;

/// <summary>Admits workflow updates, and waits until they reach the stages that callers request.</summary>
internal sealed class WorkflowUpdateGrpcHandler(WorkflowEngine engine, NamespaceRegistry namespaces, ServerStopSignal stopping)
{
    private const int MaxInFlight = 10;
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);

    public void Register(GrpcMethodRegistry table)
    {
        table.AddAsync<UpdateWorkflowExecutionRequest, UpdateWorkflowExecutionResponse>(UpdateAsync);
        table.AddAsync<PollWorkflowExecutionUpdateRequest, PollWorkflowExecutionUpdateResponse>(PollAsync);
    }

    private async ValueTask<UpdateWorkflowExecutionResponse> UpdateAsync(IncomingGrpcCall context, UpdateWorkflowExecutionRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        Check(request);
        NotAdmitted(request.WaitPolicy);
        return await FollowAsync(
            context,
            request.Namespace,
            request.WaitPolicy?.LifecycleStage ?? Stage.Unspecified,
            () =>
                engine.Store.ChangeAsync(
                    ns.Id,
                    request.WorkflowExecution.WorkflowId,
                    w =>
                    {
                        var run =
                            engine.Store.Find(w, request.WorkflowExecution.RunId)
                            ?? throw (
                                request.WorkflowExecution.RunId.Length > 0
                                    ? GrpcErrorFactory.NotFound(
                                        $"workflow execution not found for workflow ID \"{w.WorkflowId}\" and run ID "
                                            + $"\"{request.WorkflowExecution.RunId}\""
                                    )
                                    : GrpcErrorFactory.NotFound($"workflow not found for ID: {w.WorkflowId}")
                            );
                        if (request.FirstExecutionRunId.Length > 0 && run.FirstRunId != request.FirstExecutionRunId)
                        {
                            throw GrpcErrorFactory.NotFound("workflow execution not found");
                        }

                        return (w, run, Admit(w, run, request.Request));
                    }
                )
        );
    }

    /// <summary>Finds the update, or admits it and ensures that a workflow task delivers it to the worker. The caller must hold the
    /// workflow's lock.</summary>
    public PendingUpdate Admit(SingleWorkflowRunCache workflow, MutableState run, Request request)
    {
        var id = request.Meta.UpdateId;
        if (FindUpdate(workflow, run, id) is { } known)
        {
            return known;
        }

        if (!run.IsOpen)
        {
            throw WorkflowGrpcHandler.Closed();
        }

        if (run.IsPaused)
        {
            throw GrpcErrorFactory.FailedPrecondition("Workflow is paused. Cannot update the workflow.");
        }

        if (workflow.Updates.Count >= MaxInFlight)
        {
            throw GrpcErrorFactory.Create(
                StatusCode.ResourceExhausted,
                $"limit on number of concurrent in-flight updates has been reached ({MaxInFlight})",
                "temporal.api.errordetails.v1.ResourceExhaustedFailure",
                new Temporalio.Api.ErrorDetails.V1.ResourceExhaustedFailure
                {
                    Cause = ResourceExhaustedCause.ConcurrentLimit,
                    Scope = ResourceExhaustedScope.Namespace,
                }
            );
        }

        if (run.Task is { Attempt: >= 3 })
        {
            UpdateProtocol.DropAdmitted(workflow);
            throw GrpcErrorFactory.WorkflowNotReady("Unable to perform workflow execution update due to Workflow Task in failed state.");
        }

        var update = new PendingUpdate(id, request);
        workflow.Updates.Add(update);
        if (run.Task is null)
        {
            // Also needed during the backoff of the first task, because an update does not wait for the backoff.
            run.WorkflowTask.Schedule(speculative: true);
        }

        return update;
    }

    /// <summary>Finds or admits an update and waits for the requested stage, for at most the time limit of one call.</summary>
    /// <param name="context">The call.</param>
    /// <param name="ns">Name of the namespace, for links.</param>
    /// <param name="stage">Stage to wait for.</param>
    /// <param name="find">Finds or admits the update. Called again if the workflow's cached state was dropped meanwhile. An accepted
    /// update is then read from history; any other is admitted again, as for a client that retries.</param>
    public async Task<UpdateWorkflowExecutionResponse> FollowAsync(
        IncomingGrpcCall context,
        string ns,
        Stage stage,
        Func<Task<(SingleWorkflowRunCache Workflow, MutableState Run, PendingUpdate Update)>> find
    )
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping.Token);
        wait.CancelAfter(WaitLimit);
        while (true)
        {
            var (workflow, run, update) = await find();
            var reached = update.StageReached(stage);
            try
            {
                await Task.WhenAny(reached, workflow.Gone).WaitAsync(wait.Token);
                if (update.Progress == WorkflowUpdateLifecycleStatus.Dropped)
                {
                    await Task.Delay(AskAgainAfter, wait.Token);
                    continue;
                }
            }
            catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
            {
                // The response contains the stage that was reached, and the client polls again.
                return Reached(run, update, ns);
            }

            if (reached.IsCompleted)
            {
                return Reached(run, update, ns);
            }
        }
    }

    private static UpdateWorkflowExecutionResponse Reached(MutableState run, PendingUpdate update, string ns)
    {
        // Reads the value once, because later changes of the update belong to the next response.
        var progress = update.Progress;
        if (progress.Aborted is { } aborted)
        {
            throw aborted;
        }

        var stage = progress == WorkflowUpdateLifecycleStatus.Dropped ? Stage.Admitted : progress.Stage;
        return new UpdateWorkflowExecutionResponse
        {
            UpdateRef = new UpdateRef
            {
                WorkflowExecution = new WorkflowExecution { WorkflowId = run.WorkflowId, RunId = run.RunId },
                UpdateId = update.Id,
            },
            Outcome = progress.Outcome,
            Stage = stage,
            Link =
                stage == Stage.Admitted ? null
                : progress.Outcome?.Failure is not null ? TemporalApiLinkFactory.ToRun(ns, run, "Update rejected")
                : TemporalApiLinkFactory.ToRequest(ns, run, update.Request.RequestId, EventType.WorkflowExecutionUpdateAccepted),
        };
    }

    /// <summary>Rejects an update request that waits only for admission, because admission is not durable.</summary>
    public static void NotAdmitted(WaitPolicy? policy)
    {
        if (policy?.LifecycleStage == Stage.Admitted)
        {
            throw GrpcErrorFactory.Create(
                StatusCode.PermissionDenied,
                "UpdateWorkflowExecution issued asynchronously and waiting on update admitted is not supported.",
                "temporal.api.errordetails.v1.PermissionDeniedFailure",
                new Temporalio.Api.ErrorDetails.V1.PermissionDeniedFailure()
            );
        }
    }

    public static void Check(UpdateWorkflowExecutionRequest request)
    {
        GrpcArgumentValidator.Execution(request.WorkflowExecution);
        if (request.Request?.Meta is null)
        {
            throw GrpcErrorFactory.InvalidArgument("Update meta is not set on request.");
        }

        if (request.Request.Input is null)
        {
            throw GrpcErrorFactory.InvalidArgument("Update input is not set on request.");
        }

        if (request.Request.Input.Name.Length == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("Update name is not set on request.");
        }

        if (request.Request.Meta.UpdateId.Length > GrpcArgumentValidator.MaxId)
        {
            throw GrpcErrorFactory.InvalidArgument("UpdateId length exceeds limit.");
        }

        if (request.Request.Meta.UpdateId.Length == 0)
        {
            request.Request.Meta.UpdateId = Guid.NewGuid().ToString();
        }
    }

    private async ValueTask<PollWorkflowExecutionUpdateResponse> PollAsync(
        IncomingGrpcCall context,
        PollWorkflowExecutionUpdateRequest request
    )
    {
        var ns = namespaces.Resolve(request.Namespace);
        if (request.UpdateRef is null)
        {
            throw GrpcErrorFactory.InvalidArgument("UpdateRef is not set on request.");
        }

        GrpcArgumentValidator.Execution(request.UpdateRef.WorkflowExecution);
        var stage = request.WaitPolicy?.LifecycleStage ?? Stage.Unspecified;
        var answer = await FollowAsync(
            context,
            request.Namespace,
            stage == Stage.Unspecified ? Stage.Admitted : stage,
            () =>
                engine.Store.ChangeAsync(
                    ns.Id,
                    request.UpdateRef.WorkflowExecution.WorkflowId,
                    w =>
                    {
                        var run = engine.Store.Require(w, request.UpdateRef.WorkflowExecution.RunId);
                        return (
                            w,
                            run,
                            FindUpdate(w, run, request.UpdateRef.UpdateId)
                                ?? throw GrpcErrorFactory.NotFound($"update \"{request.UpdateRef.UpdateId}\" not found")
                        );
                    }
                )
        );
        return new PollWorkflowExecutionUpdateResponse
        {
            UpdateRef = answer.UpdateRef,
            Outcome = answer.Outcome,
            Stage = answer.Stage,
        };
    }

    /// <summary>Finds an update that is in progress or recorded in the history, or returns null for an unknown id.</summary>
    public PendingUpdate? FindUpdate(SingleWorkflowRunCache workflow, MutableState run, string id)
    {
        UpdateProtocol.RestoreAdmitted(workflow, run);
        if (workflow.Current == run && workflow.Updates.Find(id) is { } pending)
        {
            return pending;
        }

        if (!run.Updates.TryGetValue(id, out var events))
        {
            return null;
        }

        var update = new PendingUpdate(id, new Request { Meta = new Meta { UpdateId = id } }) { Accepted = true };
        if (events.Completed > 0)
        {
            update.Publish(
                new WorkflowUpdateLifecycleStatus(
                    Stage.Completed,
                    engine.Store.Event(run, events.Completed).WorkflowExecutionUpdateCompletedEventAttributes.Outcome
                )
            );
        }
        else if (!run.IsOpen)
        {
            update.Publish(new WorkflowUpdateLifecycleStatus(Stage.Completed, UpdateProtocol.ClosedBeforeCompletion()));
        }
        else
        {
            update.Publish(new WorkflowUpdateLifecycleStatus(Stage.Accepted));
            if (workflow.Current == run)
            {
                // The update was accepted before a server restart and continues from here.
                workflow.Updates.Add(update);
            }
        }

        return update;
    }
}
