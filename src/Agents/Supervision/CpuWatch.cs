namespace Orchestrator.Agents.Supervision;

/// <summary>Limits a followed agent's cores. The agent is never left stopped: it is continued when following ends, by the supervisor if a
/// follower was killed (see the script), and by the next follower. Processes that are to be terminated are continued first, so that they
/// can handle the signal.</summary>
internal sealed class CpuWatch(StartFolder folder, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs until cancelled, or until the agent is being stopped.</summary>
    /// <param name="cores">The limit; null: none, returns at once.</param>
    /// <param name="cancellationToken">Ends it; the agent works on.</param>
    internal async Task HoldAsync(double? cores, CancellationToken cancellationToken)
    {
        if (cores is not { } limit)
        {
            return;
        }
        CpuThrottle throttle = new(folder.AgentProcesses, limit, time);
        var isNoted = false;
        try
        {
            while (!cancellationToken.IsCancellationRequested && !folder.IsStopping)
            {
                // Noted before the first stop, for those who take over if we are killed.
                isNoted = isNoted || folder.TryNoteThrottled();
                if (isNoted)
                {
                    throttle.Look();
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
