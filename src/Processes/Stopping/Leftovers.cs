namespace Orchestrator.Processes;

/// <summary>Child processes with <see cref="ProcessCommand.StopLeftovers"/> that survived the death of the process that started them: no
/// one waits for them, and they would disturb the next user of their folder.</summary>
public static class Leftovers
{
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);

    /// <summary>Ends processes of dead owners. Those of living ones are left alone.</summary>
    /// <param name="time">The clock for the waits; the system's by default.</param>
    /// <returns>Number of processes.</returns>
    /// <exception cref="ProcessStopException">Some are still there after SIGKILL.</exception>
    public static Task<int> StopThoseOfTheDeadAsync(TimeProvider? time = null) => StopAsync(IsGone(), time);

    /// <summary>Ends all children of this process at once: for a process that ends without waiting.</summary>
    /// <param name="time">The clock for the waits; the system's by default.</param>
    /// <returns>Number of processes.</returns>
    /// <exception cref="ProcessStopException">Some are still there after SIGKILL.</exception>
    public static Task<int> StopOwnAsync(TimeProvider? time = null) => StopAsync(owner => owner == ProcessIdentity.Current, time);

    /// <summary>A new value of <see cref="ProcessRunner.ChildVariable"/> with the owner's identity.</summary>
    public static string NewMark() => $"{ProcessIdentity.Current} {Guid.NewGuid():N}";

    private static Task<int> StopAsync(Func<ProcessIdentity, bool> isOver, TimeProvider? time) =>
        new ProcessStopper(time).StopAsync(() => Find(isOver), StopSignal.Terminate, grace: TimeSpan.Zero, KillLimit);

    private static IReadOnlyList<ProcessInfo> Find(Func<ProcessIdentity, bool> isOver) =>
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

    // Each owner is checked once, however many processes it left.
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
