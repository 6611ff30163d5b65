namespace Orchestrator.Workflows.Tests.Night;

/// <summary>The clock on the wall of a simulated night: it goes as it does, and is put forward. What measures awake time goes by a
/// timestamp, and sees each time that it is put forward as sleep of the machine.</summary>
/// <param name="start">What it shows first.</param>
internal sealed class NightClock(DateTimeOffset start) : TimeProvider
{
    private readonly long _began = System.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly List<(DateTimeOffset Due, TaskCompletionSource Reached)> _waiting = [];
    private TimeSpan _ahead;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return start + System.GetElapsedTime(_began) + _ahead;
        }
    }

    /// <summary>How many wait for a time.</summary>
    public int Awaited
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Waits until the clock shows a time.</summary>
    public Task UntilAsync(DateTimeOffset due, CancellationToken stop)
    {
        lock (_lock)
        {
            if (due <= GetUtcNow())
            {
                return Task.CompletedTask;
            }
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((due, reached));
            return reached.Task.WaitAsync(stop);
        }
    }

    /// <summary>Puts it forward.</summary>
    /// <param name="time">By so much.</param>
    /// <param name="asleep">Nothing worked meanwhile: what is waited for comes as much later.</param>
    public void Forward(TimeSpan time, bool asleep = false)
    {
        List<TaskCompletionSource> reached;
        lock (_lock)
        {
            _ahead += time;
            if (asleep)
            {
                for (var i = 0; i < _waiting.Count; i++)
                {
                    _waiting[i] = (_waiting[i].Due + time, _waiting[i].Reached);
                }
            }
            var now = GetUtcNow();
            reached = [.. _waiting.Where(one => one.Due <= now).Select(one => one.Reached)];
            _waiting.RemoveAll(one => one.Due <= now);
        }
        reached.ForEach(one => one.TrySetResult());
    }
}
