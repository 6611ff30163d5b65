using Orchestrator.Cli.Options;
using Orchestrator.Machine.Hosting;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Runs;

/// <summary>A run in a background process (<see cref="BackgroundProcess"/>), and the messages until it works there.</summary>
/// <param name="runId">Id of the run.</param>
/// <param name="repository">The repository.</param>
/// <param name="context">Folder and terminal.</param>
internal sealed class DetachedRun(string runId, RepositoryLocation repository, CommandContext context)
{
    /// <summary>Option of the background process: a planner's plan needs approval, although other questions are answered.</summary>
    public const string AskPlan = "--ask-plan";

    /// <summary>Option of the background process: what could wake a person at night was answered.</summary>
    public const string Begun = "--evening-done";

    /// <summary>Option with the id of the new run, for the background process or a person.</summary>
    public const string RunId = "--run-id";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly string _folder = Path.Combine(repository.RunsFolder, runId);
    private readonly string _output = Path.Combine(repository.OrchestratorFolder, "logs", $"{runId}.log");

    /// <summary>Options that choose the engine, for the background process.</summary>
    public IReadOnlyList<string> Engine { get; init; } = [];

    /// <summary>Further options of the background process.</summary>
    public IReadOnlyList<string> More { get; init; } = [];

    /// <summary>Starts the run with the same command line, and returns when preflight and approval are done. If approval is
    /// needed, a person at the terminal is asked.</summary>
    /// <param name="agreed">A person has approved what was asked so far.</param>
    /// <param name="askPlan">The plan that is to be made needs approval.</param>
    /// <param name="settings">The run's settings.</param>
    /// <param name="stop">Ends the waiting, not the run.</param>
    /// <returns>The exit code: success when the run works, else the reason.</returns>
    public async Task<Outcome> StartAsync(bool agreed, bool askPlan, OrchestratorSettings settings, CancellationToken stop)
    {
        var own = context.Words.TakeWhile(word => word != "--").Where(word => word is not ("--detach" or "-d" or "--yes" or "-y")).ToList();
        var named = own.Exists(argument => argument == RunId || argument.StartsWith(RunId + "=", StringComparison.Ordinal));
        string[] more =
        [
            .. named ? Array.Empty<string>() : [RunId, runId],
            .. agreed ? ["--yes"] : Array.Empty<string>(),
            "--no-progress",
            .. askPlan ? [AskPlan] : Array.Empty<string>(),
            .. More,
            .. own.Exists(IsFolder) ? Array.Empty<string>() : [GlobalOptions.WorkingDirectoryName, context.Directory],
        ];
        var code = await LaunchAsync([.. own, .. more, .. context.Words.SkipWhile(word => word != "--")], IsUnderWayAsync, stop);
        return
            code == Outcome.NeedsPerson
            && StoredRun.TryRead(_folder)?.Status is { } status
            && await new PlanQuestion(repository, settings, context).AskAsync(status) is { } answer
            ? await DecideAsync(status, answer, settings, stop)
            : code;
    }

    private static bool IsFolder(string word) =>
        word.StartsWith("-C", StringComparison.Ordinal) || word.StartsWith(GlobalOptions.WorkingDirectoryName, StringComparison.Ordinal);

    /// <summary>Carries out the answer; what goes on then does so in the background.</summary>
    private async Task<Outcome> DecideAsync(RunStatus asked, PlanAnswer answer, OrchestratorSettings settings, CancellationToken stop)
    {
        if (answer is PlanAnswer.Yes)
        {
            return await ResumeAsync(["--approve", RunQuestion.Plan], stop);
        }
        string? next;
        await using (var session = await RunSession.OpenAsync(context, repository, settings, stop))
        {
            var run = session.Runs.Get(runId);
            next = (await new PlanDecision(session.Runs, context).CarryOutAsync(run, asked, answer, stop))?.RunId;
            if (next is null)
            {
                return await session.WatchAsync(run, asked.Sequence);
            }
        }
        return await new DetachedRun(next, repository, context) { Engine = Engine }.ResumeAsync([], stop);
    }

    /// <summary>Continues an existing run. Resuming does not extend trust: anything not trusted at start is asked about.</summary>
    /// <param name="more">Further arguments of <c>resume</c>.</param>
    /// <param name="stop">Ends the waiting, not the run.</param>
    public Task<Outcome> ResumeAsync(IReadOnlyList<string> more, CancellationToken stop) =>
        LaunchAsync([.. GoOn, .. more], (_, process) => IsServedByAsync(process, stop), stop);

    /// <summary>Continues a run whose terminal was closed, without waiting.</summary>
    public async Task TakeOverAsync()
    {
        RepositoryLocation.EnsureFolder(Path.GetDirectoryName(_output)!);
        await File.AppendAllTextAsync(_output, $"The terminal of {runId} was closed; it continues in the background.\n");
        await StartAsync(GoOn);
    }

    private IReadOnlyList<string> GoOn => ["resume", runId, "--no-progress", "-C", repository.WorkTree, .. Engine];

    private async Task<Outcome> LaunchAsync(
        IReadOnlyList<string> arguments,
        Func<RunStatus, BackgroundProcess, Task<bool>> isUnderWay,
        CancellationToken stop
    )
    {
        RepositoryLocation.EnsureFolder(Path.GetDirectoryName(_output)!);
        var process = await StartAsync(arguments);
        try
        {
            return await WaitAsync(process, isUnderWay, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            context.Terminal.Say(
                $"{runId} is still being prepared in the background (process {process.ProcessId}). 'orchestrate status {runId}' "
                    + "shows its progress."
            );
            throw;
        }
    }

    private Task<BackgroundProcess> StartAsync(IReadOnlyList<string> arguments) =>
        BackgroundProcess.StartAsync(runId, _folder, arguments, GoOn, _output, context.Time);

    private async Task<Outcome> WaitAsync(
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
                context.Terminal.Say(EventFile.Describe(happened));
            }
            var status = StoredRun.TryRead(_folder)?.Status;
            if (status is not null && isAlive && await isUnderWay(status, process))
            {
                context.Terminal.Say(
                    $"{runId} continues in the background (process {process.ProcessId}). 'orchestrate status {runId} --watch' shows "
                        + $"it; its words go to {_output}."
                );
                return Outcome.Done;
            }

            if (!isAlive)
            {
                return status is null ? throw NotBegun() : await EndedAsync(status);
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

    private async Task<Outcome> EndedAsync(RunStatus status)
    {
        if (RunExit.CodeOf(status) is not { } code)
        {
            throw NotBegun();
        }
        await RunSummary.SayAsync(status, context, asks: context.Terminal.IsInteractive);
        return code;
    }

    private UseCaseException NotBegun() =>
        new(
            Outcome.WorkFailed,
            $"{runId} did not begin in the background. Its last words: {LastWords(_output)}",
            $"All of them are in {_output}."
        );

    // An error and its cure.
    private static string LastWords(string file)
    {
        string[] lines = File.Exists(file) ? [.. File.ReadLines(file).Where(line => line.Length > 0).TakeLast(2)] : [];
        return lines.Length == 0 ? "none" : string.Join(" ", lines.Select(line => line.Trim()));
    }
}
