namespace Orchestrator.App.Programs;

/// <summary>Runs this program as a background process in a separate session without a terminal. A supervisor restarts the process after a
/// crash.</summary>
public sealed class BackgroundProcess
{
    // One line for each crash and restart of a run's engine.
    private const string CrashFileName = "crashes";
    private readonly ProcessIdentity _supervisor;

    private BackgroundProcess(ProcessIdentity supervisor) => _supervisor = supervisor;

    /// <summary>Process id of the supervisor.</summary>
    public int ProcessId => _supervisor.ProcessId;

    /// <summary>Starts the background process in the current folder.</summary>
    /// <param name="runId">Id of the run that the process executes.</param>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    /// <param name="arguments">Arguments of the first start.</param>
    /// <param name="goOn">Arguments after a crash.</param>
    /// <param name="output">File for its output.</param>
    /// <param name="time">Clock.</param>
    /// <exception cref="Exception">The process can't be started; see <see cref="ProgramFailureDescription"/>.</exception>
    public static async Task<BackgroundProcess> StartAsync(
        string runId,
        string runFolder,
        IReadOnlyList<string> arguments,
        IReadOnlyList<string> goOn,
        string output,
        TimeProvider time
    )
    {
        var program = ThisProgramCommand.Command;
        var command = new DetachedProcessOptions(program[0], [.. program.Skip(1), .. arguments])
        {
            WorkingDirectory = Environment.CurrentDirectory,
            OutputFile = output,
            ErrorFile = output,
        };
        var held = CrashSupervisor.CreateCommand(command, [.. program, .. goOn], $"The engine of {runId}", CrashFileIn(runFolder));
        return new BackgroundProcess(await new DetachedProcessStarter(time).StartAsync(held));
    }

    /// <summary>True if the background process is still running.</summary>
    public bool IsAlive() => _supervisor.IsAlive();

    /// <summary>
    /// True if the supervised process serves the engine of a repository or is waiting to serve it. In both cases, it executes runs.
    /// </summary>
    /// <param name="engineFolder">Folder of the engine.</param>
    /// <param name="ownerId">Id of the process that serves the engine, or null if none does.</param>
    public bool ServesEngine(string engineFolder, int? ownerId) =>
        ProcessTable
            .ChildrenOf(_supervisor.ProcessId)
            .Any(child => child.ProcessId == ownerId || EngineStandbyProcessRegistry.Has(engineFolder, child.Identity));

    /// <summary>Returns the crashes of a run's background process with their times, oldest first.</summary>
    /// <param name="runFolder">Absolute path of the run's folder.</param>
    public static IReadOnlyList<RunProcessCrashRecord> CrashesOf(string runFolder) =>
        [
            .. CrashSupervisor
                .Read(CrashFileIn(runFolder))
                .Select(crash => new RunProcessCrashRecord(crash.Time, crash.ExitCode, crash.IsLast)),
        ];

    private static string CrashFileIn(string runFolder) => Path.Combine(runFolder, CrashFileName);
}
