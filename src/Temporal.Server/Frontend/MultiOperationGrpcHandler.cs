using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporal.Server.History;
using Temporal.Server.Visibility;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.WorkflowService.V1;
using Aborted = Temporalio.Api.Failure.V1.MultiOperationExecutionAborted;

namespace Temporal.Server.Frontend;

/// <summary>
/// Implements update-with-start. One call starts a workflow, or finds the workflow that is already running, and sends the update to it.
/// </summary>
internal sealed class MultiOperationGrpcHandler(
    WorkflowEngine engine,
    NamespaceRegistry namespaces,
    WorkflowGrpcHandler workflows,
    WorkflowUpdateGrpcHandler updates,
    SearchAttributeRegistry searchAttributes
)
{
    private const string TypePrefix = "type.googleapis.com/";

    public void Register(GrpcMethodRegistry table) =>
        table.AddAsync<ExecuteMultiOperationRequest, ExecuteMultiOperationResponse>(ExecuteAsync);

    private async ValueTask<ExecuteMultiOperationResponse> ExecuteAsync(IncomingGrpcCall context, ExecuteMultiOperationRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        if (request.Operations is not [{ StartWorkflow: { } start }, { UpdateWorkflow: { } update }])
        {
            throw GrpcErrorFactory.InvalidArgument("Operations have to be exactly [Start, Update].");
        }

        Failing(0, () => CheckStart(start, ns));
        Failing(1, () => CheckUpdate(update, start));
        var first = await engine.Store.ChangeAsync(ns.Id, start.WorkflowId, w => Begin(w, start, update));
        try
        {
            var again = false;
            var answer = await updates.FollowAsync(
                context,
                request.Namespace,
                update.WaitPolicy?.LifecycleStage ?? default,
                async () =>
                {
                    var found = again ? await engine.Store.ChangeAsync(ns.Id, start.WorkflowId, w => Begin(w, start, update)) : first;
                    again = true;
                    return (found.Workflow, found.Run, found.Update);
                }
            );
            return new ExecuteMultiOperationResponse
            {
                Responses =
                {
                    new ExecuteMultiOperationResponse.Types.Response { StartWorkflow = first.Started },
                    new ExecuteMultiOperationResponse.Types.Response { UpdateWorkflow = answer },
                },
            };
        }
        catch (RpcException e)
        {
            throw Failure(1, e);
        }
    }

    private (StartWorkflowExecutionResponse Started, SingleWorkflowRunCache Workflow, MutableState Run, PendingUpdate Update) Begin(
        SingleWorkflowRunCache workflow,
        StartWorkflowExecutionRequest start,
        UpdateWorkflowExecutionRequest update
    )
    {
        // A repeated call finds its update even if the run has closed in the meantime. An update that did not complete before the run
        // closed is sent again in a new run.
        if (
            engine.Store.Current(workflow) is { } current
            && (current.IsOpen || (current.Updates.TryGetValue(update.Request.Meta.UpdateId, out var events) && events.Completed > 0))
            && updates.FindUpdate(workflow, current, update.Request.Meta.UpdateId) is { } known
        )
        {
            return (WorkflowStarter.Started(start, current, started: false), workflow, current, known);
        }

        StartWorkflowExecutionResponse started = null!;
        Failing(0, () => started = workflows.Starts.Start(workflow, start));
        var run = engine.Store.Current(workflow)!;
        if (!started.Started)
        {
            // As in the Temporal server, the link to an existing run names no namespace.
            started.Link.WorkflowEvent.Namespace = "";
        }

        PendingUpdate pending = null!;
        Failing(1, () => pending = updates.Admit(workflow, run, update.Request));
        return (started, workflow, run, pending);
    }

    private void CheckStart(StartWorkflowExecutionRequest start, TemporalNamespace ns)
    {
        WorkflowStartValidator.Check(start, ns, searchAttributes);
        var fault =
            start.CronSchedule.Length > 0 ? "CronSchedule is not allowed."
            : start.RequestEagerExecution ? "RequestEagerExecution is not supported."
            : start.WorkflowStartDelay is not null ? "WorkflowStartDelay is not supported."
            : null;
        if (fault is not null)
        {
            throw GrpcErrorFactory.InvalidArgument(fault);
        }
    }

    private static void CheckUpdate(UpdateWorkflowExecutionRequest update, StartWorkflowExecutionRequest start)
    {
        WorkflowUpdateGrpcHandler.Check(update);
        if (update.WorkflowExecution.WorkflowId != start.WorkflowId)
        {
            throw GrpcErrorFactory.InvalidArgument("WorkflowId is not consistent with previous operation(s).");
        }

        if (update.WorkflowExecution.RunId.Length > 0)
        {
            throw GrpcErrorFactory.InvalidArgument("RunId is not allowed.");
        }

        if (update.FirstExecutionRunId.Length > 0)
        {
            throw GrpcErrorFactory.InvalidArgument("FirstExecutionRunId is not allowed.");
        }

        WorkflowUpdateGrpcHandler.NotAdmitted(update.WaitPolicy);
    }

    private static void Failing(int operation, Action action)
    {
        try
        {
            action();
        }
        catch (RpcException e)
        {
            throw Failure(operation, e);
        }
    }

    /// <summary>Builds the error of a multi-operation in which one operation failed and the other was therefore aborted.</summary>
    private static RpcException Failure(int operation, RpcException e)
    {
        var status = new MultiOperationExecutionFailure.Types.OperationStatus { Code = (int)e.StatusCode, Message = e.Status.Detail };
        status.Details.AddRange(GrpcErrorFactory.DetailsOf(e));
        var aborted = new MultiOperationExecutionFailure.Types.OperationStatus
        {
            Code = (int)StatusCode.Aborted,
            Message = "Operation was aborted.",
            Details =
            {
                new Any
                {
                    TypeUrl = TypePrefix + "temporal.api.failure.v1.MultiOperationExecutionAborted",
                    Value = new Aborted().ToByteString(),
                },
            },
        };
        var failure = new MultiOperationExecutionFailure();
        failure.Statuses.AddRange(operation == 0 ? [status, aborted] : [aborted, status]);
        return GrpcErrorFactory.Create(
            e.StatusCode,
            "Update-with-Start could not be executed.",
            "temporal.api.errordetails.v1.MultiOperationExecutionFailure",
            failure
        );
    }
}
