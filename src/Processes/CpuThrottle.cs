namespace Orchestrator.Processes;

/// <summary>
/// Holds processes to a number of cores on average: whenever they have used more than their share they are stopped (SIGSTOP) until the share has caught up, then
/// they go on (SIGCONT). Nothing happens by itself: who holds them calls <see cref="Look"/> every tenth of a second or so, and <see cref="Release"/> at the end.
/// </summary>
/// <param name="find">
/// The processes, found anew at each look. What it finds must not depend on who has looked before: a successor must find all that this one stopped.
/// </param>
/// <param name="cores">Cores they may use on average, such as 0.5.</param>
/// <param name="time">The clock; the system's by default.</param>
public sealed class CpuThrottle(Func<IReadOnlyList<ProcessInfo>> find, double cores, TimeProvider? time = null)
{
    /// <summary>The longest time between two looks that counts; more means that we were not running, and nobody could have stopped them.</summary>
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(2);

    /// <summary>So much of the share is kept when it is not used, so that who mostly waits is not stopped for a short command.</summary>
    private static readonly TimeSpan Saved = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly HashSet<ProcessIdentity> _stopped = [];
    private long _lastLook;
    private TimeSpan? _usedBefore;
    private TimeSpan _credit;

    /// <summary>Stops them if they are ahead of their share, else lets them go on. The first look lets all go on, also what a predecessor that was killed had stopped.</summary>
    public void Look()
    {
        var processes = find();
        if (_usedBefore is null)
        {
            _stopped.UnionWith(processes.Where(process => process.IsStopped).Select(process => process.Identity));
        }

        Count(CpuTimeOf(processes));
        if (_credit < TimeSpan.Zero)
        {
            Stop(processes);
        }
        else
        {
            Release();
        }
    }

    /// <summary>Lets all go on that this one has stopped.</summary>
    public void Release()
    {
        // Children first, as they were stopped after their parents: no parent sees a child that is stopped.
        foreach (var process in _stopped.OrderByDescending(process => process.StartTime).Where(process => process.IsAlive()))
        {
            Signals.SendIfOurs(process.ProcessId, Signals.Continue);
        }

        _stopped.Clear();
    }

    private void Count(TimeSpan used)
    {
        var now = _time.GetTimestamp();
        if (_usedBefore is { } before && _time.GetElapsedTime(_lastLook, now) is var step && step <= LongestStep)
        {
            // The sum falls when one ends whose parent does not collect it: what was used since the last look is lost then, and nothing else.
            var since = used > before ? used - before : TimeSpan.Zero;
            _credit += (step * cores) - since;
            _credit = _credit < Saved * cores ? _credit : Saved * cores;
        }

        _lastLook = now;
        _usedBefore = used;
    }

    private void Stop(IReadOnlyList<ProcessInfo> processes)
    {
        foreach (var process in processes.Where(process => !process.IsStopped).OrderBy(process => process.StartTime))
        {
            _stopped.Add(process.Identity);
            Signals.SendIfOurs(process.ProcessId, Signals.Stop);
        }
    }

    /// <summary>With those that have ended and whose parent, perhaps stopped by us, has not collected them yet.</summary>
    private static TimeSpan CpuTimeOf(IReadOnlyList<ProcessInfo> processes)
    {
        var parents = processes.Select(process => process.ProcessId).ToHashSet();
        var ended = ProcessTable.Ended().Where(process => parents.Contains(process.ParentId));
        return TimeSpan.FromTicks(processes.Concat(ended).Sum(process => process.CpuTime.Ticks));
    }
}
