namespace Orchestrator.Agents.Supervision;

/// <summary>Holds a followed agent to its cores. It is never left stopped: the end of the following lets it go on, the supervisor does so
/// where a follower was killed (see the script), and so does the next follower. What is to end goes on, so that it can.</summary>
internal sealed class CpuWatch(StartFolder folder, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Until it is cancelled, or the agent is to stop.</summary>
    /// <param name="cores">The limit; null: there is none, and nothing to do.</param>
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
                // Before the first stop, since it is for those who come when we are killed.
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
