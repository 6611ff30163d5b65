using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Runs;
using Orchestrator.Settings;

namespace Orchestrator.App.Hosting;

/// <summary>A worker in a host, for runs that others start. It does not begin and end with runs, so it cleans up periodically.</summary>
/// <param name="repositories">Repositories whose runs are worked on; the engine is that of the first.</param>
/// <param name="settings">Of the first.</param>
/// <param name="context">Clock and environment.</param>
/// <param name="loggers">Where engine and worker log.</param>
/// <param name="started">Called with the engine when the worker polls.</param>
/// <param name="stop">Gives up the start.</param>
public sealed class RunWork(
    IReadOnlyList<RepositoryLocation> repositories,
    OrchestratorSettings settings,
    UseCaseContext context,
    ILoggerFactory loggers,
    Action<EngineConnection> started,
    CancellationToken stop
) : BackgroundService
{
    private EngineConnection? _engine;
    private WorkerHost? _worker;

    /// <summary>Some of the repositories by the names that callers use.</summary>
    public IReadOnlyDictionary<string, RepositoryLocation> Named { get; init; } = new Dictionary<string, RepositoryLocation>();

    /// <summary>The idle time of another machine's run after which it is taken over here; null: none is.</summary>
    public TimeSpan? TakesOver { get; init; }

    /// <summary>Places for tasks of runs that spread theirs; null: as the settings of each repository say.</summary>
    public HostSettings? Offered { get; init; }

    /// <summary>This version of the program takes the place of the current one of the worker deployment.</summary>
    public bool MakesCurrent { get; init; }

    /// <summary>If no address is set, this process serves the embedded engine or takes it over; false where another part of it serves
    /// it.</summary>
    public bool Stays { get; init; }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _engine = await EngineConnection.OpenAsync(repositories[0], settings, context, loggers, Stays, stop);
        _worker = await WorkerHost.StartAsync(_engine, repositories, context, loggers, stop, Named, TakesOver, Offered, MakesCurrent);
        started(_engine);
        await _worker.AddAsync([
            new Retention(repositories, settings, _engine, context, loggers.CreateLogger<Retention>()),
            new NightWatch(repositories, context, loggers.CreateLogger<NightWatch>()),
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
            new LastNotices(repository, context).Name(run: null);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await _worker!.Running.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _worker.ThrowIfBrokenAsync();
    }
}
