using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client.Interceptors;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Temporalio.Client;

/// <summary>
/// Makes the calls about updates. The server may answer before the wanted stage: then the same update, by its id, is asked for again.
/// </summary>
internal sealed class UpdateCalls(ITemporalClient client, ClientOutboundInterceptor next) : ClientOutboundInterceptor(next)
{
    private string Namespace => client.Options.Namespace;

    private string? Identity => client.Connection.Options.Identity;

    private WorkflowService Service => client.WorkflowService;

    /// <inheritdoc />
    public override async Task<WorkflowUpdateHandle<TResult>> StartWorkflowUpdateAsync<TResult>(StartWorkflowUpdateInput input)
    {
        var options = input.Options;
        RequireStage(options.WaitForStage);
        var request = await UpdateRequestAsync(
            input.Id,
            input.RunId,
            input.Update,
            input.Args,
            options.Id,
            options.WaitForStage,
            input.Headers
        );
        request.FirstExecutionRunId = input.FirstExecutionRunId ?? string.Empty;
        UpdateWorkflowExecutionResponse response;
        do
        {
            response = await UpdatePoller.TranslatedAsync(() =>
                Service.UpdateWorkflowExecutionAsync(request, TemporalClient.DefaultRetryOptions(options.Rpc))
            );
        } while (!HasReached(response, UpdateWorkflowExecutionLifecycleStage.Accepted));

        return await HandleAsync<TResult>(response, input.Id, options.WaitForStage, options.Rpc);
    }

    /// <inheritdoc />
    public override async Task<WorkflowUpdateHandle<TUpdateResult>> StartUpdateWithStartWorkflowAsync<TUpdateResult>(
        StartUpdateWithStartWorkflowInput input
    )
    {
        var operation =
            input.Options.StartWorkflowOperation ?? throw new ArgumentException("StartWorkflowOperation is required.", nameof(input));
        RequireStage(input.Options.WaitForStage);
        if (operation.Options.IdConflictPolicy == WorkflowIdConflictPolicy.Unspecified)
        {
            throw new ArgumentException("An update with start needs an IdConflictPolicy in the start operation's options.", nameof(input));
        }

        if (!operation.TryMarkUsed())
        {
            throw new InvalidOperationException("The start operation was used before; make one for each call.");
        }

        try
        {
            return await UpdateWithStartAsync<TUpdateResult>(input, operation);
        }
        catch (Exception error)
        {
            operation.SetFailed(error);
            throw;
        }
    }

    private static void RequireStage(WorkflowUpdateStage stage)
    {
        if (stage is not (WorkflowUpdateStage.Accepted or WorkflowUpdateStage.Completed))
        {
            throw new ArgumentException($"WaitForStage must be Accepted or Completed, not {stage}.", nameof(stage));
        }
    }

    private static bool HasReached(UpdateWorkflowExecutionResponse response, UpdateWorkflowExecutionLifecycleStage stage) =>
        response.Outcome is not null || response.Stage >= stage;

    private async Task<WorkflowUpdateHandle<TResult>> UpdateWithStartAsync<TResult>(
        StartUpdateWithStartWorkflowInput input,
        WithStartWorkflowOperation operation
    )
    {
        var options = input.Options;
        var id = operation.Options.Id ?? throw new ArgumentException("ID required to start workflow (WorkflowOptions.Id).", nameof(input));
        var request = new ExecuteMultiOperationRequest { Namespace = Namespace };
        request.Operations.Add(
            new ExecuteMultiOperationRequest.Types.Operation
            {
                StartWorkflow = await WorkflowStarts.StartAsync(
                    new(operation.Workflow, operation.Args, operation.Options, operation.Headers),
                    client
                ),
            }
        );
        request.Operations.Add(
            new ExecuteMultiOperationRequest.Types.Operation
            {
                UpdateWorkflow = await UpdateRequestAsync(
                    id,
                    runId: null,
                    input.Update,
                    input.Args,
                    options.Id,
                    options.WaitForStage,
                    input.Headers
                ),
            }
        );
        while (true)
        {
            ExecuteMultiOperationResponse response;
            try
            {
                response = await UpdatePoller.TranslatedAsync(() =>
                    Service.ExecuteMultiOperationAsync(request, TemporalClient.DefaultRetryOptions(options.Rpc))
                );
            }
            catch (RpcException error)
            {
                var cause = RpcErrorDetails.CauseOfMultiOperation(error);
                throw RpcErrorDetails.TryGetAlreadyStarted(cause, out var failure)
                    ? new WorkflowAlreadyStartedException(cause.Message, id, operation.Workflow, failure.RunId)
                    : cause;
            }

            var started = response.Responses[0].StartWorkflow;
            operation.SetHandle(client, started.RunId);
            var update = response.Responses[1].UpdateWorkflow;
            if (HasReached(update, UpdateWorkflowExecutionLifecycleStage.Accepted))
            {
                return await HandleAsync<TResult>(update, id, options.WaitForStage, options.Rpc);
            }
        }
    }

    private async Task<UpdateWorkflowExecutionRequest> UpdateRequestAsync(
        string id,
        string? runId,
        string update,
        IReadOnlyCollection<object?> args,
        string? updateId,
        WorkflowUpdateStage stage,
        IDictionary<string, Api.Common.V1.Payload>? headers
    ) =>
        new()
        {
            Namespace = Namespace,
            WorkflowExecution = WorkflowReferences.Execution(id, runId),
            WaitPolicy = new() { LifecycleStage = (UpdateWorkflowExecutionLifecycleStage)(int)stage },
            Request = new()
            {
                Meta = new() { UpdateId = updateId ?? Guid.NewGuid().ToString(), Identity = Identity },
                Input = new()
                {
                    Name = update,
                    Args = await client.ConverterFor(id).ToPayloadsProtoAsync(args),
                    Header = await WorkflowStarts.HeaderAsync(headers, client.Options.DataConverter),
                },
            },
        };

    private async Task<WorkflowUpdateHandle<TResult>> HandleAsync<TResult>(
        UpdateWorkflowExecutionResponse response,
        string workflowId,
        WorkflowUpdateStage stage,
        RpcOptions? rpc
    )
    {
        var reference = response.UpdateRef;
        var runId = reference.WorkflowExecution?.RunId is { Length: > 0 } run ? run : null;
        var handle = new WorkflowUpdateHandle<TResult>(client, reference.UpdateId, workflowId, runId) { KnownOutcome = response.Outcome };
        return stage == WorkflowUpdateStage.Completed && handle.KnownOutcome is null
            ? handle with
            {
                KnownOutcome = await UpdatePoller.WaitForOutcomeAsync(handle, rpc),
            }
            : handle;
    }
}
