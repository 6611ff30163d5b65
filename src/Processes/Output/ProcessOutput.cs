namespace Orchestrator.Processes;

/// <summary>Targets of one stream of a child: memory (up to a limit), a file (up to a limit), a handler of lines, or any combination.
/// Whatever the limits, the stream is always read to its end, so that a child with endless output neither blocks nor fills memory or disk.
/// Use the same object for standard output and standard error to have both in one place in order.</summary>
public sealed class ProcessOutput
{
    /// <summary>Default for bytes kept in memory: 1 MiB.</summary>
    public const int DefaultCaptureLimit = 1024 * 1024;

    /// <summary>Default for the longest line before it is split: 1 MiB.</summary>
    public const int DefaultLineLimit = 1024 * 1024;

    /// <summary>Default for bytes written to a file: 64 MiB.</summary>
    public const long DefaultFileLimit = 64L * 1024 * 1024;

    /// <summary>Bytes kept in memory; beyond it the first and the last half are kept. 0 keeps none.</summary>
    /// <value>Default: <see cref="DefaultCaptureLimit"/>.</value>
    public int CaptureLimit { get; init; } = DefaultCaptureLimit;

    /// <summary>A file for the bytes; created anew, with its folder, by <see cref="OwnFile.Create"/>. Null: none.</summary>
    public string? File { get; init; }

    /// <summary>A log for the bytes, open before and after the child runs, in place of <see cref="File"/>. Null: none.</summary>
    public LogFile? Log { get; init; }

    /// <summary>Bytes written to <see cref="File"/> or <see cref="Log"/>; then a line with the number of omitted bytes, and the last 64
    /// KiB.</summary>
    /// <value>Default: <see cref="DefaultFileLimit"/>.</value>
    public long FileLimit { get; init; } = DefaultFileLimit;

    /// <summary>Called for each line without its end (LF or CRLF), also for a last one without end; invalid UTF-8 becomes U+FFFD. The child
    /// is not read further while it runs. Its exception stops the child and is thrown by the run.</summary>
    public Func<OutputLine, CancellationToken, ValueTask>? OnLine { get; init; }

    /// <summary>Bytes after which a line is split.</summary>
    /// <value>Default: <see cref="DefaultLineLimit"/>.</value>
    public int LineLimit { get; init; } = DefaultLineLimit;

    /// <summary>Keeps up to <paramref name="limit"/> bytes in memory.</summary>
    public static ProcessOutput Capture(int limit = DefaultCaptureLimit) => new() { CaptureLimit = limit };
}

/// <summary>One line of output.</summary>
/// <param name="Text">Without its end.</param>
/// <param name="IsPart">True if the line was longer than the limit and this is not its last piece.</param>
public readonly record struct OutputLine(string Text, bool IsPart);
