using Orchestrator.Messages;

namespace Orchestrator.Machine.Hosting;

/// <summary>This program as a background process: in its own session, without a terminal, restarted by a supervisor when it
/// crashes.</summary>
public sealed class BackgroundProcess
{
    // A line for each time that the engine of a run crashed and was restarted.
    private const string CrashFileName = "crashes";
    private readonly ProcessIdentity _supervisor;

    private BackgroundProcess(ProcessIdentity supervisor) => _supervisor = supervisor;

    /// <summary>The process's id: that of its supervisor.</summary>
    public int ProcessId => _supervisor.ProcessId;

    /// <summary>Starts it in the current folder.</summary>
    /// <param name="runId">The run that it works on.</param>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    /// <param name="arguments">What it is called with.</param>
    /// <param name="goOn">Its arguments after a crash.</param>
    /// <param name="output">The file for its output.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="Exception">It can't be started; <see cref="ProgramFailure"/> explains.</exception>
    public static async Task<BackgroundProcess> StartAsync(
        string runId,
        string runFolder,
        IReadOnlyList<string> arguments,
        IReadOnlyList<string> goOn,
        string output,
        TimeProvider time
    )
    {
        var program = OwnProgram.Command;
        var command = new DetachedCommand(program[0], [.. program.Skip(1), .. arguments])
        {
            WorkingDirectory = Environment.CurrentDirectory,
            OutputFile = output,
            ErrorFile = output,
        };
        var held = CrashSupervisor.Hold(command, [.. program, .. goOn], $"The engine of {runId}", CrashFileIn(runFolder));
        return new BackgroundProcess(await new DetachedProcess(time).StartAsync(held));
    }

    /// <summary>True if the background process still runs.</summary>
    public bool IsAlive() => _supervisor.IsAlive();

    /// <summary>True if the supervised process serves the engine of a repository, or waits to: it works on runs.</summary>
    /// <param name="engineFolder">The engine's folder.</param>
    /// <param name="ownerId">Id of the process that serves the engine; null: none does.</param>
    public bool WorksOn(string engineFolder, int? ownerId) =>
        ProcessTable
            .ChildrenOf(_supervisor.ProcessId)
            .Any(child => child.ProcessId == ownerId || StandbyProcesses.Has(engineFolder, child.Identity));

    /// <summary>Times at which the engine of a run crashed and was restarted, oldest first.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    public static IReadOnlyList<RunCrash> CrashesOf(string runFolder) =>
        [.. CrashSupervisor.Read(CrashFileIn(runFolder)).Select(crash => new RunCrash(crash.Time, crash.ExitCode, crash.IsLast))];

    private static string CrashFileIn(string runFolder) => Path.Combine(runFolder, CrashFileName);
}
