namespace Orchestrator.Client;

/// <summary>
/// Fails the activity attempts of dead worker processes immediately, so that no workflow has to wait for the heartbeat timeout. Called when
/// a replacement worker starts. Uses only standard calls to the Temporal server.
/// </summary>
public static class DeadWorkerAttemptCleanup
{
    /// <summary>Fails the pending activity attempts that dead workers hold in open runs and tasks.</summary>
    /// <param name="client">Client of the server that holds the runs.</param>
    /// <param name="machine">Host whose workers are checked. Other hosts may have workers with the same identity.</param>
    /// <param name="isDead">Returns true if the process of the worker with the given identity is gone.</param>
    /// <returns>Number of attempts that were failed.</returns>
    public static async Task<int> FailAsync(
        ITemporalClient client,
        string machine,
        Func<string, bool> isDead,
        CancellationToken cancellation = default
    )
    {
        var failed = 0;
        var rpc = new RpcOptions { Retry = true, CancellationToken = cancellation };
        await foreach (var (execution, description) in OpenWorkflows.DescribeAsync(client, rpc))
        {
            foreach (var activity in description.PendingActivities)
            {
                // A slot is held on a queue that several hosts share. The server notices a missing heartbeat there within seconds.
                if (
                    activity.State != PendingActivityState.Started
                    || QueueNames.MachineOf(UnreachableHostDetector.QueueOf(activity)) != machine
                    || !isDead(activity.LastWorkerIdentity)
                )
                {
                    continue;
                }
                if (await FailAsync(client, execution.Id, execution.RunId, activity.ActivityId, activity.LastWorkerIdentity, rpc))
                {
                    failed++;
                }
            }
        }
        return failed;
    }

    private static async Task<bool> FailAsync(
        ITemporalClient client,
        string workflowId,
        string runId,
        string activityId,
        string worker,
        RpcOptions rpc
    )
    {
        try
        {
            var failure = new ApplicationFailureException(
                $"The worker {worker} died.",
                FailureTypes.WorkerDied,
                nonRetryable: false,
                nextRetryDelay: TimeSpan.FromMilliseconds(1)
            );
            await client
                .GetAsyncActivityHandle(workflowId, runId, activityId)
                .FailAsync(failure, new AsyncActivityFailOptions { Rpc = rpc });
            return true;
        }
        catch (RpcException gone) when (gone.Code == RpcException.StatusCode.NotFound)
        {
            return false; // The attempt ended between the two calls.
        }
    }
}
