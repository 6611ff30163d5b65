using System.Net;
using System.Net.Sockets;
using Orchestrator.Processes;
using Temporal.Server;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.TestKit;

/// <summary>The Temporal server of a test on a TCP port: the embedded engine in this process, or a program of its own that an environment
/// variable names, such as Temporal's CLI. The program gets the arguments of <c>temporal server start-dev</c>.</summary>
public sealed class ServerUnderTest : IAsyncDisposable
{
    /// <summary>Variable with the path of the program.</summary>
    public const string Variable = "TEST_TEMPORAL_PROGRAM";

    private readonly Func<Task> _stop;

    private ServerUnderTest(string address, Func<Task> stop) => (Address, _stop) = (address, stop);

    /// <summary>Address as <c>host:port</c>.</summary>
    public string Address { get; }

    /// <summary>Starts a server with nothing in it.</summary>
    /// <param name="attributes">Search attributes that it knows, with their types.</param>
    public static Task<ServerUnderTest> StartAsync(IReadOnlyDictionary<string, IndexedValueType> attributes) =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } program
            ? StartProgramAsync(program, attributes)
            : StartEmbeddedAsync(attributes);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _stop();

    private static async Task<ServerUnderTest> StartEmbeddedAsync(IReadOnlyDictionary<string, IndexedValueType> attributes)
    {
        var server = new TemporalServer(
            new TemporalServerOptions { Address = new IPEndPoint(IPAddress.Loopback, 0), SearchAttributes = attributes }
        );
        await server.StartAsync();
        return new ServerUnderTest(server.Addresses[0].Split("//")[^1], () => server.StopAsync());
    }

    private static async Task<ServerUnderTest> StartProgramAsync(string program, IReadOnlyDictionary<string, IndexedValueType> attributes)
    {
        var port = FindFreePort();
        var stop = new CancellationTokenSource();
        var command = new ChildProcessOptions(
            program,
            [
                "server",
                "start-dev",
                "--headless",
                "--port",
                $"{port}",
                .. attributes.SelectMany(attribute => (string[])["--search-attribute", $"{attribute.Key}={attribute.Value}"]),
            ]
        )
        {
            StopSignal = PosixStopSignal.Interrupt,
            StopLeftovers = true,
        };
        var serving = new ProcessRunner().RunAsync(command, stop.Token);
        var served = new ServerUnderTest($"127.0.0.1:{port}", StopAsync);
        try
        {
            await served.UntilHealthyAsync(serving);
            return served;
        }
        catch
        {
            await StopAsync();
            throw;
        }

        async Task StopAsync()
        {
            await stop.CancelAsync();
            await serving.ContinueWith(_ => { }, TaskScheduler.Default);
            stop.Dispose();
        }
    }

    private async Task UntilHealthyAsync(Task<ProcessResult> serving)
    {
        for (var limit = Eventually.Timeout(); ; await Task.Delay(50, limit))
        {
            if (serving.IsCompleted)
            {
                var ended = await serving;
                throw new InvalidOperationException($"The server ended with {ended.ExitCode}: {ended.StandardError.Text}");
            }
            try
            {
                await TemporalClient.ConnectAsync(new TemporalClientConnectOptions(Address));
                return;
            }
            catch (Exception early) when (early is RpcException or InvalidOperationException)
            {
                // It does not listen yet.
            }
        }
    }

    // Another process may take it before the server listens; the test then fails with the server's own words.
    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
