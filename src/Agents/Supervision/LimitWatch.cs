namespace Orchestrator.Agents.Supervision;

/// <summary>
/// The limits a follower keeps: stall, output, and the time limit should the supervisor be dead. Counts only time in which it looked, so neither
/// a suspended machine nor a stopped follower is held against the agent.
/// </summary>
internal sealed class LimitWatch(AgentLimits limits, StartFolder folder, TimeProvider time)
{
    /// <summary>The longest time between two looks that counts; more means that we were not running.</summary>
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(2);

    /// <summary>How far a living supervisor may be behind with its own count before we act in its place.</summary>
    private static readonly TimeSpan SupervisorGrace = TimeSpan.FromSeconds(15);

    /// <summary>The supervisor counts in steps of five seconds, so its count need not be read more often.</summary>
    private static readonly TimeSpan CountInterval = TimeSpan.FromSeconds(5);

    private long _lastLook = time.GetTimestamp();
    private TimeSpan _quiet;
    private TimeSpan _counted;
    private TimeSpan _sinceCounted;
    private TimeSpan _sinceRead = CountInterval;
    private long _errorBytes;

    /// <summary>The limit that has been passed; null if none.</summary>
    /// <param name="isNews">Whether stdout grew.</param>
    internal AgentStopReason? Check(bool isNews)
    {
        long now = time.GetTimestamp();
        TimeSpan step = time.GetElapsedTime(_lastLook, now);
        step = step < LongestStep ? step : LongestStep;
        _lastLook = now;
        long errorBytes = BytesOf(folder.StandardError);
        _quiet = isNews || errorBytes != _errorBytes ? TimeSpan.Zero : _quiet + step;
        _errorBytes = errorBytes;
        _sinceCounted += step;
        _sinceRead += step;
        if (_sinceRead >= CountInterval)
        {
            TimeSpan counted = folder.Elapsed;
            _sinceCounted = counted == _counted ? _sinceCounted : TimeSpan.Zero;
            _counted = counted;
            _sinceRead = TimeSpan.Zero;
        }

        // What was printed, not what was read of it: who floods is faster than we are.
        return BytesOf(folder.StandardOutput) + errorBytes > limits.OutputBytes ? AgentStopReason.Output
            : IsPassed(_quiet, limits.Stall) ? AgentStopReason.Stall
            : IsPassed(_counted + _sinceCounted - SupervisorGrace, limits.Time) ? AgentStopReason.Time
            : null;
    }

    private static bool IsPassed(TimeSpan time, TimeSpan limit) => limit != Timeout.InfiniteTimeSpan && time >= limit;

    private static long BytesOf(string path)
    {
        FileInfo file = new(path);
        return file.Exists ? file.Length : 0;
    }
}
