namespace Orchestrator.Client;

/// <summary>Fails activity attempts of dead worker processes immediately, through standard calls, instead of waiting for the heartbeat
/// timeout. Used at startup by the worker that takes over.</summary>
public static class DeadWorkerAttempts
{
    /// <summary>Fails the pending attempts of open runs and tasks that a dead worker holds.</summary>
    /// <param name="client">Client of the server that holds the runs.</param>
    /// <param name="machine">The machine whose workers are meant: others may have workers of the same identity.</param>
    /// <param name="isDead">True for the identity of a worker whose process is gone.</param>
    /// <returns>Number of attempts that were marked as failed.</returns>
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
                // A place is held on a queue that hosts share: the server reports its silence within seconds.
                if (
                    activity.State != PendingActivityState.Started
                    || QueueNames.MachineOf(HostPresence.QueueOf(activity)) != machine
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
            return false; // It ended between the question and the answer.
        }
    }
}
