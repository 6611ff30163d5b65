using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Temporal.Server;

namespace Orchestrator.App.Hosting;

/// <summary>A server in a host, for other clients.</summary>
/// <param name="options">The server's.</param>
/// <param name="file">Ownership of its file; null: it has none of its own to watch.</param>
/// <param name="context">Clock.</param>
/// <param name="loggers">Where the server logs.</param>
/// <param name="started">Called with it when it listens.</param>
/// <param name="stop">Gives up the start.</param>
public sealed class ServedEngine(
    TemporalServerOptions options,
    EngineFile? file,
    UseCaseContext context,
    ILoggerFactory loggers,
    Action<TemporalServer> started,
    CancellationToken stop
) : BackgroundService
{
    private static readonly TimeSpan FileWatch = TimeSpan.FromMilliseconds(500);

    [SuppressMessage("Usage", "CA2213", Justification = "StopAsync disposes it.")]
    private TemporalServer? _server;

    /// <summary>Returns when it listens.</summary>
    /// <exception cref="UseCaseException">It can't be served.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _server = new TemporalServer(options, loggers);
            await _server.StartAsync(stop);
        }
        catch (InvalidOperationException refused)
        {
            throw new UseCaseException(Outcome.Usage, $"{refused.Message}.");
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            throw new UseCaseException(
                Outcome.Unavailable,
                $"Another program listens on {options.Address} already.",
                "End it, or choose another port with --port (0: any free one)."
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
            Outcome.Unavailable,
            $"{file.DatabasePath} was removed while it was served ('git clean -fdx' does that), so the server has ended.",
            "Serve again; to tidy up beside it leave our folder out: git clean -fdx -e .orchestrator."
        );
    }
}
