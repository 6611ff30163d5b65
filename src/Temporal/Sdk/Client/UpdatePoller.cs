using Temporalio.Api.Enums.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Exceptions;

namespace Temporalio.Client;

/// <summary>Waits for updates: the server answers empty after some 20 seconds and is asked again.</summary>
internal static class UpdatePoller
{
    public static async Task<Outcome> WaitForOutcomeAsync(WorkflowUpdateHandle handle, RpcOptions? options)
    {
        var request = new PollWorkflowExecutionUpdateRequest
        {
            Namespace = handle.Client.Options.Namespace,
            UpdateRef = new()
            {
                WorkflowExecution = new() { WorkflowId = handle.WorkflowId, RunId = handle.WorkflowRunId ?? string.Empty },
                UpdateId = handle.Id,
            },
            Identity = handle.Client.Connection.Options.Identity,
            WaitPolicy = new() { LifecycleStage = UpdateWorkflowExecutionLifecycleStage.Completed },
        };
        while (true)
        {
            var response = await TranslatedAsync(() =>
                handle.Client.WorkflowService.PollWorkflowExecutionUpdateAsync(request, TemporalClient.DefaultRetryOptions(options))
            );
            if (response.Outcome is { } outcome)
            {
                return outcome;
            }
        }
    }

    /// <summary>Makes a call of an update, with time-out and cancellation as the exception that updates have for them.</summary>
    public static async Task<T> TranslatedAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (OperationCanceledException error)
        {
            throw new WorkflowUpdateRpcTimeoutOrCanceledException(error);
        }
        catch (RpcException error) when (error.Code is RpcException.StatusCode.DeadlineExceeded or RpcException.StatusCode.Cancelled)
        {
            throw new WorkflowUpdateRpcTimeoutOrCanceledException(error);
        }
    }
}
