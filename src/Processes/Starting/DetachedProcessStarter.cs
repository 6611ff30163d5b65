namespace Orchestrator.Processes;

/// <summary>Command for a program that keeps running after this process ends. The program's output is written to files.</summary>
/// <param name="FileName">Program, as in <see cref="ChildProcessOptions.FileName"/>.</param>
public sealed record DetachedProcessOptions(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>Working directory of the process.</summary>
    /// <value>Default: the working directory of this process.</value>
    public string? WorkingDirectory { get; init; }

    /// <summary>Changes to the environment. A null value removes a variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>True to pass only <see cref="Environment"/> to the program, without inherited variables.</summary>
    public bool CleanEnvironment { get; init; }

    /// <summary>File to which standard output is appended. Its size is not limited.</summary>
    public required string OutputFile { get; init; }

    /// <summary>File to which standard error is appended. May be the same file as <see cref="OutputFile"/>.</summary>
    public required string ErrorFile { get; init; }
}

/// <summary>
/// Starts programs that keep running after this process ends. Each program runs in its own POSIX session and writes its output to files.
/// </summary>
/// <param name="time">Clock for short waits, or null for the system clock.</param>
public sealed class DetachedProcessStarter(TimeProvider? time = null)
{
    // The child first waits for a line, so that its identity is known before the program starts, and no program starts if this process dies
    // first. The child then closes the pipes and the descriptors inherited from the caller of this process, because the caller would
    // otherwise wait for the child to end. Earlier errors are written to the pipe. All paths and words are arguments; none is part of the
    // script.
    private const string Script = """
        read -r go && [ "$go" = go ] && exec <"$1" >>"$2" && exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- 2>>"$3" && shift 3 && exec "$@"
        """;

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Starts the program and returns when it is running.</summary>
    /// <param name="command">Command to run.</param>
    /// <exception cref="ProcessStartException">The program was not started, because the program, the working directory or a file is
    /// missing.</exception>
    public async Task<ProcessIdentity> StartAsync(DetachedProcessOptions command)
    {
        var child = new ChildProcessStarter(
            new ChildProcessOptions(command.FileName, command.Arguments)
            {
                WorkingDirectory = command.WorkingDirectory,
                Environment = command.Environment,
                CleanEnvironment = command.CleanEnvironment,
                OwnSession = true,
            }
        );
        var info = child.Info;
        string[] program = [info.FileName, .. info.ArgumentList];
        info.FileName = "/bin/sh";
        info.ArgumentList.Clear();
        var directory = command.WorkingDirectory ?? Directory.GetCurrentDirectory();
        foreach (
            var argument in (string[])
                ["-c", Script, "sh", "/dev/null", FullPath(command.OutputFile), FullPath(command.ErrorFile), .. program]
        )
        {
            info.ArgumentList.Add(argument);
        }
        using var process = await ChildProcessStarter.StartProcessAsync(info, command.FileName, _time);
        await using var input = process.StandardInput.BaseStream;
        var identity = ProcessIdentity.Of(process.Id) ?? throw Refused("it ended at once");
        await input.WriteAsync("go\n"u8.ToArray());
        await input.FlushAsync();
        var fault = await process.StandardError.ReadToEndAsync();
        return fault.Length == 0 ? identity : throw Refused(fault.Trim());

        string FullPath(string path) => Path.GetFullPath(path, Path.GetFullPath(directory));

        ProcessStartException Refused(string why) =>
            new(ProcessStartFailure.Refused, $"'{command.FileName}' could not be started with its output in '{command.OutputFile}': {why}");
    }
}
