using System.Collections.Concurrent;

namespace Orchestrator.Workflows.Tests.Night;

/// <summary>Events of a simulated night, recorded by the activities that caused them.</summary>
internal sealed class NightTruth
{
    private int _touched;

    /// <summary>Grows with everything that happens.</summary>
    public int Touched => Volatile.Read(ref _touched);

    public ConcurrentQueue<(string Task, DateTimeOffset At)> Starts { get; } = new();

    public ConcurrentQueue<(string Task, DateTimeOffset Since, DateTimeOffset OpensAt)> Blocks { get; } = new();

    /// <summary>Money by task, in millionths of a US dollar.</summary>
    public ConcurrentDictionary<string, long> Spent { get; } = new(StringComparer.Ordinal);

    /// <summary>Number of times a gate rejected each task.</summary>
    public ConcurrentDictionary<string, int> Back { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> WithoutLogin { get; } = new();

    public ConcurrentDictionary<string, bool> Merged { get; } = new(StringComparer.Ordinal);

    public int Raises { get; set; }

    public DateTimeOffset? AskedAt { get; set; }

    public TimeSpan Slept { get; set; }

    public void Started(string task, DateTimeOffset at) => Touch(() => Starts.Enqueue((task, at)));

    public void Worked(string task, long micros) => Touch(() => Spent.AddOrUpdate(task, micros, (_, before) => before + micros));

    public void Blocked(string task, DateTimeOffset since, DateTimeOffset opensAt) => Touch(() => Blocks.Enqueue((task, since, opensAt)));

    public void SentBack(string task) => Touch(() => Back.AddOrUpdate(task, 1, (_, before) => before + 1));

    public void IsMerged(string task) => Touch(() => Merged[task] = true);

    public void LoginFailed(string task) => Touch(() => WithoutLogin.Enqueue(task));

    private void Touch(Action change)
    {
        change();
        Interlocked.Increment(ref _touched);
    }
}
