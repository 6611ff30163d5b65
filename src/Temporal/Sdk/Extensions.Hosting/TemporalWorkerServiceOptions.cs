using Temporalio.Client;
using Temporalio.Worker;

namespace Temporalio.Extensions.Hosting;

/// <summary>Options of a worker that a host runs.</summary>
public class TemporalWorkerServiceOptions : TemporalWorkerOptions
{
    /// <summary>Without a task queue yet.</summary>
    public TemporalWorkerServiceOptions() { }

    /// <summary>With a task queue.</summary>
    public TemporalWorkerServiceOptions(string taskQueue)
        : base(taskQueue) { }

    /// <summary>How to connect; null: the client of the services is used.</summary>
    public TemporalClientConnectOptions? ClientOptions { get; set; }

    /// <summary>Replaces the worker's client while it runs; null: it keeps its client.</summary>
    public TemporalWorkerClientUpdater? WorkerClientUpdater { get; set; }

    /// <inheritdoc />
    public override object Clone()
    {
        var copy = (TemporalWorkerServiceOptions)base.Clone();
        copy.ClientOptions = (TemporalClientConnectOptions?)ClientOptions?.Clone();
        return copy;
    }
}

/// <summary>Hands new clients to running workers.</summary>
public class TemporalWorkerClientUpdater
{
    /// <summary>Raised for each new client.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1003", Justification = "The official shape.")]
    public event EventHandler<IWorkerClient>? OnClientUpdatedEvent;

    /// <summary>Gives a new client to all workers that listen.</summary>
    public void UpdateClient(IWorkerClient client) => OnClientUpdatedEvent?.Invoke(this, client);
}

/// <summary>Names a worker among the services.</summary>
/// <param name="TaskQueue">Task queue.</param>
/// <param name="Version">Build id, or deployment version; null: none.</param>
/// <param name="VersionIsBuildId">Which of the two.</param>
public record TemporalWorkerServiceIdentifier(string TaskQueue, string? Version, bool VersionIsBuildId)
{
    /// <summary>Name of the worker's options.</summary>
    internal string OptionsName => $"{TaskQueue}!!__temporal__!!{(VersionIsBuildId ? "build" : "deployment")}:{Version}";

    internal static TemporalWorkerServiceIdentifier Of(ITemporalWorkerServiceOptionsBuilder builder) =>
        builder.DeploymentOptions?.Version is { } version
            ? new(builder.TaskQueue, version.ToCanonicalString(), VersionIsBuildId: false)
            : new(builder.TaskQueue, builder.BuildId, VersionIsBuildId: true);
}
