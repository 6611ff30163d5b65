using Orchestrator.Messages;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>The merge train that an execution of a run has left which a reset put an end to.</summary>
internal static class OpenTrain
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>Closes it and waits until it has: what staging has is final then.</summary>
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
