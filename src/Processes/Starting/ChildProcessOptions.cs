namespace Orchestrator.Processes;

/// <summary>
/// A program to run, with its arguments, environment and limits. The arguments are passed unchanged as a list, without a shell.
/// </summary>
public sealed record ChildProcessOptions
{
    /// <summary>Creates a command from a program and its arguments.</summary>
    public ChildProcessOptions(string fileName, params IEnumerable<string> arguments)
    {
        FileName = fileName;
        Arguments = [.. arguments];
    }

    /// <summary>
    /// Program, either as a name to look up in the child's PATH or as a path. A relative path (with a slash) is resolved against the
    /// working directory.
    /// </summary>
    public string FileName { get; init; }

    /// <summary>Arguments, not including the program.</summary>
    public IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Working directory of the child.</summary>
    /// <value>Default: the working directory of this process.</value>
    public string? WorkingDirectory { get; init; }

    /// <summary>Changes to the environment. A null value removes a variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>True to pass only <see cref="Environment"/> to the child, without inherited variables.</summary>
    public bool CleanEnvironment { get; init; }

    /// <summary>Standard input of the child.</summary>
    /// <value>Default: empty.</value>
    public ProcessStandardInput Input { get; init; } = ProcessStandardInput.None;

    /// <summary>Target of standard output.</summary>
    /// <value>Default: captured, up to 1 MiB.</value>
    public ProcessOutputTargets StandardOutput { get; init; } = new();

    /// <summary>Target of standard error.</summary>
    /// <value>Default: captured, up to 1 MiB.</value>
    public ProcessOutputTargets StandardError { get; init; } = new();

    /// <summary>
    /// Time limit of the child, excluding time during which the host is suspended. The child is stopped at the limit, and the result shows
    /// that the limit was reached.
    /// </summary>
    /// <value>Default: no limit.</value>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Signal that asks the child to end.</summary>
    /// <value>Default: <see cref="PosixStopSignal.Terminate"/>.</value>
    public PosixStopSignal StopSignal { get; init; } = PosixStopSignal.Terminate;

    /// <summary>Grace period after <see cref="StopSignal"/>, after which the child and its descendants are killed.</summary>
    /// <value>Default: 5 seconds.</value>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// True to start the child as the leader of a new session and process group. Ctrl-C at the terminal then does not reach the child, and
    /// <see cref="StopSignal"/> is sent to the whole process group.
    /// </summary>
    public bool OwnSession { get; init; }

    /// <summary>
    /// True to stop the descendants that the child leaves running when it ends by itself. If this process dies first,
    /// <see cref="LeftoverProcessStopper"/> finds these descendants. If false, they keep running even if they hold the output open.
    /// </summary>
    public bool StopLeftovers { get; init; }

    /// <summary>Sandbox of the child, or null for unrestricted access. Descendants of a sandboxed child die with it.</summary>
    public Sandbox? Sandbox { get; init; }

    /// <summary>Value of <see cref="ProcessRunner.ChildVariable"/> in the child's environment, or null for a new value. A caller that
    /// stores the value before the start can find the child's processes later, even from another process.</summary>
    public string? Mark { get; init; }

    /// <summary>Formats the command as a user would type it, without the environment, for messages.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Quote(FileName));
        foreach (var argument in Arguments)
        {
            text.Append(' ').Append(Quote(argument));
        }
        return text.ToString();
    }

    /// <summary>Quotes a word for a shell if necessary.</summary>
    /// <param name="word">Any text.</param>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./=:,@+^%".Contains(c, StringComparison.Ordinal))
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
