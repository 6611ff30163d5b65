using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orchestrator.App.Hosting;

/// <summary>
/// Runs a worker for runs that other processes start. It also removes old runs periodically, because it keeps running after a run has
/// ended.
/// </summary>
/// <param name="repositories">Repositories whose runs this worker executes. The first one determines the engine.</param>
/// <param name="settings">Settings of the first repository.</param>
/// <param name="context">Provides the clock and environment.</param>
/// <param name="loggers">Loggers for the engine and the worker.</param>
/// <param name="started">Called with the engine when the worker has started to poll.</param>
/// <param name="stop">Cancels the start.</param>
public sealed class HostedWorker(
    IReadOnlyList<LocalRepositoryPaths> repositories,
    OrchestratorSettings settings,
    UseCaseServiceBundle context,
    ILoggerFactory loggers,
    Action<EngineConnection> started,
    CancellationToken stop
) : BackgroundService
{
    private EngineConnection? _engine;
    private WorkerHost? _worker;

    /// <summary>Repositories, keyed by the short names that callers use for them.</summary>
    public IReadOnlyDictionary<string, LocalRepositoryPaths> Named { get; init; } = new Dictionary<string, LocalRepositoryPaths>();

    /// <summary>Time without progress after which this worker takes over another machine's run, or null to take over no runs.</summary>
    public TimeSpan? TakesOver { get; init; }

    /// <summary>Slots for tasks of distributed runs, or null to use the settings of each repository.</summary>
    public DistributedRunSettings? Offered { get; init; }

    /// <summary>True to make this version of the program the current version of the worker deployment.</summary>
    public bool MakesCurrent { get; init; }

    /// <summary>True if this process may serve or take over the embedded engine. False if another part of this process serves it.</summary>
    public bool Stays { get; init; }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _engine = await EngineConnection.OpenAsync(repositories[0], settings, context, loggers, Stays, stop);
        _worker = await WorkerHost.StartAsync(_engine, repositories, context, loggers, stop, Named, TakesOver, Offered, MakesCurrent);
        started(_engine);
        await _worker.AddAsync([
            new EndedRunRetention(repositories, settings, _engine, context, loggers.CreateLogger<EndedRunRetention>()),
            new MachineSleepPreventer(repositories, context, loggers.CreateLogger<MachineSleepPreventer>()),
        ]);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_worker is not null)
        {
            await _worker.DisposeAsync();
        }
        if (_engine is not null)
        {
            await _engine.DisposeAsync();
        }
        foreach (var repository in repositories)
        {
            new RemainingNoticeSender(repository, context).Name(run: null);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await _worker!.Running.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _worker.ThrowIfBrokenAsync();
    }
}
