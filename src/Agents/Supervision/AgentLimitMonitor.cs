namespace Orchestrator.Agents.Supervision;

/// <summary>
/// Checks the limits that a follower enforces: stall, output, memory and, if the supervisor is dead, time. Time counts only while the
/// follower polls, so that a suspended machine or a stopped follower does not exhaust a limit.
/// </summary>
internal sealed class AgentLimitMonitor(AgentRunLimits limits, AgentRunFileStore folder, TimeProvider time)
{
    /// <summary>Maximum time that is counted between two checks. A longer interval means that this process was suspended.</summary>
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(2);

    /// <summary>Time by which a running supervisor may exceed the time limit before the follower enforces the limit instead.</summary>
    private static readonly TimeSpan SupervisorGrace = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Interval at which the elapsed time recorded by the supervisor is read. The supervisor updates this time at least every five seconds.
    /// </summary>
    private static readonly TimeSpan CountInterval = TimeSpan.FromSeconds(5);

    /// <summary>Interval between memory checks, which read the status of every process on the machine.</summary>
    private static readonly TimeSpan MemoryInterval = TimeSpan.FromMilliseconds(450);

    private readonly ProcessTreeMemory _memory = new(folder.AgentProcesses);
    private TimeSpan _sinceMemory = MemoryInterval;
    private long _lastLook = time.GetTimestamp();
    private TimeSpan _quiet;
    private TimeSpan _counted;
    private TimeSpan _sinceCounted;
    private TimeSpan _sinceRead = CountInterval;
    private long _errorBytes;

    /// <summary>Returns the failure that corresponds to the exceeded limit, or null if no limit is exceeded.</summary>
    /// <param name="isNews">True if standard output has grown since the last check.</param>
    internal AgentFailure? Check(bool isNews)
    {
        var now = time.GetTimestamp();
        var step = time.GetElapsedTime(_lastLook, now);
        step = step < LongestStep ? step : LongestStep;
        _lastLook = now;
        var errorBytes = BytesOf(folder.StandardError);
        _quiet = isNews || errorBytes != _errorBytes ? TimeSpan.Zero : _quiet + step;
        _errorBytes = errorBytes;
        _sinceCounted += step;
        _sinceRead += step;
        _sinceMemory += step;
        if (_sinceRead >= CountInterval)
        {
            var counted = folder.Elapsed;
            _sinceCounted = counted == _counted ? _sinceCounted : TimeSpan.Zero;
            _counted = counted;
            _sinceRead = TimeSpan.Zero;
        }

        // Counts bytes written instead of bytes read, because the agent may write faster than we read.
        return BytesOf(folder.StandardOutput) + errorBytes > limits.OutputBytes ? AgentFailure.Output
            : IsMemoryPassed() ? AgentFailure.Memory
            : IsPassed(_quiet, limits.Stall) ? AgentFailure.Stall
            : IsPassed(_counted + _sinceCounted - SupervisorGrace, limits.Time) ? AgentFailure.Timeout
            : null;
    }

    private bool IsMemoryPassed()
    {
        if (limits.MemoryBytes is not { } limit || _sinceMemory < MemoryInterval)
        {
            return false;
        }
        _sinceMemory = TimeSpan.Zero;
        if (_memory.Above(limit) is not { } bytes)
        {
            return false;
        }
        folder.NoteMemory(bytes);
        return true;
    }

    private static bool IsPassed(TimeSpan time, TimeSpan limit) => limit != Timeout.InfiniteTimeSpan && time >= limit;

    private static long BytesOf(string path)
    {
        FileInfo file = new(path);
        return file.Exists ? file.Length : 0;
    }
}
