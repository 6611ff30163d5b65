using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orchestrator.App.Programs;
using Orchestrator.App.Workers;
using Orchestrator.Client;

namespace Orchestrator.App.Hosting;

/// <summary>
/// Runs a worker inside this process for the runs of some repositories. If the process that serves the engine ends, this process takes over
/// the engine.
/// </summary>
public sealed class WorkerHost : IAsyncDisposable
{
    // Time limit for the shutdown after a second interrupt, or after the engine was lost.
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(1);

    // Time limit for the last pushes of tasks that are assigned to this host. They continue on other machines.
    private static readonly TimeSpan LastPushes = TimeSpan.FromSeconds(10);

    // The SDK stops a worker only after its polls have returned, which takes as long as the server is unavailable.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly EngineConnection _engine;
    private readonly IReadOnlyList<LocalRepositoryPaths> _locations;
    private readonly OrphanedProcessStopper _inHand;
    private readonly UseCaseServiceBundle _context;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Workers that were added because a repository offers slots to distributed runs, keyed by repository path.</summary>
    private readonly ConcurrentDictionary<string, Task> _offering = new(StringComparer.Ordinal);
    private TemporalWorkerGroup? _worker;
    private Task _working = Task.CompletedTask;
    private Task _takeOver = Task.CompletedTask;
    private Task _loss = Task.CompletedTask;
    private IReadOnlyList<PeriodicBackgroundWork> _units = [];

    private WorkerHost(
        EngineConnection engine,
        IReadOnlyList<LocalRepositoryPaths> locations,
        OrphanedProcessStopper inHand,
        UseCaseServiceBundle context,
        ILogger log
    )
    {
        _log = log;
        _engine = engine;
        _locations = locations;
        _inHand = inHand;
        _context = context;
    }

    /// <summary>Completes when the worker has ended. Fails if the worker failed or the engine could not be taken over.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    /// <summary>True if this process has taken over the engine from another one.</summary>
    public bool HasTakenOver { get; private set; }

    /// <summary>
    /// Starts a worker. Activities of a dead worker on this machine are failed first, so that they are retried without waiting for a
    /// heartbeat timeout.
    /// </summary>
    /// <param name="engine">Engine of the runs.</param>
    /// <param name="repositories">Repositories whose runs this worker executes.</param>
    /// <param name="context">Provides the clock and environment.</param>
    /// <param name="loggers">Loggers of the worker.</param>
    /// <param name="stop">Cancels the start.</param>
    /// <param name="named">Repositories that callers identify by a short name, by that name.</param>
    /// <param name="offered">Slots for tasks of distributed runs, or null to use the settings of each repository.</param>
    /// <param name="makesCurrent">True to make this version of the program the current version of the worker deployment.</param>
    /// <param name="takesOver">Idle time after which this worker takes over another machine's run, or null to take over none.</param>
    public static async Task<WorkerHost> StartAsync(
        EngineConnection engine,
        IReadOnlyList<LocalRepositoryPaths> repositories,
        UseCaseServiceBundle context,
        ILoggerFactory loggers,
        CancellationToken stop,
        IReadOnlyDictionary<string, LocalRepositoryPaths>? named = null,
        TimeSpan? takesOver = null,
        DistributedRunSettings? offered = null,
        bool makesCurrent = false
    )
    {
        var inHand = await OrphanedProcessStopper.OpenAsync(repositories, context.Services);
        var host = new WorkerHost(engine, repositories, inHand, context, loggers.CreateLogger<WorkerHost>());
        try
        {
            if (engine.IsJoined)
            {
                host._takeOver = host.TakeOverEngineAsync(loggers);
            }
            await host.RefuseTwinAsync(stop);
            await host.ClearAfterTheDeadAsync(stop);
            // The identity is recorded only now. In a container, the previous worker often had the same process id, so its identity would
            // count as alive.
            var identity = WorkerProcessRegistry.IdentityOf(ProductVersion.Value);
            context.Workers.Add(identity);
            IReadOnlyList<(LocalRepositoryPaths Location, RepositoryReference Reference)> served = [.. repositories.Zip(inHand.References)];
            var (places, remotes) = engine.IsEmbedded
                ? ([], new Dictionary<string, string>())
                : await HostSlotCalculator.ReadAsync(served, offered, context, stop);
            var options = new TemporalWorkerGroupOptions
            {
                Identity = identity,
                Build = ProductVersion.Build,
                Deployment = engine.Deployment,
                Places = places,
                Remotes = remotes,
                Repositories = inHand.References,
                Named = NamedOf(named, inHand.References),
                Services = context.Services,
                SharesAccounts = !engine.IsEmbedded,
            };
            host._worker = new TemporalWorkerGroup(engine.Client, options, loggers);
            host._working = host._worker.ExecuteAsync(host._stopping.Token);
            foreach (var offer in places)
            {
                host._offering[offer.Repository.Path] = Task.CompletedTask;
            }
            await host.AddAsync([.. host.Units(served, remotes, takesOver, makesCurrent, loggers)]);
            host._loss = engine.WatchEngineFileAsync(context, host._stopping.Token);
            host.Running = host.WaitForFirstFailureAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    private static Dictionary<string, RepositoryReference> NamedOf(
        IReadOnlyDictionary<string, LocalRepositoryPaths>? named,
        IReadOnlyList<RepositoryReference> served
    ) =>
        (named ?? new Dictionary<string, LocalRepositoryPaths>()).ToDictionary(
            pair => pair.Key,
            pair => served.First(reference => reference.Path == pair.Value.Root) with { LinkedWorktree = pair.Value.LinkedWorktree }
        );

    /// <summary>Starts periodic background work, which stops together with the worker.</summary>
    public async Task AddAsync(IReadOnlyList<PeriodicBackgroundWork> units)
    {
        _units = [.. _units, .. units];
        foreach (var unit in units)
        {
            await unit.StartAsync(_stopping.Token);
        }
    }

    private IEnumerable<PeriodicBackgroundWork> Units(
        IReadOnlyList<(LocalRepositoryPaths Location, RepositoryReference Reference)> served,
        IReadOnlyDictionary<string, string> remotes,
        TimeSpan? takesOver,
        bool makesCurrent,
        ILoggerFactory loggers
    )
    {
        var sharing = new SharedRunPusher(
            (run, stop) => _engine.Runs.Get(run).FindQueueAsync(stop),
            served,
            _context,
            loggers.CreateLogger<SharedRunPusher>()
        );
        yield return sharing;
        yield return new DistributedRunMailExchanger(
            sharing,
            !_engine.IsEmbedded,
            remotes,
            served,
            _context,
            loggers.CreateLogger<DistributedRunMailExchanger>()
        );
        if (!_engine.IsEmbedded)
        {
            yield return new ReassignedTaskWatcher(_engine, remotes, served, _context, loggers.CreateLogger<ReassignedTaskWatcher>());
        }
        if (takesOver is { } after)
        {
            yield return new RunTakeOverWatcher(_engine, served, this, after, _context, loggers.CreateLogger<RunTakeOverWatcher>());
            yield return new UnreachableRemoteWarner(_locations, _context, loggers.CreateLogger<UnreachableRemoteWarner>());
        }
        if (_engine.Deployment is { } deployment)
        {
            yield return new WorkerDeploymentRegistrar(
                _engine.Client,
                deployment,
                makesCurrent,
                _locations,
                _context,
                loggers.CreateLogger<WorkerDeploymentRegistrar>()
            );
        }
        if (RunTelemetryExporter.Options(_context) is { } telemetry)
        {
            yield return new RunTelemetryExporter(telemetry, served, _context, loggers.CreateLogger<RunTelemetryExporter>());
        }
        yield return new FailingActivityWatcher(_engine, _context, _locations, loggers.CreateLogger<FailingActivityWatcher>());
        yield return new ExternallyEndedRunWatcher(_engine, _locations, _context, loggers.CreateLogger<ExternallyEndedRunWatcher>());
        yield return new UnsentNoticeWatcher(() => _locations, _context, loggers.CreateLogger<UnsentNoticeWatcher>());
        yield return new MissedScheduleStartWatcher(_engine, served, _context, loggers.CreateLogger<MissedScheduleStartWatcher>());
    }

    /// <summary>True if this worker offers slots to distributed runs of a repository.</summary>
    /// <param name="repository">The repository.</param>
    public bool HasPlaces(RepositoryReference repository) => _offering.ContainsKey(repository.Path);

    /// <summary>
    /// Starts offering slots to a distributed run that moved to this machine, as many as the run's settings specify. Does nothing if this
    /// worker already offers slots for the repository.
    /// </summary>
    /// <param name="repository">The repository to which the run moved.</param>
    /// <param name="runId">Id of the run.</param>
    /// <param name="stop">Cancels the start.</param>
    public async Task OfferPlacesOfAsync(RepositoryReference repository, string runId, CancellationToken stop)
    {
        var location = _locations.First(location => location.Root == repository.Path);
        if (HasPlaces(repository) || await HostSlotCalculator.OfRunAsync(location, repository, runId, _context, stop) is not { } offer)
        {
            return;
        }
        _offering[repository.Path] = _worker!.OfferAsync(offer, _stopping.Token);
    }

    /// <summary>Rethrows the worker's exception if the worker has failed.</summary>
    /// <exception cref="UseCaseException">The worker has failed. The exit code is 5.</exception>
    public async Task ThrowIfBrokenAsync()
    {
        if (!Running.IsFaulted)
        {
            return;
        }
        if (Running.Exception!.InnerException is UseCaseException)
        {
            await Running;
        }
        throw new UseCaseException(
            UseCaseOutcome.Unavailable,
            $"The worker failed: {Running.Exception!.InnerException!.Message}",
            $"See {Path.Combine(_locations[0].OrchestratorFolder, "logs")}."
        );
    }

    /// <summary>Causes the worker to cancel its activities without the grace period when it stops.</summary>
    public void SkipGracePeriod() => _worker?.SkipGracePeriod();

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(_engine.IsLost ? LastPatience : Patience, _context.Time);
        await using (_context.StopNow.Register(() => ShortenShutdown(patience)))
        {
            await _stopping.CancelAsync();
            await EndAsync(() => _takeOver.WaitAsync(patience.Token));
            foreach (var unit in _units)
            {
                await EndAsync(() => unit.StopAsync(patience.Token));
            }
            foreach (var task in (Task[])[_working, .. _offering.Values, _loss])
            {
                await EndAsync(() => task.WaitAsync(patience.Token));
            }
        }

        using (var last = new CancellationTokenSource(_engine.IsLost ? LastPatience : LastPushes, _context.Time))
        {
            foreach (var placed in _units.OfType<ReassignedTaskWatcher>())
            {
                await EndAsync(() => placed.EndAsync(last.Token));
            }
        }
        foreach (var unit in _units)
        {
            unit.Dispose();
        }
        _worker?.Dispose();
        _stopping.Dispose();

        // No other process will follow these agents, and the next engine would start new ones.
        if (_engine.IsLost)
        {
            await _inHand.EndAgentsAsync();
        }
    }

    // A failed step must not prevent the rest of the shutdown, and must not hide the error with which this process ends.
    private async Task EndAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (OperationCanceledException)
        {
            // Expected for canceled tasks, and for tasks that exceeded the time limit.
        }
        catch (UseCaseException) when (_engine.IsLost)
        {
            // This error is already reported as the cause of the shutdown.
        }
        catch (Exception fault)
        {
            _log.EndFailed(fault);
        }
    }

    // If something is still running after that, such as an agent that ignores signals, the next worker handles it as after a kill.
    private void ShortenShutdown(CancellationTokenSource patience)
    {
        SkipGracePeriod();
        patience.CancelAfter(LastPatience);
    }

    private async Task WaitForFirstFailureAsync()
    {
        var first = await Task.WhenAny(_takeOver, _working, _loss);
        await first;
        await await Task.WhenAny(_working, _loss);
    }

    private async Task TakeOverEngineAsync(ILoggerFactory loggers)
    {
        await _engine.TakeOverEngineAsync(_context, loggers, _stopping.Token);
        HasTakenOver = true;
        _context.Interaction.Inform("The process that ran the engine has ended; this process is running the engine now.");
        await ClearAfterTheDeadAsync(_stopping.Token);
    }

    /// <summary>
    /// Throws if another machine has the same machine id. Each of the two machines would otherwise consider the other machine's worker dead
    /// and cancel its activities.
    /// </summary>
    private async Task RefuseTwinAsync(CancellationToken stop)
    {
        if (_engine.IsEmbedded)
        {
            return;
        }
        var booted = _context.Time.GetUtcNow() - TimeSpan.FromMilliseconds(Environment.TickCount64);
        foreach (var reference in _inHand.References)
        {
            var twin = await _engine.Runs.FindWorkerAsync(
                reference.Queue,
                (identity, seen) => _context.Workers.IsTwin(identity, seen, booted),
                stop
            );
            if (twin is not null)
            {
                throw new UseCaseException(
                    UseCaseOutcome.Unavailable,
                    $"Another machine has the same id ({_context.Machine}) and also serves {reference.Path}: {twin}.",
                    "Give one of them a new id: remove /etc/machine-id there and run systemd-machine-id-setup. Give containers "
                        + "separate host names and home folders."
                );
            }
        }
    }

    private async Task ClearAfterTheDeadAsync(CancellationToken stop)
    {
        await _inHand.EndThatOfTheDeadAsync();
        await DeadWorkerAttemptCleanup.FailAsync(_engine.Client, _context.Machine, _context.Workers.IsDead, stop);
    }
}
