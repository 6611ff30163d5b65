namespace Orchestrator.Processes;

/// <summary>What a killed process of ours left running of its commands with <see cref="ProcessCommand.StopLeftovers"/>: nobody waits for it
/// any more, and whoever uses its folder next would work beside it.</summary>
public static class Leftovers
{
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);

    /// <summary>Ends all that belongs to processes that are gone. What living ones run is left alone.</summary>
    /// <param name="time">The clock for the waits; the system's by default.</param>
    /// <returns>How many processes there were.</returns>
    /// <exception cref="ProcessStopException">Some are still there after SIGKILL.</exception>
    public static Task<int> StopThoseOfTheDeadAsync(TimeProvider? time = null) => StopAsync(IsGone(), time);

    /// <summary>Ends, without any grace, all that this process itself still runs: for one that is about to end, and waits for
    /// nobody.</summary>
    /// <param name="time">The clock for the waits; the system's by default.</param>
    /// <returns>How many processes there were.</returns>
    /// <exception cref="ProcessStopException">Some are still there after SIGKILL.</exception>
    public static Task<int> StopOwnAsync(TimeProvider? time = null) => StopAsync(owner => owner == ProcessIdentity.Current, time);

    /// <summary>A new value of <see cref="ProcessRunner.ChildVariable"/> that tells whose child it is.</summary>
    public static string NewMark() => $"{ProcessIdentity.Current} {Guid.NewGuid():N}";

    private static Task<int> StopAsync(Func<ProcessIdentity, bool> isOver, TimeProvider? time) =>
        new ProcessStopper(time).StopAsync(() => Find(isOver), StopSignal.Terminate, grace: TimeSpan.Zero, KillLimit);

    private static IReadOnlyList<ProcessInfo> Find(Func<ProcessIdentity, bool> isOver) =>
        [
            .. ProcessTable
                .All()
                .Where(process =>
                    ProcFiles.Variable(process.ProcessId, ProcessRunner.ChildVariable) is { } mark
                    && OwnerOf(mark) is { } owner
                    && ProcFiles.SharesProcessIds(process.ProcessId)
                    && isOver(owner)
                ),
        ];

    // Each owner is looked for once, however much it has left.
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
