namespace Orchestrator.Processes;

/// <summary>
/// Stops child processes that were started with <see cref="ChildProcessOptions.StopLeftovers"/> and whose owner, the process that started
/// them, has died. No process waits for these children, and they would interfere with the next use of their folder.
/// </summary>
public static class LeftoverProcessStopper
{
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);

    /// <summary>Stops the leftover processes of owners that have died. Processes whose owner is still running are not stopped.</summary>
    /// <param name="time">Clock for the waits, or null for the system clock.</param>
    /// <returns>Number of stopped processes.</returns>
    /// <exception cref="ProcessNotStoppedException">Some processes still exist after SIGKILL.</exception>
    public static Task<int> StopThoseOfTheDeadAsync(TimeProvider? time = null) => StopAsync(IsGone(), time);

    /// <summary>
    /// Stops all children of this process without a grace period. Used by a process that ends without waiting for its children.
    /// </summary>
    /// <param name="time">Clock for the waits, or null for the system clock.</param>
    /// <returns>Number of stopped processes.</returns>
    /// <exception cref="ProcessNotStoppedException">Some processes still exist after SIGKILL.</exception>
    public static Task<int> StopOwnAsync(TimeProvider? time = null) => StopAsync(owner => owner == ProcessIdentity.Current, time);

    /// <summary>
    /// Creates a value of <see cref="ProcessRunner.ChildVariable"/> that identifies this process as the owner of a child.
    /// </summary>
    public static string NewMark() => $"{ProcessIdentity.Current} {Guid.NewGuid():N}";

    private static Task<int> StopAsync(Func<ProcessIdentity, bool> isOver, TimeProvider? time) =>
        new ProcessStopper(time).StopAsync(() => Find(isOver), PosixStopSignal.Terminate, grace: TimeSpan.Zero, KillLimit);

    private static IReadOnlyList<ProcessTableRow> Find(Func<ProcessIdentity, bool> isOver) =>
        [
            .. ProcessTable
                .All()
                .Where(process =>
                    ProcFiles.Variables(process.ProcessId, ProcessRunner.ChildVariable) is [var (_, mark)]
                    && OwnerOf(mark) is { } owner
                    && ProcFiles.SharesProcessIds(process.ProcessId)
                    && isOver(owner)
                ),
        ];

    // Each owner is checked only once, even if many of its processes remain.
    private static Func<ProcessIdentity, bool> IsGone()
    {
        var known = new Dictionary<ProcessIdentity, bool>();
        return owner =>
        {
            if (!known.TryGetValue(owner, out var isGone))
            {
                known[owner] = isGone = !owner.IsAlive();
            }
            return isGone;
        };
    }

    private static ProcessIdentity? OwnerOf(string mark) =>
        mark.LastIndexOf(' ') is > 0 and var end ? ProcessIdentity.TryParse(mark[..end]) : null;
}
