using Temporal.Server.Timers;

namespace Temporal.Server.History;

/// <summary>
/// Keeps one timer per run, identified by the run's key. The timer fires at the run's next change that depends on time alone.
/// </summary>
internal sealed class WorkflowWakeUpTimerRegistry(TimerService timers)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, WorkflowWakeUpTimerRegistration> _timers = [];

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
                _timers[key] = new WorkflowWakeUpTimerRegistration(at, timers.Schedule(at, elapse), elapse);
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
    /// Fires all timers after the wall clock was set back. Limits of attempts do not follow the wall clock, so they can now expire before
    /// their timers would fire.
    /// </summary>
    public void TriggerAll()
    {
        List<WorkflowWakeUpTimerRegistration> all;
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

    private sealed record WorkflowWakeUpTimerRegistration(DateTimeOffset Due, IDisposable Handle, Action Elapse);
}
