using Temporalio.Client;

namespace Temporalio.Worker;

/// <summary>What a worker needs of a client. In practice every <see cref="ITemporalClient" /> is one.</summary>
public interface IWorkerClient
{
    /// <summary>The client's options.</summary>
    TemporalClientOptions Options { get; }
}
