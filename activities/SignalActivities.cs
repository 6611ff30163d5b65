using Orchestrator.Messages;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>Signals between the workflows of a run, as local activities of the worker that executes the sender.</summary>
/// <param name="client">Client of the server that holds the run.</param>
public sealed class SignalActivities(ITemporalClient client) : ISignalActivities
{
    [Activity]
    public async Task SendSignalAsync(SignalInput input)
    {
        var rpc = new RpcOptions { CancellationToken = ActivityExecutionContext.Current.CancellationToken };
        try
        {
            await client
                .GetWorkflowHandle(input.WorkflowId)
                .SignalAsync(input.Signal, [input.Argument], new WorkflowSignalOptions { Rpc = rpc });
        }
        catch (RpcException refused) when (refused.Code is RpcException.StatusCode.NotFound or RpcException.StatusCode.InvalidArgument)
        {
            // The receiver is closed, or has received its limit of signals.
            throw new ApplicationFailureException(refused.Message, refused, FailureTypes.SignalRefused, nonRetryable: true);
        }
    }
}
