namespace Orchestrator.Client;

/// <summary>Fails activity attempts of dead worker processes immediately, through standard calls, instead of waiting for the heartbeat
/// timeout. Used at startup by the worker that takes over.</summary>
public static class DeadWorkerAttempts
{
    /// <summary>Fails the pending attempts of dead workers in open runs and tasks.</summary>
    /// <param name="client">Client of the server that hosts the runs.</param>
    /// <param name="isDead">True if the worker with this identity is known to be dead.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <returns>Number of failed attempts.</returns>
    public static async Task<int> FailAsync(ITemporalClient client, Func<string, bool> isDead, CancellationToken cancellation = default)
    {
        var failed = 0;
        var rpc = new RpcOptions { Retry = true, CancellationToken = cancellation };
        await foreach (var (execution, description) in OpenWorkflows.DescribeAsync(client, rpc))
        {
            foreach (var activity in description.PendingActivities)
            {
                if (activity.State != PendingActivityState.Started || !isDead(activity.LastWorkerIdentity))
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
            return false; // It ended between the question and the answer.
        }
    }
}
