namespace Orchestrator.Agents.Supervision;

/// <summary>
/// Limits the number of CPU cores that a followed agent uses by repeatedly pausing and resuming its processes. The agent never stays
/// paused, because its processes are resumed when following ends or the next follower starts. If a follower was killed, the supervisor's
/// script resumes them. Processes are also resumed before they are terminated, so that they can handle the termination signal.
/// </summary>
internal sealed class AgentCpuLimiter(AgentRunFileStore folder, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Limits the agent's CPU usage until the call is canceled or a stop of the agent is requested. Returns at once if there is no limit.
    /// </summary>
    /// <param name="cores">Maximum number of cores, or null to return immediately.</param>
    /// <param name="cancellationToken">Ends the throttling. The agent continues at full speed.</param>
    internal async Task HoldAsync(double? cores, CancellationToken cancellationToken)
    {
        if (cores is not { } limit)
        {
            return;
        }
        ProcessCpuLimiter throttle = new(folder.AgentProcesses, limit, time);
        var isNoted = false;
        try
        {
            while (!cancellationToken.IsCancellationRequested && !folder.IsStopping)
            {
                // Recorded before the first stop. If this process is killed, the next follower then continues the agent's processes.
                isNoted = isNoted || folder.TryNoteThrottled();
                if (isNoted)
                {
                    throttle.CheckUsage();
                }
                await Task.Delay(Interval, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            throttle.Release();
        }
    }
}
