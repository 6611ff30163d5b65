using System.Net;
using Orchestrator.Conformance.Scenarios;
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
    /// <param name="settings">Recorded settings of an embedded server; another has its own.</param>
    public static async Task<ConformanceTarget> StartAsync(string settings = "") =>
        Environment.GetEnvironmentVariable("TEMPORAL_ADDRESS") is { Length: > 0 } address
            ? new ConformanceTarget(address, null)
            : await StartEmbeddedAsync(database: null, port: 0, settings);

    /// <summary>A server that runs already.</summary>
    public static ConformanceTarget At(string address) => new(address, null);

    /// <summary>Starts an embedded server on a loopback port.</summary>
    /// <param name="database">The file; null keeps everything in memory.</param>
    /// <param name="port">0 takes any free one.</param>
    /// <param name="settings">Recorded settings that it has.</param>
    public static async Task<ConformanceTarget> StartEmbeddedAsync(string? database, int port, string settings = "")
    {
        var options = new TemporalServerOptions { DatabasePath = database, Address = new IPEndPoint(IPAddress.Loopback, port) };
        var server = new TemporalServer(RecordedSettings.Apply(options, settings));
        await server.StartAsync();
        return new ConformanceTarget(new Uri(server.Addresses[0]).Authority, server);
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
