using Microsoft.Extensions.Logging;
using Orchestrator.Messages;
using Temporal.Server;

namespace Orchestrator.App.Engine;

/// <summary>The embedded engine of a repository, served by this process: ownership of its file, and the server on it.</summary>
internal sealed class EmbeddedServer : IAsyncDisposable
{
    private readonly EngineFile _file;
    private readonly TemporalServer _server;

    private EmbeddedServer(EngineFile file, TemporalServer server)
    {
        _file = file;
        _server = server;
    }

    /// <summary>Serves a file that this process owns, on a socket. On failure the ownership is released.</summary>
    /// <param name="file">Ownership of the file; belongs to the result from now on.</param>
    /// <param name="socket">Path of the socket.</param>
    /// <param name="retention">How long histories of ended runs are kept.</param>
    /// <param name="context">The clock, and the terminal that hears of a full disk.</param>
    /// <param name="loggers">Where the server logs.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<EmbeddedServer> StartAsync(
        EngineFile file,
        string socket,
        TimeSpan retention,
        UseCaseContext context,
        ILoggerFactory loggers,
        CancellationToken stop
    )
    {
        var options = new TemporalServerOptions
        {
            DatabasePath = file.DatabasePath,
            SocketPath = socket,
            MachineName = context.Machine,
            TimeProvider = context.Time,
            DefaultRetention = retention,
            Trouble = context.Interaction.Warn,
            SearchAttributes = RunAttributes.Types,
        };
        var server = new TemporalServer(options, loggers);
        try
        {
            await server.StartAsync(stop);
            file.Announce("unix:" + socket);
            return new EmbeddedServer(file, server);
        }
        catch
        {
            await server.DisposeAsync();
            file.Dispose();
            throw;
        }
    }

    /// <summary>The file was removed under this process.</summary>
    public bool IsRemoved => _file.IsRemoved;

    /// <summary>Deletes histories past their retention, and returns free space in the file to the disk.</summary>
    public Task SweepAsync() => _server.SweepAsync();

    /// <summary>Stops serving; ownership of the file is kept until this is disposed.</summary>
    public Task StopServingAsync() => _server.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _file.Dispose();
    }
}
