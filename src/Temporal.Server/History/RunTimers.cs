using Temporal.Server.Timers;

namespace Temporal.Server.History;

/// <summary>For each run, by its key, when time alone changes it next.</summary>
internal sealed class RunTimers(TimerService timers)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, RunTimer> _timers = [];

    /// <summary>Sets the time of a run, in place of the one it had; null for none.</summary>
    public void Set(long key, DateTimeOffset? due, Action elapse)
    {
        lock (_lock)
        {
            if (_timers.TryGetValue(key, out var known))
            {
                if (known.Due == due)
                {
                    return;
                }

                known.Handle.Dispose();
                _timers.Remove(key);
            }

            if (due is { } at)
            {
                _timers[key] = new RunTimer(at, timers.Schedule(at, elapse), elapse);
            }
        }
    }

    /// <summary>The time of a run has come.</summary>
    public void Forget(long key)
    {
        lock (_lock)
        {
            _timers.Remove(key);
        }
    }

    /// <summary>
    /// The clock was set back: the limits of attempts, which count time awake, are due earlier on it than the timers that were set for
    /// them.
    /// </summary>
    public void ElapseAll()
    {
        List<RunTimer> all;
        lock (_lock)
        {
            all = [.. _timers.Values];
        }

        foreach (var timer in all)
        {
            timer.Handle.Dispose();
            timer.Elapse();
        }
    }

    private sealed record RunTimer(DateTimeOffset Due, IDisposable Handle, Action Elapse);
}
