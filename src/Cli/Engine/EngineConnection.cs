using Microsoft.Extensions.Logging;
using Orchestrator.Client;
using Orchestrator.Local;
using Orchestrator.Settings;
using Temporal.Server;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Cli.Engine;

/// <summary>
/// A connection to the engine that runs a repository's workflows: the server at an address, or the embedded one. The first process that needs the
/// embedded engine takes its file and serves it; others connect to that one's socket.
/// </summary>
internal sealed class EngineConnection : IAsyncDisposable
{
    private static readonly TimeSpan OwnerPatience = TimeSpan.FromSeconds(30);
    // Runs can be looked at, and tasks retried, long after the end.
    internal static readonly TimeSpan KeptRuns = TimeSpan.FromDays(90);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly EngineFile? _file;
    private readonly TemporalServer? _server;
    private readonly IDisposable? _registration;
    private readonly string? _folder;

    private EngineConnection(ITemporalClient client, string description)
    {
        Client = client;
        Runs = new RunClient(client);
        Description = description;
    }

    private EngineConnection(ITemporalClient client, string description, string folder, EngineFile file, TemporalServer server)
        : this(client, description)
    {
        _folder = folder;
        _file = file;
        _server = server;
    }

    private EngineConnection(ITemporalClient client, string description, string folder, IDisposable registration)
        : this(client, description)
    {
        _folder = folder;
        _registration = registration;
    }

    /// <summary>Client of the engine.</summary>
    public ITemporalClient Client { get; }

    /// <summary>Runs on that engine.</summary>
    public RunClient Runs { get; }

    /// <summary>Which engine it is, for people.</summary>
    public string Description { get; }

    /// <summary>This process serves the embedded engine.</summary>
    public bool IsOwner => _server is not null;

    /// <summary>Connects; where no address is set and nobody serves the repository's engine, this process does from now on.</summary>
    /// <exception cref="CommandException">The server does not answer: exit 5.</exception>
    public static async Task<EngineConnection> OpenAsync(
        RepositoryLocation repository, OrchestratorSettings settings, CommandContext context, ILoggerFactory loggers, CancellationToken stop)
    {
        if (settings.Temporal.Address is not null)
            return await ConnectAsync(settings.Temporal, context, stop);
        var folder = repository.OrchestratorFolder;
        var began = context.Time.GetTimestamp();
        while (true)
        {
            if (EngineFile.TryAcquire(folder) is { } file)
                return await ServeAsync(folder, file, context, loggers, stop);
            if (await TryJoinAsync(folder, stop) is { } joined)
                return joined;
            if (context.Time.GetElapsedTime(began) > OwnerPatience)
            {
                throw new CommandException(
                    ExitCodes.Unavailable, $"Another process holds the engine of {repository.Root} but does not answer.", $"See who holds {Path.Combine(folder, "engine.lock")}, and end that process.");
            }

            await Task.Delay(Pause, context.Time, stop);
        }
    }

    /// <summary>Connects only where an engine answers already; null otherwise.</summary>
    public static async Task<EngineConnection?> TryFindAsync(RepositoryLocation repository, OrchestratorSettings settings, CommandContext context, CancellationToken stop) =>
        settings.Temporal.Address is not null ? await ConnectAsync(settings.Temporal, context, stop) : await TryJoinAsync(repository.OrchestratorFolder, stop);

    /// <summary>As the owner: waits until no other process uses the engine.</summary>
    /// <returns>True when somebody had to be waited for.</returns>
    public async Task<bool> WaitForClientsAsync(TimeProvider time, Action onWaiting, CancellationToken stop)
    {
        if (!IsOwner || EngineClients.CountLiving(_folder!) == 0)
            return false;
        onWaiting();
        while (EngineClients.CountLiving(_folder!) > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(200), time, stop);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        _registration?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        _file?.Dispose();
    }

    private static async Task<EngineConnection> ConnectAsync(TemporalSettings settings, CommandContext context, CancellationToken stop)
    {
        var address = settings.Address!;
        var options = new TemporalClientConnectOptions(address)
        {
            Namespace = settings.Namespace,
            ApiKey = settings.ApiKey?.Resolve(context.Environment.GetValueOrDefault, File.ReadAllText),
            Tls = settings.Tls ? new TlsOptions() : null,
        };
        try
        {
            return new EngineConnection(await TemporalClient.ConnectAsync(options).WaitAsync(stop), $"Temporal at {address}");
        }
        catch (Exception unreachable) when (unreachable is RpcException or InvalidOperationException or HttpRequestException)
        {
            throw new CommandException(
                ExitCodes.Unavailable, $"The Temporal server at {address} does not answer: {unreachable.Message}", "Check temporal.address, or leave it out to use the embedded engine.");
        }
    }

    private static async Task<EngineConnection> ServeAsync(string folder, EngineFile file, CommandContext context, ILoggerFactory loggers, CancellationToken stop)
    {
        TemporalServer? server = null;
        try
        {
            var socket = EngineAddress.SocketOf(folder, context.Environment);
            server = new TemporalServer(new TemporalServerOptions { DatabasePath = file.DatabasePath, SocketPath = socket, TimeProvider = context.Time, DefaultRetention = KeptRuns }, loggers);
            await server.StartAsync(stop);
            var address = "unix:" + socket;
            var client = await TemporalClient.ConnectAsync(new TemporalClientConnectOptions(address)).WaitAsync(stop);
            file.Announce(address);
            return new EngineConnection(client, "embedded engine", folder, file, server);
        }
        catch
        {
            if (server is not null)
                await server.DisposeAsync();
            file.Dispose();
            throw;
        }
    }

    // Registered before connecting: from then on the owner waits for us.
    private static async Task<EngineConnection?> TryJoinAsync(string folder, CancellationToken stop)
    {
        if (EngineFile.ReadOwner(folder) is not { } owner)
            return null;
        var registration = EngineClients.Register(folder);
        try
        {
            var client = await TemporalClient.ConnectAsync(new TemporalClientConnectOptions(owner.Address)).WaitAsync(stop);
            return new EngineConnection(client, $"embedded engine of process {owner.Pid}", folder, registration);
        }
        catch (Exception gone) when (gone is RpcException or InvalidOperationException or HttpRequestException)
        {
            registration.Dispose();
            return null;
        }
    }
}
