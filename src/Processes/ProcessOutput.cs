namespace Orchestrator.Processes;

/// <summary>Where one stream of a child goes: memory (up to a limit), a file (up to a limit), a handler of lines, or any of them together.
/// Whatever the limits, the stream is always read to its end, so that a child that prints without end neither blocks nor fills memory or
/// disk. Give the same object as standard output and standard error to have both in one place in the order they came.</summary>
public sealed class ProcessOutput
{
    /// <summary>Bytes kept in memory when nothing else is said: 1 MiB.</summary>
    public const int DefaultCaptureLimit = 1024 * 1024;

    /// <summary>Bytes at which a line is handed over in pieces when nothing else is said: 1 MiB.</summary>
    public const int DefaultLineLimit = 1024 * 1024;

    /// <summary>Bytes written to a file when nothing else is said: 64 MiB.</summary>
    public const long DefaultFileLimit = 64L * 1024 * 1024;

    /// <summary>Bytes kept in memory; beyond it the first and the last half are kept. 0 keeps none.</summary>
    /// <value>Default: <see cref="DefaultCaptureLimit"/>.</value>
    public int CaptureLimit { get; init; } = DefaultCaptureLimit;

    /// <summary>A file that gets the bytes; made anew, with its folder. Null: none.</summary>
    public string? File { get; init; }

    /// <summary>Bytes that <see cref="File"/> gets; then a line that says how much is left out, and the last 64 KiB.</summary>
    /// <value>Default: <see cref="DefaultFileLimit"/>.</value>
    public long FileLimit { get; init; } = DefaultFileLimit;

    /// <summary>Is given each line without its end (LF or CRLF), also a last one without end; invalid UTF-8 becomes U+FFFD. While it runs
    /// the child is not read further. What it throws stops the child and comes out of the run.</summary>
    public Func<OutputLine, CancellationToken, ValueTask>? OnLine { get; init; }

    /// <summary>Bytes at which a line is handed over in pieces.</summary>
    /// <value>Default: <see cref="DefaultLineLimit"/>.</value>
    public int LineLimit { get; init; } = DefaultLineLimit;

    /// <summary>Keeps up to <paramref name="limit"/> bytes in memory.</summary>
    public static ProcessOutput Capture(int limit = DefaultCaptureLimit) => new() { CaptureLimit = limit };
}

/// <summary>One line of output.</summary>
/// <param name="Text">Without its end.</param>
/// <param name="IsPart">True if the line was longer than the limit and this is a piece of it that others follow.</param>
public readonly record struct OutputLine(string Text, bool IsPart);
