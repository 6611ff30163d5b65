using Microsoft.Extensions.Logging;
using Temporal.Server;

namespace Orchestrator.App.Engine;

/// <summary>
/// Serves a repository's embedded engine, a Temporal server, in this process. The object owns the engine's database file until it is
/// disposed.
/// </summary>
internal sealed class EmbeddedServer : IAsyncDisposable
{
    private readonly EngineDatabaseLock _file;
    private readonly TemporalServer _server;

    private EmbeddedServer(EngineDatabaseLock file, TemporalServer server)
    {
        _file = file;
        _server = server;
    }

    /// <summary>
    /// Starts serving the engine from its database file on a Unix socket. If the start fails, ownership of the file is released.
    /// </summary>
    /// <param name="file">Ownership of the engine file. The returned object releases it.</param>
    /// <param name="socket">Path of the socket.</param>
    /// <param name="retention">Time for which the histories of ended runs are kept.</param>
    /// <param name="context">Provides the clock and user interaction. Warnings, such as about a full disk, are shown to the user.</param>
    /// <param name="loggers">Loggers of the server.</param>
    /// <param name="stop">Cancels the start.</param>
    public static async Task<EmbeddedServer> StartAsync(
        EngineDatabaseLock file,
        string socket,
        TimeSpan retention,
        UseCaseServiceBundle context,
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
            SearchAttributes = RunSearchAttributes.Types,
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

    /// <summary>True if the engine file was removed while this process served it.</summary>
    public bool IsRemoved => _file.IsRemoved;

    /// <summary>
    /// Deletes workflow histories that are older than the retention period, and returns the freed space in the file to the file system.
    /// </summary>
    public Task DeleteExpiredAsync() => _server.DeleteExpiredAsync();

    /// <summary>Stops the server. Ownership of the engine's database file is released only when the object is disposed.</summary>
    public Task StopServingAsync() => _server.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _file.Dispose();
    }
}
