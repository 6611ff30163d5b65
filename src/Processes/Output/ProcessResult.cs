namespace Orchestrator.Processes;

/// <summary>The way in which a child ended.</summary>
public enum ProcessEnding
{
    /// <summary>By itself.</summary>
    Exited,

    /// <summary>The process reached its time limit and ended on request.</summary>
    TimedOut,

    /// <summary>The process reached its time limit, did not end within its grace, and was killed.</summary>
    TimedOutAndKilled,
}

/// <summary>Result of a child process.</summary>
public sealed record ProcessResult
{
    /// <summary>The exit code of a process that was killed by SIGKILL, for example by the kernel when memory ran out.</summary>
    public const int KilledBySignal9 = 128 + 9;

    /// <summary>The exit code; 128 plus the signal's number if a signal ended it.</summary>
    public required int ExitCode { get; init; }

    /// <summary>The way in which it ended.</summary>
    public required ProcessEnding Ending { get; init; }

    /// <summary>Captured standard output.</summary>
    public required CapturedOutput StandardOutput { get; init; }

    /// <summary>Captured standard error.</summary>
    public required CapturedOutput StandardError { get; init; }

    /// <summary>From the start to the end, in awake time.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Number of stopped processes that the child left (see <see cref="ProcessCommand.StopLeftovers"/>).</summary>
    public int LeftoversStopped { get; init; }

    /// <summary>True if the time limit ended it.</summary>
    public bool TimedOut => Ending != ProcessEnding.Exited;

    /// <summary>True if it ended by itself with exit code 0.</summary>
    public bool Succeeded => Ending == ProcessEnding.Exited && ExitCode == 0;
}

/// <summary>The captured bytes of one stream.</summary>
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

    /// <summary>The bytes; if <see cref="IsTruncated"/>, the first and the last ones with a line between that says how many are
    /// missing.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>The kept bytes as text; invalid UTF-8 becomes U+FFFD.</summary>
    public string Text => Encoding.UTF8.GetString(_bytes);

    /// <summary>The number of bytes that the child printed, kept or not.</summary>
    public long TotalBytes { get; }

    /// <summary>True if some of the output was not kept because of the limit.</summary>
    public bool IsTruncated { get; }

    /// <summary>True if another process still held the stream when we stopped reading.</summary>
    public bool WasHeldOpen { get; }
}
