using Microsoft.Extensions.Logging;
using Orchestrator.App.Programs;
using Orchestrator.Client;
using Temporal.Server;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Runtime;

namespace Orchestrator.App.Engine;

/// <summary>
/// Connects to the engine, the Temporal server that a repository's workflows use. If no server address is configured, the first process
/// that needs the engine serves the embedded one and locks its database file. Other processes connect to its socket, and a worker process
/// takes over the file when the owner ends.
/// </summary>
public sealed class EngineConnection : IAsyncDisposable
{
    // Histories are kept for at least this long, because a long run needs those of its first tasks until it ends.
    private static readonly TimeSpan LeastKept = TimeSpan.FromDays(7);
    private static readonly TimeSpan Always = TimeSpan.FromDays(36500);
    private static readonly TimeSpan OwnerPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // Interval at which a successor checks that the owner is alive. A polling check is necessary, because no process is notified when a
    // lock is released.
    private static readonly TimeSpan OwnerWatch = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan FileWatch = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan HealthLimit = TimeSpan.FromSeconds(10);

    private readonly LocalRepositoryPaths? _repository;
    private readonly string? _joined;
    private readonly IDisposable? _registration;
    private readonly TimeSpan _retention;
    private EmbeddedServer? _served;

    private EngineConnection(ITemporalClient client, string description)
    {
        Client = client;
        Runs = new RunClient(client);
        Description = description;
    }

    private EngineConnection(ITemporalClient client, EmbeddedServer served)
        : this(client, "embedded engine") => _served = served;

    private EngineConnection(
        ITemporalClient client,
        EngineProcessRecord owner,
        LocalRepositoryPaths repository,
        TimeSpan retention,
        IDisposable? registration
    )
        : this(client, $"embedded engine of process {owner.Pid}")
    {
        _repository = repository;
        _retention = retention;
        _joined = owner.Address[EngineProcessFinder.SocketPrefix.Length..];
        _registration = registration;
    }

    /// <summary>Creates an instance for another application's connection to a Temporal server.</summary>
    public static EngineConnection Of(ITemporalClient client) =>
        new(PayloadJsonOptions.Speaking(client), $"Temporal at {client.Connection.Options.TargetHost}");

    /// <summary>Client of the engine. If another process takes over the engine, the client reconnects to the same address.</summary>
    public ITemporalClient Client { get; }

    /// <summary>Client for runs on the engine.</summary>
    public RunClient Runs { get; }

    /// <summary>Text that describes the engine to users.</summary>
    public string Description { get; }

    /// <summary>Worker deployment version of this process's workers, or null if they belong to no deployment.</summary>
    /// <value>Default: null.</value>
    public WorkerDeploymentVersion? Deployment { get; private init; }

    /// <summary>True if this process serves the embedded engine.</summary>
    public bool IsOwner => _served is not null;

    /// <summary>True if the embedded engine is used, no matter which process serves it.</summary>
    public bool IsEmbedded => IsOwner || _joined is not null;

    // The record lets 'inbox' include this repository. If it can't be written, the user gets only a warning, because the engine works
    // without it.
    private static void NoteRepository(LocalRepositoryPaths repository, UseCaseServiceBundle context)
    {
        try
        {
            new KnownRepositoryStore(context.Environment).Add(repository);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            context.Interaction.Warn($"'orchestrate inbox' in other folders will not show this repository: {fault.Message}");
        }
    }

    /// <summary>
    /// True if the engine in this process responds. If another process serves the engine, the result is also true, because this process
    /// can't repair it.
    /// </summary>
    public async Task<bool> IsWellAsync(CancellationToken stop)
    {
        try
        {
            return !IsOwner
                || await Client.Connection.CheckHealthAsync(options: new RpcOptions { Timeout = HealthLimit, CancellationToken = stop });
        }
        catch (RpcException)
        {
            return false;
        }
    }

    /// <summary>Returns the time for which the embedded engine keeps histories of ended runs, unless a run is removed earlier.</summary>
    public static TimeSpan RetentionOf(RetentionSettings settings) =>
        settings.Age is not { } age ? Always
        : age > LeastKept ? age
        : LeastKept;

    /// <summary>
    /// Deletes workflow histories that are older than the retention period, and returns the freed space in the file to the file system.
    /// Does nothing if another process serves the engine, because that process does this every few minutes.
    /// </summary>
    public Task DeleteExpiredAsync() => _served?.DeleteExpiredAsync() ?? Task.CompletedTask;

    /// <summary>True if the engine's file was removed while this process served it. All its runs are then lost.</summary>
    public bool IsLost { get; private set; }

    /// <summary>True if another process serves the embedded engine.</summary>
    public bool IsJoined => _joined is not null && !IsOwner;

    /// <summary>
    /// Connects to the engine. If no address is configured and no process serves the repository's engine, this process serves it.
    /// </summary>
    /// <param name="repository">The repository.</param>
    /// <param name="settings">Settings that contain the address of the engine.</param>
    /// <param name="context">Provides the clock and environment.</param>
    /// <param name="loggers">Loggers for the server if it runs in this process.</param>
    /// <param name="stays">True if this process executes runs and will call <see cref="TakeOverEngineAsync"/>. If false, other processes
    /// take over the engine.</param>
    /// <param name="stop">Cancels the attempt.</param>
    /// <exception cref="UseCaseException">The server does not respond. The exit code is 5.</exception>
    public static async Task<EngineConnection> OpenAsync(
        LocalRepositoryPaths repository,
        OrchestratorSettings settings,
        UseCaseServiceBundle context,
        ILoggerFactory loggers,
        bool stays,
        CancellationToken stop
    )
    {
        await context.RequireOwnFoldersAsync(repository, settings.Worktrees.Directory, stop);
        NoteRepository(repository, context);
        if (settings.Temporal.Address is not null)
        {
            return await ConnectAsync(settings.Temporal, context, loggers, stop);
        }
        var folder = LocalRepositoryPaths.EnsureFolder(repository.OrchestratorFolder);
        var retention = RetentionOf(settings.Retention);
        var began = context.Time.GetTimestamp();
        while (true)
        {
            if (
                (stays || !EngineStandbyProcessRegistry.AnyLiving(folder))
                && EngineDatabaseLock.TryAcquire(folder, GuardOf(repository)) is { } file
            )
            {
                return await ServeAsync(file, EngineAddress.SocketOf(folder, context.Environment), retention, context, loggers, stop);
            }
            if (await TryJoinAsync(repository, retention, loggers, stays, stop) is { } joined)
            {
                return joined;
            }
            if (context.Time.GetElapsedTime(began) > OwnerPatience)
            {
                throw new UseCaseException(
                    UseCaseOutcome.Unavailable,
                    $"Another process holds the engine of {repository.Root} but does not answer.",
                    $"Find the process that holds {Path.Combine(folder, "engine.lock")}, and end it."
                );
            }

            await Task.Delay(Pause, context.Time, stop);
        }
    }

    /// <summary>Waits until the process that serves the engine has ended, and then serves the engine in this process.</summary>
    /// <param name="context">Provides the clock.</param>
    /// <param name="loggers">Loggers of the server.</param>
    /// <param name="stop">Cancels the wait.</param>
    /// <exception cref="UseCaseException">The engine's file was removed together with the other process. The exit code is 5.</exception>
    public async Task TakeOverEngineAsync(UseCaseServiceBundle context, ILoggerFactory loggers, CancellationToken stop)
    {
        while (true)
        {
            if (EngineDatabaseLock.TryAcquire(_repository!.OrchestratorFolder, GuardOf(_repository)) is { } file)
            {
                if (!File.Exists(file.DatabasePath))
                {
                    file.Dispose();
                    throw Loss(file.DatabasePath);
                }

                _served = await EmbeddedServer.StartAsync(file, _joined!, _retention, context, loggers, stop);
                return;
            }

            await Task.Delay(OwnerWatch, context.Time, stop);
        }
    }

    /// <summary>
    /// Watches the engine's database file while this process serves it. If the file is removed, stops the server and throws, because all
    /// runs in the file are lost.
    /// </summary>
    /// <param name="context">Provides the clock.</param>
    /// <param name="stop">Cancels the watch.</param>
    /// <exception cref="UseCaseException">The file was removed. The exit code is 5.</exception>
    public async Task WatchEngineFileAsync(UseCaseServiceBundle context, CancellationToken stop)
    {
        while (true)
        {
            await Task.Delay(FileWatch, context.Time, stop);
            if (_served is not { IsRemoved: true } served)
            {
                continue;
            }
            await served.StopServingAsync();
            throw Loss(Path.Combine(context.RequireRepository().OrchestratorFolder, EngineDatabaseLock.FileName));
        }
    }

    /// <summary>
    /// Returns the path of a second lock file, which is in the git folder. Cleaning the checkout does not remove this file, so it prevents
    /// a second engine even if the engine's database file was removed.
    /// </summary>
    public static string GuardOf(LocalRepositoryPaths repository) => Path.Combine(repository.GitDirectory, "orchestrator", "engine");

    private UseCaseException Loss(string file)
    {
        IsLost = true;
        return new UseCaseException(
            UseCaseOutcome.Unavailable,
            $"{file} was removed while the engine used it, for example by 'git clean -fdx'. The engine has ended and its "
                + "agents are stopped.",
            "Finished tasks are kept in git: 'orchestrate run' reuses them. To clean while an engine runs, exclude its "
                + "folder: git clean -fdx -e .orchestrator."
        );
    }

    public async ValueTask DisposeAsync()
    {
        _registration?.Dispose();
        if (_served is not null)
        {
            await _served.DisposeAsync();
        }
    }

    /// <summary>Connects to the Temporal server at the configured address.</summary>
    /// <exception cref="UseCaseException">The server does not respond. The exit code is 5.</exception>
    public static async Task<EngineConnection> ConnectAsync(
        TemporalSettings settings,
        UseCaseServiceBundle context,
        ILoggerFactory loggers,
        CancellationToken stop
    )
    {
        var options = ServerConnectionOptions.Options(settings, context);
        try
        {
            var client = await ConnectClientAsync(options, loggers, stop);
            return await ServerNamespace.ExistsAsync(client, stop)
                ? new EngineConnection(client, $"Temporal at {options.TargetHost}")
                {
                    Deployment = WorkerDeploymentRegistrar.VersionOf(settings),
                }
                : throw new UseCaseException(
                    UseCaseOutcome.Unavailable,
                    $"The Temporal server at {options.TargetHost} has no namespace {options.Namespace}.",
                    $"Create it: temporal operator namespace create --namespace {options.Namespace} --address {options.TargetHost}; "
                        + "or name "
                        + "another with --namespace."
                );
        }
        catch (Exception unreachable) when (unreachable is RpcException or InvalidOperationException or HttpRequestException)
        {
            throw new UseCaseException(
                UseCaseOutcome.Unavailable,
                $"The Temporal server at {options.TargetHost} does not answer: {ConnectionFailureText.Of(unreachable)}.",
                "Check temporal.address, or unset it to use the embedded engine."
            );
        }
    }

    private static async Task<EngineConnection> ServeAsync(
        EngineDatabaseLock file,
        string socket,
        TimeSpan retention,
        UseCaseServiceBundle context,
        ILoggerFactory loggers,
        CancellationToken stop
    )
    {
        var served = await EmbeddedServer.StartAsync(file, socket, retention, context, loggers, stop);
        try
        {
            return new EngineConnection(
                await ConnectClientAsync(EngineAddress.ClientOptions(EngineProcessFinder.SocketPrefix + socket), loggers, stop),
                served
            );
        }
        catch
        {
            await served.DisposeAsync();
            throw;
        }
    }

    private static async Task<EngineConnection?> TryJoinAsync(
        LocalRepositoryPaths repository,
        TimeSpan retention,
        ILoggerFactory loggers,
        bool stays,
        CancellationToken stop
    )
    {
        var folder = repository.OrchestratorFolder;
        if (await EngineProcessFinder.FindAsync(folder, stop) is not { } owner)
        {
            return null;
        }
        var registration = stays ? EngineStandbyProcessRegistry.Register(folder) : null;
        try
        {
            var client = await ConnectClientAsync(EngineAddress.ClientOptions(owner.Address), loggers, stop);
            return new EngineConnection(client, owner, repository, retention, registration);
        }
        catch (Exception gone) when (gone is RpcException or InvalidOperationException or HttpRequestException)
        {
            registration?.Dispose();
            return null;
        }
    }

    // The native core of the client writes logs to the terminal by default.
    private static async Task<ITemporalClient> ConnectClientAsync(
        TemporalClientConnectOptions options,
        ILoggerFactory loggers,
        CancellationToken stop
    )
    {
        var logging = new LoggingOptions { Forwarding = new LogForwardingOptions(loggers.CreateLogger("Temporalio.Core")) };
        options.Runtime = new TemporalRuntime(new TemporalRuntimeOptions(new TelemetryOptions { Logging = logging }));
        options.LoggerFactory = loggers;
        return await TemporalClient.ConnectAsync(options).WaitAsync(stop);
    }
}
