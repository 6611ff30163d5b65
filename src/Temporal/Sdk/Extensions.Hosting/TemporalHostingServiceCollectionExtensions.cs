using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Temporalio.Client;
using Temporalio.Extensions.Hosting;
using Temporalio.Worker;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Temporal clients and workers among the services.</summary>
public static class TemporalHostingServiceCollectionExtensions
{
    /// <summary>Adds a client that connects with its first call.</summary>
    public static OptionsBuilder<TemporalClientConnectOptions> AddTemporalClient(
        this IServiceCollection services,
        string? clientTargetHost = null,
        string? clientNamespace = null
    ) =>
        services
            .AddClient()
            .Configure(options =>
            {
                options.TargetHost = clientTargetHost ?? options.TargetHost;
                options.Namespace = clientNamespace ?? options.Namespace;
            });

    /// <summary>Adds a client that connects with its first call.</summary>
    public static OptionsBuilder<TemporalClientConnectOptions> AddTemporalClient(
        this IServiceCollection services,
        Action<TemporalClientConnectOptions> configureClient
    ) => services.AddClient().Configure(configureClient);

    /// <summary>Adds a worker that makes its own client when the host starts.</summary>
    /// <exception cref="InvalidOperationException">A worker for this task queue and build id was added before.</exception>
    public static ITemporalWorkerServiceOptionsBuilder AddHostedTemporalWorker(
        this IServiceCollection services,
        string clientTargetHost,
        string clientNamespace,
        string taskQueue,
        string? buildId = null
    ) =>
        services
            .AddHostedTemporalWorker(taskQueue, buildId)
            .ConfigureOptions(options => options.ClientOptions = new(clientTargetHost) { Namespace = clientNamespace });

    /// <summary>Adds a worker that makes its own client when the host starts.</summary>
    /// <exception cref="InvalidOperationException">A worker for this task queue and version was added before.</exception>
    public static ITemporalWorkerServiceOptionsBuilder AddHostedTemporalWorker(
        this IServiceCollection services,
        string clientTargetHost,
        string clientNamespace,
        string taskQueue,
        WorkerDeploymentOptions deploymentOptions
    ) =>
        services
            .AddHostedTemporalWorker(taskQueue, deploymentOptions)
            .ConfigureOptions(options => options.ClientOptions = new(clientTargetHost) { Namespace = clientNamespace });

    /// <summary>Adds a worker on the client among the services.</summary>
    /// <exception cref="InvalidOperationException">A worker for this task queue and build id was added before.</exception>
    public static ITemporalWorkerServiceOptionsBuilder AddHostedTemporalWorker(
        this IServiceCollection services,
        string taskQueue,
        string? buildId = null
    ) => AddWorker(new TemporalWorkerServiceOptionsBuilder(taskQueue, buildId, services));

    /// <summary>Adds a worker on the client among the services.</summary>
    /// <exception cref="InvalidOperationException">A worker for this task queue and version was added before.</exception>
    public static ITemporalWorkerServiceOptionsBuilder AddHostedTemporalWorker(
        this IServiceCollection services,
        string taskQueue,
        WorkerDeploymentOptions deploymentOptions
    ) => AddWorker(new TemporalWorkerServiceOptionsBuilder(taskQueue, deploymentOptions, services));

    private static OptionsBuilder<TemporalClientConnectOptions> AddClient(this IServiceCollection services)
    {
        services.TryAddSingleton<ITemporalClient>(provider =>
        {
            var options = (TemporalClientConnectOptions)provider.GetRequiredService<IOptions<TemporalClientConnectOptions>>().Value.Clone();
            options.LoggerFactory = provider.GetService<ILoggerFactory>() ?? options.LoggerFactory;
            return TemporalClient.CreateLazy(options);
        });
        return services.AddOptions<TemporalClientConnectOptions>();
    }

    private static TemporalWorkerServiceOptionsBuilder AddWorker(TemporalWorkerServiceOptionsBuilder builder)
    {
        builder.ConfigureOptions(disallowDuplicates: true);
        var id = TemporalWorkerServiceIdentifier.Of(builder);
        builder.Services.AddSingleton<IHostedService>(provider => new TemporalWorkerService(
            id,
            provider.GetRequiredService<IOptionsMonitor<TemporalWorkerServiceOptions>>(),
            provider.GetService<ITemporalClient>(),
            provider.GetService<ILoggerFactory>()
        ));
        return builder;
    }
}
