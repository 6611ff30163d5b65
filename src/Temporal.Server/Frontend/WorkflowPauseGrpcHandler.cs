using Temporal.Server.History;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Frontend;

/// <summary>
/// Pauses and unpauses workflows. A paused run still accepts signals and other requests, and tasks that workers hold may finish. Its other
/// tasks are not dispatched.
/// </summary>
internal sealed class WorkflowPauseGrpcHandler(
    WorkflowEngine engine,
    NamespaceRegistry namespaces,
    WorkflowGrpcHandler workflows,
    bool isOffered
)
{
    public void Register(GrpcMethodRegistry table)
    {
        table.AddAsync(
            async (PauseWorkflowExecutionRequest request) =>
            {
                if (!isOffered)
                {
                    namespaces.Resolve(request.Namespace);
                    throw GrpcErrorFactory.Unimplemented($"workflow pause is not enabled for namespace: {request.Namespace}");
                }

                CheckLengths(request.Reason, request.RequestId, request.Identity);
                await ChangeAsync(
                    request.Namespace,
                    new() { WorkflowId = request.WorkflowId, RunId = request.RunId },
                    run => Pause(run, request)
                );
                return new PauseWorkflowExecutionResponse();
            }
        );
        table.AddAsync(
            async (UnpauseWorkflowExecutionRequest request) =>
            {
                CheckLengths(request.Reason, request.RequestId, request.Identity);
                await ChangeAsync(
                    request.Namespace,
                    new() { WorkflowId = request.WorkflowId, RunId = request.RunId },
                    run => Unpause(run, request)
                );
                return new UnpauseWorkflowExecutionResponse();
            }
        );
    }

    private static void CheckLengths(string reason, string requestId, string identity)
    {
        foreach (var (name, text) in new[] { ("reason", reason), ("request id", requestId), ("identity", identity) })
        {
            if (text.Length > GrpcArgumentValidator.MaxId)
            {
                throw GrpcErrorFactory.InvalidArgument($"{name} is too long.");
            }
        }
    }

    private Task ChangeAsync(string ns, Temporalio.Api.Common.V1.WorkflowExecution execution, Action<MutableState> change)
    {
        var found = namespaces.Resolve(ns);
        if (execution.WorkflowId.Length == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("Can't load workflow execution.  WorkflowId not set.");
        }

        GrpcArgumentValidator.Execution(execution);
        return engine.Store.ChangeAsync(found.Id, execution.WorkflowId, workflow => change(workflows.Open(workflow, execution.RunId)));
    }

    private static void Pause(MutableState run, PauseWorkflowExecutionRequest request)
    {
        if (run.IsPaused)
        {
            if (request.RequestId.Length > 0 && request.RequestId == run.PauseRequestId)
            {
                return;
            }

            throw GrpcErrorFactory.FailedPrecondition("workflow is already paused.");
        }

        run.WorkflowTask.Pause();
        foreach (var activity in run.Activities.All.Where(a => !a.IsStarted))
        {
            ActivityTransitions.HoldBack(run, activity);
        }

        var e = run.NewEvent(EventType.WorkflowExecutionPaused);
        e.WorkflowExecutionPausedEventAttributes = new WorkflowExecutionPausedEventAttributes
        {
            Identity = request.Identity,
            Reason = request.Reason,
            RequestId = request.RequestId,
        };
        e.WorkerMayIgnore = true;
        run.AddOrBuffer(e);
    }

    private static void Unpause(MutableState run, UnpauseWorkflowExecutionRequest request)
    {
        if (!run.IsPaused)
        {
            throw GrpcErrorFactory.FailedPrecondition("workflow is not paused.");
        }

        var e = run.NewEvent(EventType.WorkflowExecutionUnpaused);
        e.WorkflowExecutionUnpausedEventAttributes = new WorkflowExecutionUnpausedEventAttributes
        {
            Identity = request.Identity,
            Reason = request.Reason,
            RequestId = request.RequestId,
        };
        e.WorkerMayIgnore = true;
        run.AddOrBuffer(e);

        // Needed even if no event occurred during the pause, because the file of an older release may contain a waiting task.
        run.WorkflowTask.EnsureScheduled();
        run.Changes.DispatchWorkflowTask |= run.Task is { StartedEventId: 0 };
        foreach (var activity in run.Activities.All.Where(a => !a.IsStarted))
        {
            ActivityTransitions.Release(run, activity);
        }
    }
}
