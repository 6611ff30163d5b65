using System.Net;
using Temporal.Server;

namespace Orchestrator.Conformance;

/// <summary>
/// The server under test: the one that <c>TEMPORAL_ADDRESS</c> names, else an embedded one in memory, gone with this object.
/// </summary>
internal sealed class ConformanceTarget : IAsyncDisposable
{
    private readonly TemporalServer? _server;

    private ConformanceTarget(string address, TemporalServer? server) => (Address, _server) = (address, server);

    /// <summary><c>HOST:PORT</c>.</summary>
    public string Address { get; }

    /// <summary>Starts the embedded server unless another is named.</summary>
    public static async Task<ConformanceTarget> StartAsync() =>
        Environment.GetEnvironmentVariable("TEMPORAL_ADDRESS") is { Length: > 0 } address
            ? new ConformanceTarget(address, null)
            : await StartEmbeddedAsync(database: null, port: 0);

    /// <summary>Starts an embedded server on a loopback port.</summary>
    /// <param name="database">The file; null keeps everything in memory.</param>
    /// <param name="port">0 takes any free one.</param>
    public static async Task<ConformanceTarget> StartEmbeddedAsync(string? database, int port)
    {
        var server = new TemporalServer(
            new TemporalServerOptions { DatabasePath = database, Address = new IPEndPoint(IPAddress.Loopback, port) }
        );
        await server.StartAsync();
        return new ConformanceTarget(new Uri(server.Addresses[0]).Authority, server);
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
