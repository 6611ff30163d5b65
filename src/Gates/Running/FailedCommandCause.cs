using Orchestrator.Gates.Runners;

namespace Orchestrator.Gates.Running;

/// <summary>Cause of the failure of a command other than a gate, such as a set-up command, as derived from the command's output.</summary>
/// <param name="Line">First line that explains the failure. Empty if no line does.</param>
/// <param name="Cause">Environment fault, or null if unknown.</param>
public sealed record FailedCommandCause(string Line, EnvironmentCause? Cause)
{
    private const int LastLines = 40;

    /// <summary>Interprets a command that ended without success.</summary>
    /// <param name="command">Shell command.</param>
    /// <param name="result">Result of the command.</param>
    /// <param name="directory">Working directory of the command.</param>
    public static FailedCommandCause Read(string command, ProcessResult result, string directory)
    {
        var output = GateOutputCollector.Of($"{result.StandardOutput.Text}\n{result.StandardError.Text}");
        var facts = GateProgramOutputClassifier.Read(
            new GateCommandResult
            {
                Output = output,
                Command = command,
                ExitCode = result.ExitCode,
                TimedOut = result.TimedOut,
                Directory = directory,
                Manifests = RootManifestTextReader.Of(directory),
            }
        );
        // All of the last lines are searched for the cause, because no verdict depends on it.
        _ = EnvironmentFaultMessages.States([.. output.Lines.TakeLast(LastLines).Select(line => line.Text)], out var stated);
        return new FailedCommandCause(facts.Decisive?.Text ?? "", facts.Environment ?? stated);
    }

    /// <summary>Cause in a few words, such as "no network". Empty if unknown.</summary>
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
