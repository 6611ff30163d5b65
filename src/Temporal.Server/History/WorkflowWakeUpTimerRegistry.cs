using Temporal.Server.Timers;

namespace Temporal.Server.History;

/// <summary>Keeps one timer per run, found by the run's key. The timer fires when the run next changes because of time alone.</summary>
internal sealed class WorkflowWakeUpTimerRegistry(TimerService timers)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, WorkflowWakeUpTimer> _timers = [];

    /// <summary>Sets the due time of a run. Null removes the timer.</summary>
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
                _timers[key] = new WorkflowWakeUpTimer(at, timers.Schedule(at, elapse), elapse);
            }
        }
    }

    /// <summary>Removes a run's timer that has fired.</summary>
    public void RemoveTimer(long key)
    {
        lock (_lock)
        {
            _timers.Remove(key);
        }
    }

    /// <summary>
    /// Fires all timers after the clock was set back. The limits of attempts use awake time, so on the new clock the limits are reached
    /// before their timers fire.
    /// </summary>
    public void TriggerAll()
    {
        List<WorkflowWakeUpTimer> all;
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

    private sealed record WorkflowWakeUpTimer(DateTimeOffset Due, IDisposable Handle, Action Elapse);
}
