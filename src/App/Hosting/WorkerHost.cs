using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orchestrator.Client;
using Orchestrator.Machine.Hosting;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Settings;
using Orchestrator.Worker;

namespace Orchestrator.App.Hosting;

/// <summary>A worker inside this process, for the runs of some repositories. If another process serves the engine, it is taken over when
/// that one ends.</summary>
public sealed class WorkerHost : IAsyncDisposable
{
    // Time limit for the end after a second interrupt, or without an engine.
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(1);

    // For the work of tasks of other machines, which goes on there.
    private static readonly TimeSpan LastPushes = TimeSpan.FromSeconds(10);

    // The SDK ends a worker when its polls are answered, however long the server is away.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly EngineConnection _engine;
    private readonly IReadOnlyList<RepositoryLocation> _locations;
    private readonly OwnedAgents _inHand;
    private readonly UseCaseContext _context;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>By the paths of repositories with places for tasks of runs that spread theirs: workers that were added for them.</summary>
    private readonly ConcurrentDictionary<string, Task> _offering = new(StringComparer.Ordinal);
    private RunWorker? _worker;
    private Task _working = Task.CompletedTask;
    private Task _takeOver = Task.CompletedTask;
    private Task _loss = Task.CompletedTask;
    private IReadOnlyList<BackgroundUnit> _units = [];

    private WorkerHost(
        EngineConnection engine,
        IReadOnlyList<RepositoryLocation> locations,
        OwnedAgents inHand,
        UseCaseContext context,
        ILogger log
    )
    {
        _log = log;
        _engine = engine;
        _locations = locations;
        _inHand = inHand;
        _context = context;
    }

    /// <summary>Completes when the worker has ended; faulted when it failed, or when the engine could not be taken over.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    /// <summary>The engine was another process's, and is served by this one now.</summary>
    public bool HasTakenOver { get; private set; }

    /// <summary>Starts a worker. Work of a dead one on this machine is released first, without waiting for a heartbeat timeout.</summary>
    /// <param name="engine">The engine of the runs.</param>
    /// <param name="repositories">Repositories whose runs are worked on.</param>
    /// <param name="context">Clock and environment.</param>
    /// <param name="loggers">Where the worker logs.</param>
    /// <param name="stop">Gives up.</param>
    /// <param name="named">Some of them by the names that callers use.</param>
    /// <param name="offered">Places for tasks of runs that spread theirs; null: as the settings of each repository say.</param>
    /// <param name="makesCurrent">This version of the program takes the place of the current one of the worker deployment.</param>
    /// <param name="takesOver">How long nothing of another machine's run must have moved for it to be taken here; null: none is.</param>
    public static async Task<WorkerHost> StartAsync(
        EngineConnection engine,
        IReadOnlyList<RepositoryLocation> repositories,
        UseCaseContext context,
        ILoggerFactory loggers,
        CancellationToken stop,
        IReadOnlyDictionary<string, RepositoryLocation>? named = null,
        TimeSpan? takesOver = null,
        HostSettings? offered = null,
        bool makesCurrent = false
    )
    {
        var inHand = await OwnedAgents.OpenAsync(repositories, context.Services);
        var host = new WorkerHost(engine, repositories, inHand, context, loggers.CreateLogger<WorkerHost>());
        try
        {
            if (engine.IsJoined)
            {
                host._takeOver = host.TakeOverAsync(loggers);
            }
            await host.RefuseTwinAsync(stop);
            await host.ClearAfterTheDeadAsync(stop);
            // Not before: in a container the last worker often had the same process id, and its identity would count as alive.
            var identity = WorkerRecords.IdentityOf(ProductVersion.Value);
            context.Workers.Add(identity);
            IReadOnlyList<(RepositoryLocation Location, RepositoryReference Reference)> served = [.. repositories.Zip(inHand.References)];
            var (places, remotes) = engine.IsEmbedded
                ? ([], new Dictionary<string, string>())
                : await HostOffers.ReadAsync(served, offered, context, stop);
            var options = new RunWorkerOptions
            {
                Identity = identity,
                Build = ProductVersion.Build,
                Deployment = engine.Deployment,
                Places = places,
                Remotes = remotes,
                Repositories = inHand.References,
                Named = (named ?? new Dictionary<string, RepositoryLocation>()).ToDictionary(
                    pair => pair.Key,
                    pair =>
                        inHand.References.First(reference => reference.Path == pair.Value.Root) with
                        {
                            LinkedWorktree = pair.Value.LinkedWorktree,
                        }
                ),
                Services = context.Services,
                SharesAccounts = !engine.IsEmbedded,
            };
            host._worker = new RunWorker(engine.Client, options, loggers);
            host._working = host._worker.ExecuteAsync(host._stopping.Token);
            foreach (var offer in places)
            {
                host._offering[offer.Repository.Path] = Task.CompletedTask;
            }
            await host.AddAsync([.. host.Units(served, remotes, takesOver, makesCurrent, loggers)]);
            host._loss = engine.UntilLostAsync(context, host._stopping.Token);
            host.Running = host.UntilOneBreaksAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts units that end with the worker.</summary>
    public async Task AddAsync(IReadOnlyList<BackgroundUnit> units)
    {
        _units = [.. _units, .. units];
        foreach (var unit in units)
        {
            await unit.StartAsync(_stopping.Token);
        }
    }

    private IEnumerable<BackgroundUnit> Units(
        IReadOnlyList<(RepositoryLocation Location, RepositoryReference Reference)> served,
        IReadOnlyDictionary<string, string> remotes,
        TimeSpan? takesOver,
        bool makesCurrent,
        ILoggerFactory loggers
    )
    {
        var sharing = new RunSharing(
            (run, stop) => _engine.Runs.Get(run).FindQueueAsync(stop),
            served,
            _context,
            loggers.CreateLogger<RunSharing>()
        );
        yield return sharing;
        yield return new SharedMail(sharing, !_engine.IsEmbedded, remotes, served, _context, loggers.CreateLogger<SharedMail>());
        if (!_engine.IsEmbedded)
        {
            yield return new PlacedTaskWatch(_engine, remotes, served, _context, loggers.CreateLogger<PlacedTaskWatch>());
        }
        if (takesOver is { } after)
        {
            yield return new TakeOverWatch(_engine, served, this, after, _context, loggers.CreateLogger<TakeOverWatch>());
            yield return new RemoteCheckUnit(_locations, _context, loggers.CreateLogger<RemoteCheckUnit>());
        }
        if (_engine.Deployment is { } deployment)
        {
            yield return new WorkerDeployment(
                _engine.Client,
                deployment,
                makesCurrent,
                _locations,
                _context,
                loggers.CreateLogger<WorkerDeployment>()
            );
        }
        if (TelemetryWatch.Options(_context) is { } telemetry)
        {
            yield return new TelemetryWatch(telemetry, served, _context, loggers.CreateLogger<TelemetryWatch>());
        }
        yield return new FailureWatch(_engine, _context, _locations, loggers.CreateLogger<FailureWatch>());
        yield return new EndedRunWatch(_engine, _locations, _context, loggers.CreateLogger<EndedRunWatch>());
        yield return new NoticeWatch(() => _locations, _context, loggers.CreateLogger<NoticeWatch>());
        yield return new MissedFireWatch(_engine, served, _context, loggers.CreateLogger<MissedFireWatch>());
    }

    /// <summary>There are places here for tasks of runs that spread theirs.</summary>
    /// <param name="repository">The repository.</param>
    public bool HasPlaces(RepositoryReference repository) => _offering.ContainsKey(repository.Path);

    /// <summary>Does what the machine of a run that has come here did of its tasks: a run that spreads them says how many that are. Where
    /// there are places already, they stay as they are.</summary>
    /// <param name="repository">The repository that the run came to.</param>
    /// <param name="runId">The run.</param>
    /// <param name="stop">Gives up.</param>
    public async Task OfferPlacesOfAsync(RepositoryReference repository, string runId, CancellationToken stop)
    {
        var location = _locations.First(location => location.Root == repository.Path);
        if (HasPlaces(repository) || await HostOffers.OfRunAsync(location, repository, runId, _context, stop) is not { } offer)
        {
            return;
        }
        _offering[repository.Path] = _worker!.OfferAsync(offer, _stopping.Token);
    }

    /// <summary>Throws the reason if it failed.</summary>
    /// <exception cref="UseCaseException">It failed: exit 5.</exception>
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
            Outcome.Unavailable,
            $"The worker broke: {Running.Exception!.InnerException!.Message}",
            $"See {Path.Combine(_locations[0].OrchestratorFolder, "logs")}."
        );
    }

    /// <summary>Activities are given up at once when the worker stops, instead of after a grace time.</summary>
    public void GiveNoGrace() => _worker?.GiveNoGrace();

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(_engine.IsLost ? LastPatience : Patience, _context.Time);
        await using (_context.StopNow.Register(() => Hurry(patience)))
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
            foreach (var placed in _units.OfType<PlacedTaskWatch>())
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

        // They will never be followed again, and the next engine would start others.
        if (_engine.IsLost)
        {
            await _inHand.EndAgentsAsync();
        }
    }

    // A failure must neither skip the rest of the end nor hide the error that this process ends with.
    private async Task EndAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (OperationCanceledException)
        {
            // The normal end of cancelled tasks, or of those that are not awaited any more.
        }
        catch (UseCaseException) when (_engine.IsLost)
        {
            // Reported already, as the reason for this end.
        }
        catch (Exception fault)
        {
            _log.EndFailed(fault);
        }
    }

    // What has not ended by then, such as an agent that ignores signals, is handled by the next worker as after a kill.
    private void Hurry(CancellationTokenSource patience)
    {
        GiveNoGrace();
        patience.CancelAfter(LastPatience);
    }

    private async Task UntilOneBreaksAsync()
    {
        var first = await Task.WhenAny(_takeOver, _working, _loss);
        await first;
        await await Task.WhenAny(_working, _loss);
    }

    private async Task TakeOverAsync(ILoggerFactory loggers)
    {
        await _engine.TakeOverAsync(_context, loggers, _stopping.Token);
        HasTakenOver = true;
        _context.Interaction.Say("The process that served the engine has ended; this one serves it now.");
        await ClearAfterTheDeadAsync(_stopping.Token);
    }

    /// <summary>Two machines with one id would take each other for dead, and give up each other's steps.</summary>
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
                    Outcome.Unavailable,
                    $"Another machine has the id of this one ({_context.Machine}) and works on {reference.Path}, too: {twin}.",
                    "Give one of them an id of its own: remove /etc/machine-id there and run systemd-machine-id-setup; in containers "
                        + "give each a host name and a home of its own."
                );
            }
        }
    }

    private async Task ClearAfterTheDeadAsync(CancellationToken stop)
    {
        await _inHand.EndThatOfTheDeadAsync();
        await DeadAttempts.FailAsync(_engine.Client, _context.Machine, _context.Workers.IsDead, stop);
    }
}
