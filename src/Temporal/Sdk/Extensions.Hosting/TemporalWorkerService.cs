using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Temporalio.Client;
using Temporalio.Worker;

namespace Temporalio.Extensions.Hosting;

/// <summary>Runs a worker as long as its host runs.</summary>
public class TemporalWorkerService : BackgroundService
{
    private readonly ITemporalClient? _existingClient;
    private readonly TemporalClientConnectOptions? _clientOptions;
    private readonly TemporalWorkerOptions _workerOptions;
    private readonly TemporalWorkerClientUpdater? _clientUpdater;

    /// <summary>With options that say how to connect.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public TemporalWorkerService(TemporalWorkerServiceOptions options)
    {
        _clientOptions =
            options.ClientOptions ?? throw new ArgumentException("ClientOptions are required when there is no client.", nameof(options));
        _workerOptions = options;
        _clientUpdater = options.WorkerClientUpdater;
    }

    /// <summary>Connects, then runs a worker.</summary>
    public TemporalWorkerService(TemporalClientConnectOptions clientOptions, TemporalWorkerOptions workerOptions)
    {
        _clientOptions = clientOptions;
        _workerOptions = workerOptions;
    }

    /// <summary>Runs a worker on a client.</summary>
    public TemporalWorkerService(ITemporalClient client, TemporalWorkerOptions workerOptions)
    {
        _existingClient = client;
        _workerOptions = workerOptions;
    }

    /// <summary>Runs the worker of a task queue among the services.</summary>
    public TemporalWorkerService(
        string taskQueue,
        string? buildId,
        IOptionsMonitor<TemporalWorkerServiceOptions> optionsMonitor,
        ITemporalClient? existingClient = null,
        ILoggerFactory? loggerFactory = null
    )
        : this(
            new TemporalWorkerServiceIdentifier(taskQueue, buildId, VersionIsBuildId: true),
            optionsMonitor,
            existingClient,
            loggerFactory
        ) { }

    /// <summary>Runs the worker of a task queue among the services.</summary>
    public TemporalWorkerService(
        (string TaskQueue, string? BuildId) taskQueueAndBuildId,
        IOptionsMonitor<TemporalWorkerServiceOptions> optionsMonitor,
        ITemporalClient? existingClient = null,
        ILoggerFactory? loggerFactory = null
    )
        : this(taskQueueAndBuildId.TaskQueue, taskQueueAndBuildId.BuildId, optionsMonitor, existingClient, loggerFactory) { }

    /// <summary>Runs a worker among the services.</summary>
    /// <exception cref="ArgumentException">There is neither a client nor a way to connect.</exception>
    public TemporalWorkerService(
        TemporalWorkerServiceIdentifier serviceId,
        IOptionsMonitor<TemporalWorkerServiceOptions> optionsMonitor,
        ITemporalClient? existingClient = null,
        ILoggerFactory? loggerFactory = null
    )
    {
        var options = (TemporalWorkerServiceOptions)optionsMonitor.Get(serviceId.OptionsName).Clone();
        options.TaskQueue ??= serviceId.TaskQueue;
        options.LoggerFactory ??= loggerFactory;
        if (options.ClientOptions is { } connect && loggerFactory is not null)
        {
            connect.LoggerFactory = loggerFactory;
        }

        _workerOptions = options;
        _clientOptions = options.ClientOptions;
        _clientUpdater = options.WorkerClientUpdater;
        _existingClient = options.ClientOptions is null
            ? existingClient
                ?? throw new ArgumentException(
                    $"The worker for task queue '{serviceId.TaskQueue}' needs a client: add one to the services or give it ClientOptions.",
                    nameof(existingClient)
                )
            : null;
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var client = _existingClient ?? await TemporalClient.ConnectAsync(_clientOptions!);
        using var worker = new TemporalWorker(client, _workerOptions);
        void Update(object? sender, IWorkerClient next) => worker.Client = next;
        if (_clientUpdater is { } updater)
        {
            updater.OnClientUpdatedEvent += Update;
        }

        try
        {
            await worker.ExecuteAsync(stoppingToken);
        }
        finally
        {
            if (_clientUpdater is { } listened)
            {
                listened.OnClientUpdatedEvent -= Update;
            }
        }
    }
}
