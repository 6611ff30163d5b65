namespace Orchestrator.Processes;

/// <summary>The program to run, and its circumstances. Arguments are a list and are passed unchanged; no shell reads them.</summary>
public sealed record ProcessCommand
{
    /// <summary>Makes a command of a program and its arguments.</summary>
    public ProcessCommand(string fileName, params IEnumerable<string> arguments)
    {
        FileName = fileName;
        Arguments = [.. arguments];
    }

    /// <summary>A program: a name that is searched in the child's PATH, or a path; a relative path (with a slash) starts at the working
    /// directory.</summary>
    public string FileName { get; init; }

    /// <summary>The arguments, without the program.</summary>
    public IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The child's working directory.</summary>
    /// <value>Default: ours.</value>
    public string? WorkingDirectory { get; init; }

    /// <summary>Changes to the environment: a value sets, null removes.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>True: the child gets only <see cref="Environment"/>, nothing of ours.</summary>
    public bool CleanEnvironment { get; init; }

    /// <summary>The child's standard input.</summary>
    /// <value>Default: nothing.</value>
    public ProcessInput Input { get; init; } = ProcessInput.None;

    /// <summary>The place where standard output goes.</summary>
    /// <value>Default: captured, up to 1 MiB.</value>
    public ProcessOutput StandardOutput { get; init; } = new();

    /// <summary>The place where standard error goes.</summary>
    /// <value>Default: captured, up to 1 MiB.</value>
    public ProcessOutput StandardError { get; init; } = new();

    /// <summary>The time limit of the child, in awake time; then it is stopped and the result says so.</summary>
    /// <value>Default: no limit.</value>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The signal that asks the child to end.</summary>
    /// <value>Default: <see cref="StopSignal.Terminate"/>.</value>
    public StopSignal StopSignal { get; init; } = StopSignal.Terminate;

    /// <summary>The time that the child has to end after <see cref="StopSignal"/>; then it and its descendants are killed.</summary>
    /// <value>Default: 5 seconds.</value>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>True: the child leads a session (and process group): Ctrl-C at our terminal does not reach it, and <see cref="StopSignal"/>
    /// goes to its whole group.</summary>
    public bool OwnSession { get; init; }

    /// <summary>True: after the child has ended by itself, its remaining processes are stopped too; if this process dies before,
    /// <see cref="Leftovers"/> finds them. False: they are left alone, also if they still hold the output.</summary>
    public bool StopLeftovers { get; init; }

    /// <summary>The part of this machine that the child reaches; null: all that we reach. Its descendants die with it.</summary>
    public Sandbox? Sandbox { get; init; }

    /// <summary>The value of <see cref="ProcessRunner.ChildVariable"/> in the child's environment. A caller that stores it before the start
    /// can find the child's processes later, also from another process. Null: a new one.</summary>
    public string? Mark { get; init; }

    /// <summary>The command as a person would type it, for messages, without the environment.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Quote(FileName));
        foreach (var argument in Arguments)
        {
            text.Append(' ').Append(Quote(argument));
        }
        return text.ToString();
    }

    /// <summary>A word as a person would type it at a shell.</summary>
    /// <param name="word">Any text.</param>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./=:,@+^%".Contains(c, StringComparison.Ordinal))
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
