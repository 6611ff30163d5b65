using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Temporal.Server;

namespace Orchestrator.App.Hosting;

/// <summary>Runs a Temporal server for other clients in this process.</summary>
/// <param name="options">Options of the server.</param>
/// <param name="file">Ownership of the server's file, or null if no file needs to be watched.</param>
/// <param name="context">Provides the clock.</param>
/// <param name="loggers">Loggers of the server.</param>
/// <param name="started">Called with the server when it listens.</param>
/// <param name="stop">Cancels the start.</param>
public sealed class EngineHostedService(
    TemporalServerOptions options,
    EngineDatabaseLock? file,
    UseCaseServiceBundle context,
    ILoggerFactory loggers,
    Action<TemporalServer> started,
    CancellationToken stop
) : BackgroundService
{
    private static readonly TimeSpan FileWatch = TimeSpan.FromMilliseconds(500);

    [SuppressMessage("Usage", "CA2213", Justification = "StopAsync disposes it.")]
    private TemporalServer? _server;

    /// <summary>Starts the server. Returns when the server is listening.</summary>
    /// <exception cref="UseCaseException">The server can't be started.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _server = new TemporalServer(options, loggers);
            await _server.StartAsync(stop);
        }
        catch (InvalidOperationException refused)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, $"{refused.Message}.");
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            throw new UseCaseException(
                UseCaseOutcome.Unavailable,
                $"Another program already uses {options.Address}.",
                "End that program, or choose another port with --port (0 means any free port)."
            );
        }
        started(_server);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (file is null)
        {
            return;
        }
        while (!file.IsRemoved)
        {
            await Task.Delay(FileWatch, context.Time, stoppingToken);
        }
        await _server!.StopAsync();
        throw new UseCaseException(
            UseCaseOutcome.Unavailable,
            $"{file.DatabasePath} was removed while the server used it, for example by 'git clean -fdx', so the server has ended.",
            "Start the server again. To clean the repository while the server runs, exclude its folder: git clean -fdx -e .orchestrator."
        );
    }
}
