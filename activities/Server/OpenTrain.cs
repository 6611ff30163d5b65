using Orchestrator.Messages;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>The merge train left by an execution that a reset has replaced.</summary>
internal static class OpenTrain
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>Closes it and waits until it has closed: then the state of staging is final.</summary>
    public static async Task CloseAsync(ITemporalClient client, string runId, TimeProvider time, CancellationToken stop)
    {
        var train = client.GetWorkflowHandle<IMergeTrainWorkflow>(RunIds.ForTrain(runId));
        var untilStopped = new RpcOptions { CancellationToken = stop };
        try
        {
            await train.SignalAsync(
                w => w.CloseAsync("its run was reset, and begins another one"),
                new WorkflowSignalOptions { Rpc = untilStopped }
            );
            while (await WorkflowState.IsOpenAsync(train, untilStopped))
            {
                await Task.Delay(LookEvery, time, stop);
            }
        }
        catch (RpcException gone) when (gone.Code == RpcException.StatusCode.NotFound)
        {
            // There is none, or it has closed already.
        }
    }
}
