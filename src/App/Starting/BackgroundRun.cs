using Orchestrator.App.Programs;

namespace Orchestrator.App.Starting;

/// <summary>Result of starting or continuing a run in a background process.</summary>
/// <param name="Outcome"><see cref="UseCaseOutcome.Done"/> if the process executes the run. Otherwise the outcome with which the process
/// ended.</param>
/// <param name="Ended">Status of the run if the process has already ended, or null if it is running.</param>
public sealed record BackgroundRunStartResult(UseCaseOutcome Outcome, RunStatus? Ended = null);

/// <summary>
/// Starts or continues a run in a background process (see <see cref="BackgroundProcess"/>), and shows the process's messages until the
/// process executes the run.
/// </summary>
/// <param name="runId">Id of the run.</param>
/// <param name="repository">The repository.</param>
/// <param name="context">Provides user interaction, the clock and the current folder.</param>
public sealed class BackgroundRun(string runId, LocalRepositoryPaths repository, UseCaseServiceBundle context)
{
    /// <summary>Command-line option that specifies the id of the new run.</summary>
    public const string RunIdOption = "--run-id";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly string _folder = Path.Combine(repository.RunsFolder, runId);
    private readonly string _output = Path.Combine(repository.OrchestratorFolder, "logs", $"{runId}.log");

    /// <summary>Command-line options that determine the engine of the background process.</summary>
    public IReadOnlyList<string> Engine { get; init; } = [];

    /// <summary>
    /// Starts the run. Returns when the run has been prepared, planned and approved, or when the background process has ended.
    /// </summary>
    /// <param name="arguments">Arguments of the background process, which contain the id of the run.</param>
    /// <param name="stop">Cancels the wait. The run continues.</param>
    /// <exception cref="UseCaseException">The run did not start.</exception>
    public Task<BackgroundRunStartResult> StartAsync(IReadOnlyList<string> arguments, CancellationToken stop) =>
        LaunchAsync(arguments, IsUnderWayAsync, stop);

    /// <summary>
    /// Continues the run in a background process, as <c>resume</c> does. Returns when the process executes the run and any requested status
    /// has been reached, or when the process has ended.
    /// </summary>
    /// <param name="more">Additional arguments of <c>resume</c>.</param>
    /// <param name="stop">Cancels the wait. The run continues.</param>
    /// <param name="reached">Returns true for the status for which the call also waits. Null if the call waits only for the start.</param>
    /// <exception cref="UseCaseException">The run did not continue.</exception>
    public Task<BackgroundRunStartResult> ResumeAsync(
        IReadOnlyList<string> more,
        CancellationToken stop,
        Func<RunStatus, bool>? reached = null
    ) =>
        LaunchAsync(
            [.. Resume, .. more],
            async (status, process) => reached?.Invoke(status) != false && await IsServedByAsync(process, stop),
            stop
        );

    /// <summary>Continues, in the background, a run whose terminal was closed. Does not wait until the run continues.</summary>
    public async Task ContinueRunAsync()
    {
        SymlinkSafeFileWriter.Append(_output, $"The terminal of {runId} was closed; it continues in the background.\n");
        await LaunchAsync(Resume);
    }

    private IReadOnlyList<string> Resume => ["resume", runId, "--no-progress", "-C", repository.WorkTree, .. Engine];

    private async Task<BackgroundRunStartResult> LaunchAsync(
        IReadOnlyList<string> arguments,
        Func<RunStatus, BackgroundProcess, Task<bool>> isUnderWay,
        CancellationToken stop
    )
    {
        LocalRepositoryPaths.EnsureFolder(Path.GetDirectoryName(_output)!);
        var process = await LaunchAsync(arguments);
        try
        {
            return await WaitAsync(process, isUnderWay, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            context.Interaction.Inform(
                $"{runId} is still being prepared in the background (process {process.ProcessId}). 'orchestrate status {runId}' "
                    + "shows its progress."
            );
            throw;
        }
    }

    private Task<BackgroundProcess> LaunchAsync(IReadOnlyList<string> arguments) =>
        BackgroundProcess.StartAsync(runId, _folder, arguments, Resume, _output, context.Time);

    private async Task<BackgroundRunStartResult> WaitAsync(
        BackgroundProcess process,
        Func<RunStatus, BackgroundProcess, Task<bool>> isUnderWay,
        CancellationToken stop
    )
    {
        var events = Path.Combine(_folder, "events.jsonl");
        var read = File.Exists(events) ? new FileInfo(events).Length : 0;
        var began = context.Time.GetTimestamp();
        while (true)
        {
            // The process is checked before its files are read, so that everything it wrote before its end is read.
            var isAlive = process.IsAlive();
            foreach (var happened in EventFile.ReadNew(events, ref read).Select(EventFile.Parse).Where(happened => happened.Task is null))
            {
                context.Interaction.Inform(EventFile.Describe(happened));
            }
            var status = StoredRun.TryRead(_folder)?.Status;
            if (status is not null && isAlive && await isUnderWay(status, process))
            {
                context.Interaction.Inform(
                    $"{runId} continues in the background (process {process.ProcessId}). 'orchestrate status {runId} --watch' shows "
                        + $"it; its output goes to {_output}."
                );
                return new BackgroundRunStartResult(UseCaseOutcome.Done);
            }

            if (!isAlive)
            {
                return status is not null && RunExitCode.CodeOf(status) is { } code
                    ? new BackgroundRunStartResult(code, status)
                    : throw NotBegun();
            }
            if (status is null && context.Time.GetElapsedTime(began) > Patience)
            {
                throw NotBegun();
            }
            await Task.Delay(Pause, context.Time, stop);
        }
    }

    private static Task<bool> IsUnderWayAsync(RunStatus status, BackgroundProcess process) =>
        Task.FromResult(
            !RunStateNames.IsFinal(status.State)
                && status.State is not (RunStateNames.Preparing or RunStateNames.Planning or RunStateNames.AwaitingApproval)
        );

    private async Task<bool> IsServedByAsync(BackgroundProcess process, CancellationToken stop) =>
        Engine.Count > 0
        || process.ServesEngine(
            repository.OrchestratorFolder,
            (await EngineProcessFinder.FindAsync(repository.OrchestratorFolder, stop))?.Pid
        );

    private UseCaseException NotBegun() =>
        new(
            UseCaseOutcome.WorkFailed,
            $"{runId} did not start in the background. Its last output: {ReadLastLines(_output)}",
            $"The complete output is in {_output}."
        );

    // The output consists of an error and its remedy.
    private static string ReadLastLines(string file)
    {
        string[] lines = File.Exists(file) ? [.. File.ReadLines(file).Where(line => line.Length > 0).TakeLast(2)] : [];
        return lines.Length == 0 ? "none" : string.Join(" ", lines.Select(line => line.Trim()));
    }
}
