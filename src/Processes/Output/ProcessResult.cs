namespace Orchestrator.Processes;

/// <summary>Ways in which a child process can end.</summary>
public enum ProcessEndKind
{
    /// <summary>The process ended by itself.</summary>
    Exited,

    /// <summary>The process reached its time limit and ended after the stop signal.</summary>
    TimedOut,

    /// <summary>The process reached its time limit, did not end within its grace period, and was killed.</summary>
    TimedOutAndKilled,
}

/// <summary>Result of a child process.</summary>
public sealed record ProcessResult
{
    /// <summary>Exit code of a process killed by SIGKILL, for example by the kernel when memory ran out.</summary>
    public const int KilledBySignal9 = 128 + 9;

    /// <summary>Exit code, or 128 plus the signal's number if a signal ended the process.</summary>
    public required int ExitCode { get; init; }

    /// <summary>The way in which the process ended.</summary>
    public required ProcessEndKind Ending { get; init; }

    /// <summary>Captured standard output.</summary>
    public required CapturedOutput StandardOutput { get; init; }

    /// <summary>Captured standard error.</summary>
    public required CapturedOutput StandardError { get; init; }

    /// <summary>Time from start to end, excluding time during which the host was suspended.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>
    /// Number of processes that the child left running and that were then stopped (see <see cref="ChildProcessOptions.StopLeftovers"/>).
    /// </summary>
    public int LeftoversStopped { get; init; }

    /// <summary>True if the process was stopped at its time limit.</summary>
    public bool TimedOut => Ending != ProcessEndKind.Exited;

    /// <summary>True if the process was not stopped and its exit code is 0.</summary>
    public bool Succeeded => Ending == ProcessEndKind.Exited && ExitCode == 0;
}

/// <summary>Captured output of one stream.</summary>
public sealed class CapturedOutput
{
    private readonly byte[] _bytes;

    internal CapturedOutput(byte[] bytes, long totalBytes, bool isTruncated, bool isOpen)
    {
        _bytes = bytes;
        TotalBytes = totalBytes;
        IsTruncated = isTruncated;
        WasHeldOpen = isOpen;
    }

    /// <summary>
    /// Captured bytes. If <see cref="IsTruncated"/> is true, these are the first and last bytes, separated by a line with the number of
    /// omitted bytes.
    /// </summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>Captured bytes as text. Invalid UTF-8 becomes U+FFFD.</summary>
    public string Text => Encoding.UTF8.GetString(_bytes);

    /// <summary>Number of bytes that the child printed, including bytes that were not captured.</summary>
    public long TotalBytes { get; }

    /// <summary>True if some of the output was not captured because of the limit.</summary>
    public bool IsTruncated { get; }

    /// <summary>True if another process still held the stream open when reading stopped.</summary>
    public bool WasHeldOpen { get; }
}
