using Orchestrator.Messages;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>Closes a merge queue that is left over from a workflow execution that a reset has replaced.</summary>
internal static class StaleMergeQueueCloser
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>Closes the merge queue and waits until it is closed. Afterward, the queue can no longer move the staging branch.</summary>
    public static async Task CloseAsync(ITemporalClient client, string runId, TimeProvider time, CancellationToken stop)
    {
        var train = client.GetWorkflowHandle<IMergeTrainWorkflow>(RunIds.ForTrain(runId));
        var untilStopped = new RpcOptions { CancellationToken = stop };
        try
        {
            await train.SignalAsync(
                w => w.CloseAsync("its run was reset and starts another merge queue"),
                new WorkflowSignalOptions { Rpc = untilStopped }
            );
            while (await OpenWorkflowChecker.IsOpenAsync(train, untilStopped))
            {
                await Task.Delay(LookEvery, time, stop);
            }
        }
        catch (RpcException gone) when (gone.Code == RpcException.StatusCode.NotFound)
        {
            // The merge queue does not exist, or has already closed.
        }
    }
}
