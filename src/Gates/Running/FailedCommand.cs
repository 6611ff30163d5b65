using Orchestrator.Gates.Runners;

namespace Orchestrator.Gates.Running;

/// <summary>The cause of a failed command that is no gate, such as set-up, by its output.</summary>
/// <param name="Line">The first line that a reader needs; empty: none is known.</param>
/// <param name="Cause">The machine's fault; null: not known.</param>
public sealed record FailedCommand(string Line, EnvironmentCause? Cause)
{
    private const int LastLines = 40;

    /// <summary>Reads a command that ended without success.</summary>
    /// <param name="command">The shell command.</param>
    /// <param name="result">Its end.</param>
    /// <param name="directory">Its working directory.</param>
    public static FailedCommand Read(string command, ProcessResult result, string directory)
    {
        var output = RunnerOutput.Of($"{result.StandardOutput.Text}\n{result.StandardError.Text}");
        var facts = RunnerReader.Read(
            new RunnerEnd
            {
                Output = output,
                Command = command,
                ExitCode = result.ExitCode,
                TimedOut = result.TimedOut,
                Directory = directory,
                Manifests = ProjectManifests.Of(directory),
            }
        );
        // Nothing is judged by it, so that any of the last lines may state the cause.
        _ = EnvironmentTable.States([.. output.Lines.TakeLast(LastLines).Select(line => line.Text)], out var stated);
        return new FailedCommand(facts.Decisive?.Text ?? "", facts.Environment ?? stated);
    }

    /// <summary>The cause in a few words, such as "no network"; empty: not known.</summary>
    public string CauseInWords =>
        Cause switch
        {
            null => "",
            EnvironmentCause.MissingProgram => "a program is missing",
            EnvironmentCause.MissingPackage => "a package is missing",
            EnvironmentCause.NoNetwork => "no network",
            EnvironmentCause.ReadOnly => "a read-only file system",
            EnvironmentCause.NoSpace => "no space on the disk",
            EnvironmentCause.OutOfMemory => "no memory",
            EnvironmentCause.Permission => "no permission",
            EnvironmentCause.MissingService => "a service is missing",
            EnvironmentCause.WrongVersion => "the wrong version of a tool",
            _ => "out of time",
        };
}
