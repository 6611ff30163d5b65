namespace Orchestrator.Processes;

/// <summary>
/// Stops processes that are not, or no longer, children of this process. Signals the processes, waits, kills them, and verifies that they
/// have ended.
/// </summary>
/// <param name="time">Clock for the waits, or null for the system clock.</param>
public sealed class ProcessStopper(TimeProvider? time = null)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Stops all processes that have the given variable in their environment, and the descendants of these processes.</summary>
    /// <returns>Number of processes.</returns>
    /// <exception cref="ProcessNotStoppedException">Some processes still exist after <paramref name="killLimit"/>.</exception>
    public Task<int> StopByEnvironmentAsync(
        string name,
        string value,
        PosixStopSignal signal,
        TimeSpan grace,
        TimeSpan killLimit,
        CancellationToken cancellationToken = default
    ) => StopAsync(() => ProcessTable.FindByEnvironment(name, value), signal, grace, killLimit, cancellationToken);

    /// <summary>Stops a process and its descendants, unless another process now has the same id.</summary>
    /// <returns>Number of processes.</returns>
    /// <exception cref="ProcessNotStoppedException">Some processes still exist after <paramref name="killLimit"/>.</exception>
    public Task<int> StopAsync(
        ProcessIdentity process,
        PosixStopSignal signal,
        TimeSpan grace,
        TimeSpan killLimit,
        CancellationToken cancellationToken = default
    ) =>
        StopAsync(
            () => process.IsAlive() && ProcFiles.ReadStat(process.ProcessId) is { } found ? [found] : [],
            signal,
            grace,
            killLimit,
            cancellationToken
        );

    /// <summary>
    /// Stops the processes returned by <paramref name="find"/> and their descendants. Sends the signal, if one is given, and waits for
    /// <paramref name="grace"/>. Then sends SIGKILL repeatedly for at most <paramref name="killLimit"/>, until no process is found.
    /// Cancellation ends the grace period early, but does not prevent or shorten the SIGKILL phase.
    /// </summary>
    /// <remarks>Processes of another user, such as a program with raised privileges (sudo), are left alone, because they can't be
    /// signaled.</remarks>
    /// <returns>Initial number of processes.</returns>
    /// <exception cref="ProcessNotStoppedException">Some processes still exist after <paramref name="killLimit"/>.</exception>
    public async Task<int> StopAsync(
        Func<IReadOnlyList<ProcessTableRow>> find,
        PosixStopSignal? signal,
        TimeSpan grace,
        TimeSpan killLimit,
        CancellationToken cancellationToken = default
    )
    {
        var tree = new TrackedProcessTree(find);
        var first = tree.Refresh();
        if (first.Count == 0)
        {
            return 0;
        }
        if (signal is { } asked)
        {
            foreach (var process in first)
            {
                tree.Send(process, (int)asked);
            }
        }
        if (!await IsGoneWithinAsync(tree, grace, kill: false, cancellationToken))
        {
            await KillAsync(tree, killLimit);
        }
        return first.Count;
    }

    internal async Task KillAsync(TrackedProcessTree tree, TimeSpan limit)
    {
        // The last processes may have ended since the last check within the limit.
        if (!await IsGoneWithinAsync(tree, limit, kill: true, CancellationToken.None) && tree.Refresh() is { Count: > 0 } alive)
        {
            throw new ProcessNotStoppedException(
                $"{Plural.Of(alive.Count, "process")} {Plural.Form(alive.Count, "is", "are")} still running "
                    + $"{limit.TotalSeconds:0.#} s after SIGKILL: "
                    + string.Join(", ", alive.Select(process => $"{process.ProcessId} ({process.Name}, state {process.State})"))
                    + ". State D means that they wait in the kernel, usually for a disk or a network file system."
            );
        }
    }

    private async Task<bool> IsGoneWithinAsync(TrackedProcessTree tree, TimeSpan limit, bool kill, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var alive = tree.Refresh();
            if (alive.Count == 0)
            {
                return true;
            }
            if (cancellationToken.IsCancellationRequested || _time.GetElapsedTime(start) >= limit)
            {
                return false;
            }
            foreach (var process in kill ? alive : [])
            {
                tree.Send(process, ProcessSignals.Kill);
            }
            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
