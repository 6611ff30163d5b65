using System.Security.Cryptography;
using System.Text;
using Temporal.Server.Batch.State;
using Temporal.Server.Frontend;
using Temporal.Server.History;
using Temporalio.Api.Batch.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Operation = Temporalio.Api.WorkflowService.V1.StartBatchOperationRequest.OperationOneofCase;

namespace Temporal.Server.Batch;

/// <summary>Applies the action of a batch operation to one workflow run.</summary>
internal sealed class BatchOperationActionApplier(
    NamespaceRegistry namespaces,
    IInProcessWorkflowClient workflows,
    ActivityControlGrpcHandler activities
)
{
    // The Temporal server terminates and cancels runs from an internal worker, whose identity has this form.
    private static readonly string ServerIdentity = $"{Environment.ProcessId}@{Environment.MachineName}@";

    /// <summary>Returns the operation type of a batch, as shown in batch descriptions.</summary>
    public static BatchOperationType TypeOf(StartBatchOperationRequest request) =>
        request.OperationCase switch
        {
            Operation.TerminationOperation => BatchOperationType.TerminateWorkflow,
            Operation.SignalOperation => BatchOperationType.SignalWorkflow,
            Operation.CancellationOperation => BatchOperationType.CancelWorkflow,
            Operation.DeletionOperation => BatchOperationType.DeleteWorkflow,
            Operation.ResetOperation => BatchOperationType.ResetWorkflow,
            Operation.UpdateWorkflowOptionsOperation => BatchOperationType.UpdateWorkflowExecutionOptions,
            Operation.UnpauseActivitiesOperation => BatchOperationType.UnpauseActivity,
            Operation.ResetActivitiesOperation => BatchOperationType.ResetActivity,
            Operation.UpdateActivityOptionsOperation => BatchOperationType.UpdateActivityOptions,
            _ => BatchOperationType.Unspecified,
        };

    /// <summary>Returns the identity of the client that requested the batch.</summary>
    public static string IdentityOf(StartBatchOperationRequest request) =>
        request.OperationCase switch
        {
            Operation.TerminationOperation => request.TerminationOperation.Identity,
            Operation.SignalOperation => request.SignalOperation.Identity,
            Operation.CancellationOperation => request.CancellationOperation.Identity,
            Operation.DeletionOperation => request.DeletionOperation.Identity,
            Operation.ResetOperation => request.ResetOperation.Identity,
            Operation.UpdateWorkflowOptionsOperation => request.UpdateWorkflowOptionsOperation.Identity,
            Operation.UnpauseActivitiesOperation => request.UnpauseActivitiesOperation.Identity,
            Operation.ResetActivitiesOperation => request.ResetActivitiesOperation.Identity,
            Operation.UpdateActivityOptionsOperation => request.UpdateActivityOptionsOperation.Identity,
            _ => "",
        };

    /// <summary>Rejects a request whose operation is incomplete or unsupported.</summary>
    public static void Check(StartBatchOperationRequest request)
    {
        if (TypeOf(request) == BatchOperationType.Unspecified)
        {
            throw GrpcErrorFactory.InvalidArgument($"The operation type {request.OperationCase} is not supported");
        }

        if (request.SignalOperation is { Signal.Length: 0 })
        {
            throw GrpcErrorFactory.InvalidArgument("must provide required parameters: SignalName");
        }
    }

    /// <summary>Applies the batch's action to one run. Applying the action to the same run again has no further effect.</summary>
    public async Task ApplyAsync(BatchRecord batch, WorkflowExecution target)
    {
        var ns = namespaces.FindById(batch.NamespaceId)?.Name ?? throw GrpcErrorFactory.NamespaceNotFound(batch.Request.Namespace);
        var request = batch.Request;
        var requestId = $"{batch.RunId}/{target.RunId}";
        switch (request.OperationCase)
        {
            case Operation.TerminationOperation:
                await workflows.TerminateAsync(
                    new TerminateWorkflowExecutionRequest
                    {
                        Namespace = ns,
                        WorkflowExecution = target,
                        Reason = request.Reason,
                        Details = request.TerminationOperation.Details,
                        Identity = ServerIdentity,
                    }
                );
                break;
            case Operation.CancellationOperation:
                await workflows.RequestCancelAsync(
                    new RequestCancelWorkflowExecutionRequest
                    {
                        Namespace = ns,
                        WorkflowExecution = target,
                        RequestId = requestId,
                        Identity = ServerIdentity,
                    }
                );
                break;
            case Operation.SignalOperation:
                await workflows.SignalAsync(Signal(request.SignalOperation, target, UuidOf(requestId), ns));
                break;
            case Operation.DeletionOperation:
                await workflows.DeleteAsync(new DeleteWorkflowExecutionRequest { Namespace = ns, WorkflowExecution = target });
                break;
            case Operation.ResetOperation:
                await workflows.ResetAsync(await ResetAsync(request, target, requestId, ns), once: true);
                break;
            case Operation.UpdateWorkflowOptionsOperation:
                var options = request.UpdateWorkflowOptionsOperation;
                await workflows.UpdateOptionsAsync(
                    new UpdateWorkflowExecutionOptionsRequest
                    {
                        Namespace = ns,
                        WorkflowExecution = target,
                        WorkflowExecutionOptions = options.WorkflowExecutionOptions,
                        UpdateMask = options.UpdateMask,
                        Identity = options.Identity,
                    }
                );
                break;
            default:
                await ChangeActivitiesAsync(request, target, ns);
                break;
        }
    }

    /// <summary>Derives a deterministic UUID from a request id, for use as a signal's request id.</summary>
    private static string UuidOf(string requestId) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(requestId)).AsSpan(0, 16)).ToString();

    private async Task ChangeActivitiesAsync(StartBatchOperationRequest request, WorkflowExecution target, string ns)
    {
        switch (request.OperationCase)
        {
            case Operation.UnpauseActivitiesOperation:
                var unpause = request.UnpauseActivitiesOperation;
                var unpauseRequest = new UnpauseActivityRequest
                {
                    Namespace = ns,
                    Execution = target,
                    Identity = unpause.Identity,
                    ResetAttempts = unpause.ResetAttempts,
                    ResetHeartbeat = unpause.ResetHeartbeat,
                    Jitter = unpause.Jitter,
                };
                if (unpause.Type.Length > 0)
                {
                    unpauseRequest.Type = unpause.Type;
                }
                else
                {
                    unpauseRequest.UnpauseAll = unpause.MatchAll;
                }

                await activities.UnpauseAsync(unpauseRequest);
                break;
            case Operation.ResetActivitiesOperation:
                var reset = request.ResetActivitiesOperation;
                var resetRequest = new ResetActivityRequest
                {
                    Namespace = ns,
                    Execution = target,
                    Identity = reset.Identity,
                    ResetHeartbeat = reset.ResetHeartbeat,
                    KeepPaused = reset.KeepPaused,
                    Jitter = reset.Jitter,
                    RestoreOriginalOptions = reset.RestoreOriginalOptions,
                };
                if (reset.Type.Length > 0)
                {
                    resetRequest.Type = reset.Type;
                }
                else
                {
                    resetRequest.MatchAll = reset.MatchAll;
                }

                await activities.ResetAsync(resetRequest);
                break;
            case Operation.UpdateActivityOptionsOperation:
                var update = request.UpdateActivityOptionsOperation;
                var updateRequest = new UpdateActivityOptionsRequest
                {
                    Namespace = ns,
                    Execution = target,
                    Identity = update.Identity,
                    ActivityOptions = update.ActivityOptions,
                    UpdateMask = update.UpdateMask,
                    RestoreOriginal = update.RestoreOriginal,
                };
                if (update.Type.Length > 0)
                {
                    updateRequest.Type = update.Type;
                }
                else
                {
                    updateRequest.MatchAll = update.MatchAll;
                }

                await activities.UpdateOptionsAsync(updateRequest);
                break;
            default:
                throw GrpcErrorFactory.InvalidArgument($"The operation type {request.OperationCase} is not supported");
        }
    }

    private static SignalWorkflowExecutionRequest Signal(
        BatchOperationSignal signal,
        WorkflowExecution target,
        string requestId,
        string ns
    ) =>
        new()
        {
            Namespace = ns,
            WorkflowExecution = target,
            SignalName = signal.Signal,
            Input = signal.Input,
            Header = signal.Header,
            Identity = signal.Identity,
            RequestId = requestId,
        };

    private async Task<ResetWorkflowExecutionRequest> ResetAsync(
        StartBatchOperationRequest request,
        WorkflowExecution target,
        string requestId,
        string ns
    )
    {
        var operation = request.ResetOperation;
        var reset = new ResetWorkflowExecutionRequest
        {
            Namespace = ns,
            WorkflowExecution = target,
            Reason = request.Reason,
            RequestId = requestId,
            Identity = operation.Identity,
            WorkflowTaskFinishEventId = await FindPointAsync(operation, target, ns),
            ResetReapplyType = operation.Options?.ResetReapplyType ?? operation.ResetReapplyType,
        };
        reset.ResetReapplyExcludeTypes.AddRange(operation.Options?.ResetReapplyExcludeTypes ?? []);
        reset.PostResetOperations.AddRange(operation.PostResetOperations);
        return reset;
    }

    private async Task<long> FindPointAsync(BatchOperationReset operation, WorkflowExecution target, string ns)
    {
        var options = operation.Options ?? new ResetOptions();
        var found = options.TargetCase switch
        {
            ResetOptions.TargetOneofCase.WorkflowTaskId => options.WorkflowTaskId,
            ResetOptions.TargetOneofCase.BuildId => await FindBuildAsync(options.BuildId, target, ns),
            ResetOptions.TargetOneofCase.LastWorkflowTask => await workflows.FindCompletedWorkflowTaskAsync(ns, target, last: true),
            ResetOptions.TargetOneofCase.FirstWorkflowTask => await workflows.FindCompletedWorkflowTaskAsync(ns, target, last: false),
            _ => await workflows.FindCompletedWorkflowTaskAsync(ns, target, operation.ResetType == ResetType.LastWorkflowTask),
        };
        return found ?? throw GrpcErrorFactory.InvalidArgument("Workflow task finish ID must be > 1 && <= workflow last event ID.");
    }

    private async Task<long?> FindBuildAsync(string buildId, WorkflowExecution target, string ns)
    {
        var description = await workflows.DescribeAsync(new DescribeWorkflowExecutionRequest { Namespace = ns, Execution = target });
        return description
            .WorkflowExecutionInfo.AutoResetPoints?.Points.FirstOrDefault(point => point.BuildId == buildId && point.RunId == target.RunId)
            ?.FirstWorkflowTaskCompletedId;
    }
}
