namespace Orchestrator.Processes;

/// <summary>A program that outlives this process, with its streams in files.</summary>
/// <param name="FileName">A program, as in <see cref="ProcessCommand.FileName"/>.</param>
public sealed record DetachedCommand(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>The working directory.</summary>
    /// <value>Default: ours.</value>
    public string? WorkingDirectory { get; init; }

    /// <summary>Changes to the environment: a value sets, null removes.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>True: it gets only <see cref="Environment"/>.</summary>
    public bool CleanEnvironment { get; init; }

    /// <summary>The file for standard output, appended. Its size is not limited.</summary>
    public required string OutputFile { get; init; }

    /// <summary>The file for standard error, appended; may be the same.</summary>
    public required string ErrorFile { get; init; }
}

/// <summary>Starts programs that outlive us: in a session of their own, with files as streams.</summary>
/// <param name="time">The clock for short waits; the system's by default.</param>
public sealed class DetachedProcess(TimeProvider? time = null)
{
    // The child first waits for a line, so that its identity is known before the program starts, and nothing starts if we die before. Only
    // then it closes the pipes, and what we may have inherited from our own caller, who would wait for its end; errors before that are
    // written to our pipe. All paths and words are arguments, none is script.
    private const string Script = """
        read -r go && [ "$go" = go ] && exec <"$1" >>"$2" && exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- 2>>"$3" && shift 3 && exec "$@"
        """;

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Starts the program and returns as soon as it runs.</summary>
    /// <param name="command">What to run.</param>
    /// <exception cref="ProcessStartException">Nothing was started: no such program, working directory or file.</exception>
    public async Task<ProcessIdentity> StartAsync(DetachedCommand command)
    {
        var child = new ChildStart(
            new ProcessCommand(command.FileName, command.Arguments)
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
        using var process = await ChildStart.StartProcessAsync(info, command.FileName, _time);
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
