using Google.Protobuf.WellKnownTypes;
using Temporal.Server;
using Temporalio.Api.TestService.V1;
using Temporalio.Client;
using Temporalio.Testing;

namespace Orchestrator.TestKit;

/// <summary>
/// Runs the embedded server in this process, in memory, on a separate socket. With time skipping, time advances only in
/// <see cref="DelayAsync"/>. Waiting for a result does not advance it, so a test controls the time of each deadline.
/// </summary>
public sealed class EmbeddedEnvironment : WorkflowEnvironment
{
    private readonly TemporalServer _server;
    private readonly TempFolder _folder;

    private EmbeddedEnvironment(ITemporalClient client, TemporalServer server, TempFolder folder, bool skipsTime)
        : base(client)
    {
        (_server, _folder, SupportsTimeSkipping) = (server, folder, skipsTime);
    }

    public override bool SupportsTimeSkipping { get; }

    /// <summary>Starts the server and connects a client with the given options, except for the address.</summary>
    public static async Task<EmbeddedEnvironment> StartAsync(
        TemporalClientConnectOptions? options = null,
        bool skipsTime = false,
        TimeProvider? clock = null
    )
    {
        var folder = new TempFolder();
        var socket = folder["server.sock"];
        var server = new TemporalServer(
            new TemporalServerOptions
            {
                SocketPath = socket,
                TimeSkipping = skipsTime,
                TimeProvider = clock ?? TimeProvider.System,
            }
        );
        try
        {
            await server.StartAsync();
            var connect = (TemporalClientConnectOptions)(options?.Clone() ?? new TemporalClientConnectOptions());
            connect.TargetHost = "localhost:7233";
            connect.HttpConnectProxy = new HttpConnectProxyOptions("unix:" + socket);
            return new EmbeddedEnvironment(await TemporalClient.ConnectAsync(connect), server, folder, skipsTime);
        }
        catch
        {
            await server.StopAsync();
            folder.Dispose();
            throw;
        }
    }

    public override async Task DelayAsync(TimeSpan delay, CancellationToken? cancellationToken = null)
    {
        if (!SupportsTimeSkipping)
        {
            await base.DelayAsync(delay, cancellationToken);
            return;
        }
        await Client.Connection.TestService.UnlockTimeSkippingWithSleepAsync(
            new SleepRequest { Duration = Duration.FromTimeSpan(delay) },
            new RpcOptions { CancellationToken = cancellationToken }
        );
    }

    public override async Task<DateTime> GetCurrentTimeAsync() =>
        SupportsTimeSkipping
            ? (await Client.Connection.TestService.GetCurrentTimeAsync(new Empty())).Time.ToDateTime()
            : await base.GetCurrentTimeAsync();

    public override async Task ShutdownAsync()
    {
        await _server.StopAsync();
        _folder.Dispose();
    }
}
