using Microsoft.Extensions.Logging;
using Orchestrator.App.Night;
using Orchestrator.App.Programs;
using Orchestrator.Client;
using Temporalio.Exceptions;

namespace Orchestrator.App.Sessions;

/// <summary>
/// Connects to the engine and runs a worker in this process, for a run that a command starts or resumes. Follows the run until it ends or
/// needs attention.
/// </summary>
public sealed class ForegroundRunExecutor : IAsyncDisposable
{
    private static readonly TimeSpan TasksCloseWithin = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Time limit for ending the session. An agent that ignores signals is killed after ten seconds, and its work must still be saved after
    /// that.
    /// </summary>
    private static readonly TimeSpan WindDownWithin = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan CommandsTakenWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ServerPause = TimeSpan.FromSeconds(2);
    private readonly UseCaseServiceBundle _context;
    private readonly IRunPresenter _presenter;
    private readonly LocalRepositoryPaths _repository;
    private readonly OrchestratorSettings _settings;
    private readonly ILoggerFactory _loggers;
    private readonly EngineConnection _engine;
    private readonly WorkerHost _worker;
    private readonly HashSet<string> _watched = new(StringComparer.Ordinal);
    private bool _hasEnded;
    private IReadOnlyList<string>? _outlivesWith;

    private ForegroundRunExecutor(
        UseCaseServiceBundle context,
        IRunPresenter presenter,
        LocalRepositoryPaths repository,
        OrchestratorSettings settings,
        ILoggerFactory loggers,
        EngineConnection engine,
        WorkerHost worker
    )
    {
        _context = context;
        _presenter = presenter;
        _repository = repository;
        _settings = settings;
        _loggers = loggers;
        _engine = engine;
        _worker = worker;
    }

    /// <summary>Client for the runs on the engine of this session.</summary>
    public RunClient Runs => _engine.Runs;

    /// <summary>Connects to the engine, or serves it in this process, and starts the worker.</summary>
    /// <param name="context">Provides user interaction, the clock and the current folder.</param>
    /// <param name="presenter">Shows the runs of the session.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="settings">Settings of the repository that the user trusts.</param>
    /// <param name="stop">Cancels the opening.</param>
    /// <exception cref="UseCaseException">The engine is unavailable, or the disk stays full. The exit code is 5.</exception>
    public static Task<ForegroundRunExecutor> OpenAsync(
        UseCaseServiceBundle context,
        IRunPresenter presenter,
        LocalRepositoryPaths repository,
        OrchestratorSettings settings,
        CancellationToken stop
    ) =>
        new FullDiskRetry(context, repository.Root).RetryWhileFullAsync(
            () => OpenOnceAsync(context, presenter, repository, settings, stop),
            stop
        );

    private static async Task<ForegroundRunExecutor> OpenOnceAsync(
        UseCaseServiceBundle context,
        IRunPresenter presenter,
        LocalRepositoryPaths repository,
        OrchestratorSettings settings,
        CancellationToken stop
    )
    {
        await context.RequireOwnFoldersAsync(repository, settings.Worktrees.Directory, stop);
        var loggers = FileLoggerProvider.OpenFactory(repository, context.Verbose, context.Time);
        EngineConnection? engine = null;
        try
        {
            engine = await EngineConnection.OpenAsync(repository, settings, context, loggers, stays: true, stop);
            return new ForegroundRunExecutor(
                context,
                presenter,
                repository,
                settings,
                loggers,
                engine,
                await WorkerHost.StartAsync(engine, [repository], context, loggers, stop)
            );
        }
        catch
        {
            if (engine is not null)
            {
                await engine.DisposeAsync();
            }
            loggers.Dispose();
            throw;
        }
    }

    /// <summary>Starts a run in this process, and follows it until it ends or needs attention.</summary>
    /// <param name="runId">Id of the new run.</param>
    /// <param name="input">Input of the run.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="outlivingWith">Arguments of the background process that continues the run if the terminal is closed, or null to pause
    /// the run instead.</param>
    /// <param name="context">Provides user interaction, the clock and the current folder.</param>
    /// <param name="presenter">Shows the run.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="stop">Cancels the start.</param>
    /// <returns>The exit code.</returns>
    public static async Task<UseCaseOutcome> RunAsync(
        string runId,
        OrchestrationInput input,
        LocalRepositoryPaths repository,
        OrchestratorSettings settings,
        IReadOnlyList<string>? outlivingWith,
        UseCaseServiceBundle context,
        IRunPresenter presenter,
        CancellationToken stop
    )
    {
        await using var awake = input.Night is null
            ? null
            : await SleepInhibitor.AcquireAsync($"{runId} works overnight", context.Environment, stop);
        await using var session = await OpenAsync(context, presenter, repository, settings, stop);
        var run = await new FullDiskRetry(context, repository.Root).RetryWhileFullAsync(
            () => session.Runs.StartAsync(input, runId, stop),
            stop
        );
        if (outlivingWith is not null)
        {
            session.OutliveTerminal(run, outlivingWith);
        }
        context.Interaction.Inform($"{runId} has started.");
        if (repository.LinkedWorktree is not null)
        {
            context.Interaction.Inform(
                $"  It belongs to the worktree {repository.WorkTree}. Paths that begin with .orchestrator/runs are relative "
                    + $"to {repository.Root}."
            );
        }
        var code = await session.WatchAndAskAsync(run);
        await session.FinishOthersAsync(run);
        return code;
    }

    /// <inheritdoc cref="WorkerHost.OfferPlacesOfAsync"/>
    public Task OfferPlacesOfAsync(RepositoryReference repository, string runId, CancellationToken stop) =>
        _worker.OfferPlacesOfAsync(repository, runId, stop);

    /// <summary>
    /// Throws if the engine of this session has closed the run or has no record of it, regardless of the run's record on this machine.
    /// </summary>
    public Task RefuseClosedAsync(RunHandle run, StoredRun? stored, CancellationToken stop) =>
        ClosedRunWorkflowDetector.RefuseAsync(run, stored, _engine.Description, _context.Time, stop);

    /// <summary>
    /// Follows a run until it ends or needs attention. The first Ctrl-C pauses the run, which interrupts the agents but keeps their
    /// conversations, and cancels preparations, which <c>resume</c> repeats. The second Ctrl-C ends this process at once, and <c>resume</c>
    /// attaches to the agents that are still running.
    /// </summary>
    /// <returns>The exit code.</returns>
    public Task<UseCaseOutcome> WatchAsync(RunHandle run, long skipUntil = 0) => WatchAsync(run, skipUntil, asks: false);

    private string FolderOf(RunHandle run) => Path.Combine(_repository.RunsFolder, run.RunId);

    private async Task<UseCaseOutcome> WatchAsync(RunHandle run, long skipUntil, bool asks)
    {
        _watched.Add(run.RunId);
        var view = _presenter.Open(FolderOf(run), _settings.ShowProgress, skipUntil);
        var watcher = new RunWatcher(run, FolderOf(run), view, _context);
        try
        {
            var status = await WaitForInterruptAsync(watcher, run) ?? await PauseRunAsync(watcher, run);
            if (status is null)
            {
                return UseCaseOutcome.Resumable;
            }
            await EndTasksAsync(run, status);
            _hasEnded |= RunStateNames.IsFinal(status.State);
            await view.ShowEndAsync(status, asks);
            return RunExitCode.CodeOf(status) ?? UseCaseOutcome.Resumable;
        }
        catch (RpcException) when (_engine.IsLost)
        {
            await _worker.Running;
            throw;
        }
        catch (RpcException lost) when (!_engine.IsOwner)
        {
            throw new UseCaseException(
                UseCaseOutcome.Resumable,
                $"The engine ({_engine.Description}) no longer answers: {ConnectionFailureText.Of(lost)}.",
                $"The run is kept: 'orchestrate resume {run.RunId}' continues it."
            );
        }
    }

    /// <summary>
    /// Ends the tasks of a run that failed or was terminated, so that the run could not end its tasks itself. Each task stops its agent and
    /// keeps its work.
    /// </summary>
    private async Task EndTasksAsync(RunHandle run, RunStatus status)
    {
        if (status.State is not (RunStateNames.Terminated or RunStateNames.Failed))
        {
            return;
        }
        var left = await new OrphanedTasks(_engine.Client).EndAsync(run.RunId, TasksCloseWithin, _context.StopNow);
        if (left > 0)
        {
            _context.Interaction.Warn(
                $"{Plural.Of(left, "task")} of {run.RunId} {Plural.Form(left, "is", "are")} still ending; the next worker "
                    + "in this repository ends them."
            );
        }
    }

    /// <summary>Prepares the run to continue in the background if the terminal is closed. Otherwise the run would be paused.</summary>
    /// <param name="run">The run.</param>
    /// <param name="engine">Command-line options that determine the engine of the background process.</param>
    public void OutliveTerminal(RunHandle run, IReadOnlyList<string> engine)
    {
        _outlivesWith = engine;
        _presenter.OnHangUp(() =>
        {
            try
            {
                new BackgroundRun(run.RunId, _repository, _context) { Engine = engine }
                    .ContinueRunAsync()
                    .GetAwaiter()
                    .GetResult();
                return true;
            }
            catch (Exception refused)
                when (ProgramFailureDescription.Of(refused) is not null || refused is IOException or UnauthorizedAccessException)
            {
                _loggers.CreateLogger<ForegroundRunExecutor>().CannotGoOn(run.RunId, refused);
                return false;
            }
        });
    }

    /// <summary>
    /// Follows a run until it ends. If the run is waiting for approval of its plan, shows the plan and asks the user at the terminal. If
    /// the user wants another plan, a new run with that plan replaces this run.
    /// </summary>
    /// <returns>The exit code.</returns>
    public async Task<UseCaseOutcome> WatchAndAskAsync(RunHandle run, long skipUntil = 0)
    {
        var code = await WatchAsync(run, skipUntil, _context.Interaction.IsInteractive);
        while (code == UseCaseOutcome.NeedsPerson && !_presenter.Stopping.IsCancellationRequested)
        {
            var status = await run.StatusAsync(_presenter.Stopping);
            if (await _presenter.AskAsync(status, _repository, _settings) is not { } answer)
            {
                break;
            }
            skipUntil = status.Sequence;
            if (await new PlanApprovalAnswerApplier(Runs, _context).ApplyAnswerAsync(run, status, answer, _presenter.Stopping) is { } next)
            {
                (run, skipUntil) = (next, 0);
                if (_outlivesWith is { } engine)
                {
                    OutliveTerminal(run, engine);
                }
            }
            code = await WatchAsync(run, skipUntil, _context.Interaction.IsInteractive);
        }

        return code;
    }

    /// <summary>Executes a run until a stored command is applied and no work is in progress.</summary>
    /// <param name="run">The run.</param>
    /// <param name="skipUntil">Number of the last event before the command.</param>
    /// <param name="isInTargetState">Returns true for a status in which the command is applied.</param>
    public async Task<RunStatus> ExecuteUntilAppliedAsync(RunHandle run, long skipUntil, Func<RunStatus, bool> isInTargetState)
    {
        _watched.Add(run.RunId);
        var view = _presenter.Open(FolderOf(run), table: false, skipUntil);
        var watcher = new RunWatcher(run, FolderOf(run), view, _context);
        var began = _context.Time.GetTimestamp();
        RunStatus status;
        while (true)
        {
            status = await WithWorkerAsync(watcher.WatchAsync(_presenter.Stopping, leavesPreparation: true), run);

            // A run without work in progress reports its old state until it has received the command.
            var hasTaken = status.Sequence > skipUntil && !status.Paused;
            if (isInTargetState(status) || hasTaken || _context.Time.GetElapsedTime(began) > CommandsTakenWithin)
            {
                break;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(200), _context.Time, _presenter.Stopping);
        }

        if (RunWatcher.IsHeldInPreparation(status))
        {
            _worker.SkipGracePeriod();
        }
        await EndTasksAsync(run, status);
        await view.ShowEndAsync(status);
        return status;
    }

    /// <summary>
    /// Follows the other open runs after this process has taken over the engine, because there might be no other worker to execute them.
    /// Returns when each of them has ended, is paused or needs attention. The other runs do not affect the exit code.
    /// </summary>
    /// <param name="own">The run of this session.</param>
    public async Task FinishOthersAsync(RunHandle own)
    {
        if (!_worker.HasTakenOver || _presenter.Stopping.IsCancellationRequested)
        {
            return;
        }
        var others = new List<string>();
        await foreach (var listed in Runs.ListOpenAsync(_presenter.Stopping))
        {
            others.Add(listed);
        }
        foreach (var id in others.Where(id => id != own.RunId))
        {
            var stored = StoredRun.TryRead(Path.Combine(_repository.RunsFolder, id));
            if (stored is not null && RunExitCode.CodeOf(stored.Status) is not null)
            {
                continue;
            }
            _context.Interaction.Inform(
                $"{id} was started by a process that has ended, so this process continues the run until it ends (Ctrl-C pauses the run)."
            );
            await WatchAsync(Runs.Get(id), stored?.Status.Sequence ?? 0);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        if (_hasEnded && !_engine.IsLost)
        {
            using var retention = new EndedRunRetention(
                [_repository],
                _settings,
                _engine,
                _context,
                _loggers.CreateLogger<EndedRunRetention>()
            );
            await retention.RemoveEndedRunsAsync(_presenter.Stopping);
        }
        await _engine.DisposeAsync();
        _loggers.Dispose();
        foreach (var run in _watched)
        {
            await new RemainingNoticeSender(_repository, _context).SendAsync(run, _settings.Notifications.EndWait, _presenter.Stopping);
        }
    }

    // Null means that the user interrupted the wait.
    private async Task<RunStatus?> WaitForInterruptAsync(RunWatcher watcher, RunHandle run)
    {
        var stop = _presenter.Stopping;
        while (true)
        {
            try
            {
                return await WithWorkerAsync(watcher.WatchAsync(stop), run);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return null;
            }
            catch (Exception lost) when (!_engine.IsEmbedded && IsNoAnswer(lost))
            {
                if (!await WaitForServerAsync(run, lost, stop))
                {
                    return null;
                }
            }
        }
    }

    private static bool IsNoAnswer(Exception failure) =>
        failure is RpcTimeoutOrCanceledException || (failure is RpcException lost && LostConnectionDetector.IsCauseOf(lost));

    /// <summary>
    /// Waits for a server that does not respond. Agents continue in the meantime, and the worker in this process reports their results when
    /// the server responds again.
    /// </summary>
    /// <returns>True if the server responds again. False if the user canceled the wait.</returns>
    private async Task<bool> WaitForServerAsync(RunHandle run, Exception lost, CancellationToken stop)
    {
        _context.Interaction.Warn(
            $"{_engine.Description} does not answer ({ConnectionFailureText.Of(lost)}). Running agents continue, and this command waits "
                + $"for an answer. Ctrl-C stops waiting, and 'orchestrate resume {run.RunId}' continues the run later."
        );
        while (true)
        {
            try
            {
                await Task.Delay(ServerPause, _context.Time, stop);
                await run.FindQueueAsync(stop);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return false;
            }
            catch (Exception still) when (IsNoAnswer(still))
            {
                continue;
            }
            catch (TemporalException)
            {
                // A rejected call also proves that the server responds.
            }
            _context.Interaction.Inform($"{_engine.Description} is responding again.");
            return true;
        }
    }

    /// <summary>
    /// Resumes a paused run, or one task of a run. A run that is not paused simply continues, and applies commands that were stored while
    /// no worker was running.
    /// </summary>
    public async Task ResumeRunAsync(RunHandle run, string? task, CancellationToken stop)
    {
        var watcher = new RunWatcher(run, FolderOf(run), _presenter.Open(FolderOf(run), table: false), _context);
        var said = await new FullDiskRetry(_context, _repository.Root).RetryWhileFullAsync(
            async () =>
                task is not null || RunExitCode.IsHeld(await watcher.AskAsync(stop))
                    ? (await run.ResumeAsync(task, stop)).Message
                    : $"{run.RunId} continues.",
            stop
        );
        _context.Interaction.Inform(said);
    }

    private async Task<RunStatus?> PauseRunAsync(RunWatcher watcher, RunHandle run)
    {
        _context.Interaction.Inform(
            "Stopping. Agents are being interrupted and keep their conversations. Press Ctrl-C again to end immediately."
        );
        using var inTime = new CancellationTokenSource(WindDownWithin, _context.Time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_context.StopNow, inTime.Token);
        try
        {
            await run.PauseAsync(cancellation: ending.Token);
            var status = await WithWorkerAsync(watcher.WatchAsync(ending.Token, leavesPreparation: true), run);
            if (RunWatcher.IsHeldInPreparation(status))
            {
                _worker.SkipGracePeriod();
            }
            return status;
        }
        catch (Exception ended)
            when (ended is OperationCanceledException or RpcTimeoutOrCanceledException && ending.IsCancellationRequested)
        {
            _worker.SkipGracePeriod();
            _context.Interaction.Inform(
                _context.StopNow.IsCancellationRequested
                    ? $"This command ended immediately, but running agents continue. 'orchestrate stop {run.RunId}' stops them, and "
                        + $"'orchestrate resume {run.RunId}' continues the run."
                    : $"A step of {run.RunId} did not end within {WindDownWithin.TotalSeconds:0} s and was abandoned; "
                        + $"'orchestrate resume {run.RunId}' continues the run."
            );
            return null;
        }
    }

    // The worker is watched, too. If it fails, or if the takeover of the engine fails, the run would otherwise stall without a message.
    private async Task<RunStatus> WithWorkerAsync(Task<RunStatus> watching, RunHandle run)
    {
        if (await Task.WhenAny(watching, _worker.Running) == _worker.Running && _worker.Running.IsFaulted)
        {
            if (_worker.Running.Exception!.InnerException is UseCaseException)
            {
                await _worker.Running;
            }
            throw new UseCaseException(
                UseCaseOutcome.Resumable,
                $"The worker of this process failed: {_worker.Running.Exception!.InnerException!.Message}",
                $"The run is kept: 'orchestrate resume {run.RunId}' continues it."
            );
        }

        return await watching;
    }
}
