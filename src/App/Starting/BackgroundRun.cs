using Orchestrator.Machine.Hosting;

namespace Orchestrator.App.Starting;

/// <summary>Result of starting or continuing a run in a background process.</summary>
/// <param name="Outcome">Done once the run works there; otherwise the outcome with which the process ended.</param>
/// <param name="Ended">The run's status if the process has ended already, or null.</param>
public sealed record BackgroundResult(Outcome Outcome, RunStatus? Ended = null);

/// <summary>A run in a background process (<see cref="BackgroundProcess"/>), and the messages until it works there.</summary>
/// <param name="runId">Id of the run.</param>
/// <param name="repository">The repository.</param>
/// <param name="context">The user, clock and folder.</param>
public sealed class BackgroundRun(string runId, RepositoryLocation repository, UseCaseContext context)
{
    /// <summary>Option with the id of the new run.</summary>
    public const string RunIdOption = "--run-id";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly string _folder = Path.Combine(repository.RunsFolder, runId);
    private readonly string _output = Path.Combine(repository.OrchestratorFolder, "logs", $"{runId}.log");

    /// <summary>Options that choose the engine, for the background process.</summary>
    public IReadOnlyList<string> Engine { get; init; } = [];

    /// <summary>Starts the run with a command line, and returns when preflight and approval are done.</summary>
    /// <param name="arguments">The command line, with the run's id.</param>
    /// <param name="stop">Ends the waiting, not the run.</param>
    /// <exception cref="UseCaseException">The run did not begin.</exception>
    public Task<BackgroundResult> StartAsync(IReadOnlyList<string> arguments, CancellationToken stop) =>
        LaunchAsync(arguments, IsUnderWayAsync, stop);

    /// <summary>Continues an existing run, and returns when the process serves it. Resuming does not extend trust: the process asks about
    /// anything that was not trusted at the start.</summary>
    /// <param name="more">Further arguments of <c>resume</c>.</param>
    /// <param name="stop">Ends the waiting, not the run.</param>
    /// <param name="reached">True for the status to wait for beyond that, or null.</param>
    /// <exception cref="UseCaseException">The run did not continue.</exception>
    public Task<BackgroundResult> ResumeAsync(IReadOnlyList<string> more, CancellationToken stop, Func<RunStatus, bool>? reached = null) =>
        LaunchAsync(
            [.. Resume, .. more],
            async (status, process) => reached?.Invoke(status) != false && await IsServedByAsync(process, stop),
            stop
        );

    /// <summary>Continues a run whose terminal was closed, without waiting.</summary>
    public async Task TakeOverAsync()
    {
        RepositoryLocation.EnsureFolder(Path.GetDirectoryName(_output)!);
        await File.AppendAllTextAsync(_output, $"The terminal of {runId} was closed; it continues in the background.\n");
        await LaunchAsync(Resume);
    }

    private IReadOnlyList<string> Resume => ["resume", runId, "--no-progress", "-C", repository.WorkTree, .. Engine];

    private async Task<BackgroundResult> LaunchAsync(
        IReadOnlyList<string> arguments,
        Func<RunStatus, BackgroundProcess, Task<bool>> isUnderWay,
        CancellationToken stop
    )
    {
        RepositoryLocation.EnsureFolder(Path.GetDirectoryName(_output)!);
        var process = await LaunchAsync(arguments);
        try
        {
            return await WaitAsync(process, isUnderWay, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            context.Interaction.Say(
                $"{runId} is still being prepared in the background (process {process.ProcessId}). 'orchestrate status {runId}' "
                    + "shows its progress."
            );
            throw;
        }
    }

    private Task<BackgroundProcess> LaunchAsync(IReadOnlyList<string> arguments) =>
        BackgroundProcess.StartAsync(runId, _folder, arguments, Resume, _output, context.Time);

    private async Task<BackgroundResult> WaitAsync(
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
            // First the process, then its files: so everything written before its end is read.
            var isAlive = process.IsAlive();
            foreach (var happened in EventFile.ReadNew(events, ref read).Select(EventFile.Parse).Where(happened => happened.Task is null))
            {
                context.Interaction.Say(EventFile.Describe(happened));
            }
            var status = StoredRun.TryRead(_folder)?.Status;
            if (status is not null && isAlive && await isUnderWay(status, process))
            {
                context.Interaction.Say(
                    $"{runId} continues in the background (process {process.ProcessId}). 'orchestrate status {runId} --watch' shows "
                        + $"it; its output goes to {_output}."
                );
                return new BackgroundResult(Outcome.Done);
            }

            if (!isAlive)
            {
                return status is not null && RunExit.CodeOf(status) is { } code ? new BackgroundResult(code, status) : throw NotBegun();
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
            !RunStates.IsFinal(status.State)
                && status.State is not (RunStates.Preparing or RunStates.Planning or RunStates.AwaitingApproval)
        );

    private async Task<bool> IsServedByAsync(BackgroundProcess process, CancellationToken stop) =>
        Engine.Count > 0
        || process.WorksOn(repository.OrchestratorFolder, (await EngineOwners.FindAsync(repository.OrchestratorFolder, stop))?.Pid);

    private UseCaseException NotBegun() =>
        new(
            Outcome.WorkFailed,
            $"{runId} did not start in the background. Its last output: {LastWords(_output)}",
            $"The complete output is in {_output}."
        );

    // An error and its cure.
    private static string LastWords(string file)
    {
        string[] lines = File.Exists(file) ? [.. File.ReadLines(file).Where(line => line.Length > 0).TakeLast(2)] : [];
        return lines.Length == 0 ? "none" : string.Join(" ", lines.Select(line => line.Trim()));
    }
}
