using Temporalio.Api.Update.V1;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Temporalio.Client;

/// <summary>An update of a workflow.</summary>
/// <param name="Client">Client it is read with.</param>
/// <param name="Id">Update id.</param>
/// <param name="WorkflowId">Workflow id.</param>
/// <param name="WorkflowRunId">Run, if it is to be that one only.</param>
public record WorkflowUpdateHandle(ITemporalClient Client, string Id, string WorkflowId, string? WorkflowRunId = null)
{
    /// <summary>The outcome, if it is known already.</summary>
    internal Outcome? KnownOutcome { get; init; }

    /// <summary>Waits until the update has completed.</summary>
    /// <exception cref="WorkflowUpdateFailedException">It failed or was rejected.</exception>
    /// <exception cref="WorkflowUpdateRpcTimeoutOrCanceledException">The wait timed out or was cancelled.</exception>
    public virtual Task GetResultAsync(RpcOptions? rpcOptions = null) => GetResultAsync<ValueTuple>(rpcOptions);

    /// <summary>Waits until the update has completed and returns its result.</summary>
    /// <exception cref="WorkflowUpdateFailedException">It failed or was rejected.</exception>
    /// <exception cref="WorkflowUpdateRpcTimeoutOrCanceledException">The wait timed out or was cancelled.</exception>
    public virtual async Task<TResult> GetResultAsync<TResult>(RpcOptions? rpcOptions = null)
    {
        var outcome = KnownOutcome ?? await UpdatePoller.WaitForOutcomeAsync(this, rpcOptions);
        var converter = Client.ConverterFor(WorkflowId);
        if (outcome.Failure is { } failure)
        {
            throw new WorkflowUpdateFailedException(await converter.ToExceptionAsync(failure));
        }

        // A result that nobody wants is not read.
        return typeof(TResult) == typeof(ValueTuple)
            ? default!
            : await converter.ToSingleValueAsync<TResult>(outcome.Success?.Payloads_ ?? []);
    }
}

/// <summary>An update of a workflow with a result of a known type.</summary>
/// <typeparam name="TResult">Type of the result.</typeparam>
/// <param name="Client">Client it is read with.</param>
/// <param name="Id">Update id.</param>
/// <param name="WorkflowId">Workflow id.</param>
/// <param name="WorkflowRunId">Run, if it is to be that one only.</param>
public record WorkflowUpdateHandle<TResult>(ITemporalClient Client, string Id, string WorkflowId, string? WorkflowRunId = null)
    : WorkflowUpdateHandle(Client, Id, WorkflowId, WorkflowRunId)
{
    /// <summary>Waits until the update has completed and returns its result.</summary>
    /// <exception cref="WorkflowUpdateFailedException">It failed or was rejected.</exception>
    /// <exception cref="WorkflowUpdateRpcTimeoutOrCanceledException">The wait timed out or was cancelled.</exception>
    public new virtual Task<TResult> GetResultAsync(RpcOptions? rpcOptions = null) => GetResultAsync<TResult>(rpcOptions);
}
