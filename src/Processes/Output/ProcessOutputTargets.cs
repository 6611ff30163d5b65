namespace Orchestrator.Processes;

/// <summary>
/// Targets of a child process's output stream: memory and a file (both up to a limit), a line handler, or a combination of them. The stream
/// is always read to its end, so that endless output neither blocks the child nor fills memory or disk. Use the same instance for standard
/// output and standard error to combine both in order.
/// </summary>
public sealed class ProcessOutputTargets
{
    /// <summary>Default of <see cref="CaptureLimit"/>: 1 MiB.</summary>
    public const int DefaultCaptureLimit = 1024 * 1024;

    /// <summary>Default of <see cref="LineLimit"/>: 1 MiB.</summary>
    public const int DefaultLineLimit = 1024 * 1024;

    /// <summary>Default of <see cref="FileLimit"/>: 64 MiB.</summary>
    public const long DefaultFileLimit = 64L * 1024 * 1024;

    /// <summary>Maximum number of bytes kept in memory. If the output is longer, its beginning and its end are kept. 0 to keep no
    /// output.</summary>
    /// <value>Default: <see cref="DefaultCaptureLimit"/>.</value>
    public int CaptureLimit { get; init; } = DefaultCaptureLimit;

    /// <summary>Path of a file for the output, or null to write no file. <see cref="SymlinkSafeFileWriter.Create"/> creates the file and
    /// its folder.</summary>
    public string? File { get; init; }

    /// <summary>Log for the output, used in place of <see cref="File"/>. The caller opens and closes the log. Null if there is no
    /// log.</summary>
    public LogFile? Log { get; init; }

    /// <summary>
    /// Maximum number of bytes written to <see cref="File"/> or <see cref="Log"/>. If there is more output, a line with the number of
    /// omitted bytes and the last 64 KiB follow.
    /// </summary>
    /// <value>Default: <see cref="DefaultFileLimit"/>.</value>
    public long FileLimit { get; init; } = DefaultFileLimit;

    /// <summary>
    /// Handler that receives each line without its line ending (LF or CRLF), including an unterminated last line, or null for no handler.
    /// Invalid UTF-8 becomes U+FFFD. Output is not read while the handler runs. If the handler throws, the child is stopped and the
    /// exception is rethrown to the caller.
    /// </summary>
    public Func<OutputLine, CancellationToken, ValueTask>? OnLine { get; init; }

    /// <summary>Maximum length of a line in bytes. Longer lines are split.</summary>
    /// <value>Default: <see cref="DefaultLineLimit"/>.</value>
    public int LineLimit { get; init; } = DefaultLineLimit;

    /// <summary>Creates a target that keeps up to <paramref name="limit"/> bytes in memory.</summary>
    public static ProcessOutputTargets Capture(int limit = DefaultCaptureLimit) => new() { CaptureLimit = limit };
}

/// <summary>A line of a process's output.</summary>
/// <param name="Text">Text without line ending.</param>
/// <param name="IsPart">True if the line exceeded the limit and this is not its last part.</param>
public readonly record struct OutputLine(string Text, bool IsPart);
