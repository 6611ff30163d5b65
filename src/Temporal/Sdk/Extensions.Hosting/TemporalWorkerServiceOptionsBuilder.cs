using Microsoft.Extensions.DependencyInjection;
using Temporalio.Worker;

namespace Temporalio.Extensions.Hosting;

/// <summary>Adds to a worker among the services.</summary>
public interface ITemporalWorkerServiceOptionsBuilder
{
    /// <summary>Task queue of the worker.</summary>
    string TaskQueue { get; }

    /// <summary>Build id of the worker, if given.</summary>
    string? BuildId { get; }

    /// <summary>Deployment version of the worker, if given.</summary>
    WorkerDeploymentOptions? DeploymentOptions { get; }

    /// <summary>The services.</summary>
    IServiceCollection Services { get; }
}

/// <summary>Adds to a worker among the services.</summary>
public class TemporalWorkerServiceOptionsBuilder : ITemporalWorkerServiceOptionsBuilder
{
    /// <summary>By task queue.</summary>
    public TemporalWorkerServiceOptionsBuilder(string taskQueue, IServiceCollection services)
    {
        TaskQueue = taskQueue;
        Services = services;
    }

    /// <summary>By task queue and build id.</summary>
    public TemporalWorkerServiceOptionsBuilder(string taskQueue, string? buildId, IServiceCollection services)
        : this(taskQueue, services) => BuildId = buildId;

    /// <summary>By task queue and deployment version.</summary>
    public TemporalWorkerServiceOptionsBuilder(string taskQueue, WorkerDeploymentOptions? deploymentOptions, IServiceCollection services)
        : this(taskQueue, services) => DeploymentOptions = deploymentOptions;

    /// <inheritdoc />
    public string TaskQueue { get; }

    /// <inheritdoc />
    public string? BuildId { get; }

    /// <inheritdoc />
    public WorkerDeploymentOptions? DeploymentOptions { get; }

    /// <inheritdoc />
    public IServiceCollection Services { get; }
}
