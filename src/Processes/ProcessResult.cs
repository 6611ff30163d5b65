namespace Orchestrator.Processes;

/// <summary>How a child came to its end.</summary>
public enum ProcessEnding
{
    /// <summary>By itself.</summary>
    Exited,

    /// <summary>It reached its time limit and ended when asked to.</summary>
    TimedOut,

    /// <summary>It reached its time limit, did not end when asked to within its grace, and was killed.</summary>
    TimedOutAndKilled,
}

/// <summary>What became of a child.</summary>
public sealed record ProcessResult
{
    /// <summary>The exit code of a process that somebody, or the kernel for want of memory, has killed (SIGKILL).</summary>
    public const int KilledBySignal9 = 128 + 9;

    /// <summary>The exit code; 128 plus the signal's number if a signal ended it.</summary>
    public required int ExitCode { get; init; }

    /// <summary>How it ended.</summary>
    public required ProcessEnding Ending { get; init; }

    /// <summary>What was kept of standard output.</summary>
    public required CapturedOutput StandardOutput { get; init; }

    /// <summary>What was kept of standard error.</summary>
    public required CapturedOutput StandardError { get; init; }

    /// <summary>From the start to the end, in awake time.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Processes that the child left behind and that were stopped (see <see cref="ProcessCommand.StopLeftovers"/>).</summary>
    public int LeftoversStopped { get; init; }

    /// <summary>True if the time limit ended it.</summary>
    public bool TimedOut => Ending != ProcessEnding.Exited;

    /// <summary>True if it ended by itself with exit code 0.</summary>
    public bool Succeeded => Ending == ProcessEnding.Exited && ExitCode == 0;
}

/// <summary>The bytes of one stream that were kept.</summary>
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

    /// <summary>The kept bytes; if <see cref="IsTruncated"/>, the first and the last ones with a line between that says how many are
    /// missing.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>The kept bytes as text; invalid UTF-8 becomes U+FFFD.</summary>
    public string Text => Encoding.UTF8.GetString(_bytes);

    /// <summary>How many bytes the child printed, kept or not.</summary>
    public long TotalBytes { get; }

    /// <summary>True if some of the output was not kept because of the limit.</summary>
    public bool IsTruncated { get; }

    /// <summary>True if something the child left behind still held the stream when we stopped reading.</summary>
    public bool WasHeldOpen { get; }
}
