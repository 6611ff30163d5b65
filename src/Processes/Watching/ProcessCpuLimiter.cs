namespace Orchestrator.Processes;

/// <summary>
/// Limits processes to an average number of cores. Processes that have used more than their share of processor time are stopped (SIGSTOP).
/// They are continued (SIGCONT) when their share has grown to the time that they used. The owner must call <see cref="CheckUsage"/> about
/// every tenth of a second, and <see cref="Release"/> at the end.
/// </summary>
/// <param name="find">Finds the processes again at each check. The result must not depend on earlier calls, so that a successor finds all
/// processes that this instance stopped.</param>
/// <param name="cores">Average number of cores that the processes may use, such as 0.5.</param>
/// <param name="time">Clock, or null for the system clock.</param>
public sealed class ProcessCpuLimiter(Func<IReadOnlyList<ProcessTableRow>> find, double cores, TimeProvider? time = null)
{
    /// <summary>
    /// Longest interval between two checks that counts. Longer intervals count neither toward the used CPU time nor toward the CPU share,
    /// because this process was suspended and could not stop other processes.
    /// </summary>
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Maximum time for which an unused share of processor time accumulates. The accumulated share prevents a mostly idle process from
    /// being stopped after a short command.
    /// </summary>
    private static readonly TimeSpan Saved = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Interval between full searches, which read every process of the host. Between full searches, only the processes found so far are
    /// read. A full search precedes every stop.
    /// </summary>
    private static readonly TimeSpan FindInterval = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly HashSet<ProcessIdentity> _stopped = [];
    private IReadOnlyList<ProcessTableRow> _known = [];
    private long _lastFind;
    private long _lastLook;
    private TimeSpan? _usedBefore;
    private TimeSpan _fell;
    private TimeSpan _credit;

    /// <summary>
    /// Stops the processes if they have used more than their share, and otherwise continues them. The first check continues all processes,
    /// including those that a killed predecessor stopped.
    /// </summary>
    public void CheckUsage()
    {
        var isFirst = _usedBefore is null;
        ReadProcesses(anew: isFirst || _time.GetElapsedTime(_lastFind) >= FindInterval);
        if (isFirst)
        {
            _stopped.UnionWith(_known.Where(process => process.IsStopped).Select(process => process.Identity));
        }
        Count(TimeSpan.FromTicks(_known.Sum(process => process.CpuTime.Ticks)));
        if (_credit < TimeSpan.Zero)
        {
            if (_stopped.Count == 0)
            {
                ReadProcesses(anew: true);
            }
            Stop();
        }
        else
        {
            Release();
        }
    }

    /// <summary>Continues all stopped processes.</summary>
    public void Release()
    {
        // Continues children first, as they were stopped after their parents, so that no parent sees a stopped child.
        foreach (var process in _stopped.OrderByDescending(process => process.StartTime).Where(process => process.IsAlive()))
        {
            ProcessSignals.Send(process, ProcessSignals.Continue);
        }
        _stopped.Clear();
    }

    /// <summary>
    /// Reads the processes found so far, or searches for all of them if <paramref name="anew"/> is true. An ended process counts until its
    /// parent, which this class may have stopped, has reaped it and taken over its CPU time. Parents are read before their children, so
    /// that no CPU time counts twice.
    /// </summary>
    private void ReadProcesses(bool anew)
    {
        var found = anew ? find() : [];
        var known = _known
            .Select(process => ProcFiles.ReadStat(process.ProcessId) is { } now && now.StartTime == process.StartTime ? now : null)
            .OfType<ProcessTableRow>()
            .Where(process => !anew || process.IsDead);
        _known = [.. found.Concat(known).DistinctBy(process => process.Identity).OrderBy(process => process.StartTime)];
        _lastFind = anew ? _time.GetTimestamp() : _lastFind;
    }

    private void Count(TimeSpan used)
    {
        var now = _time.GetTimestamp();
        if (_usedBefore is { } before && _time.GetElapsedTime(_lastLook, now) is var step && step <= LongestStep)
        {
            // The sum falls if a process ends and its parent, read a moment earlier, reaps it. The next check finds this time at the
            // parent, but it
            // was already counted.
            var change = used - before;
            var since = change - _fell;
            _fell = change < TimeSpan.Zero ? -change : TimeSpan.Zero;
            var most = Environment.ProcessorCount * (step + FindInterval);
            since =
                since < TimeSpan.Zero ? TimeSpan.Zero
                : since < most ? since
                : most;
            _credit += (step * cores) - since;
            _credit = _credit < Saved * cores ? _credit : Saved * cores;
        }
        _lastLook = now;
        _usedBefore = used;
    }

    private void Stop()
    {
        foreach (var process in _known.Where(process => process is { IsStopped: false, IsDead: false }))
        {
            _stopped.Add(process.Identity);
            ProcessSignals.Send(process.Identity, ProcessSignals.Stop);
        }
    }
}
