using Temporalio.Worker;

namespace Temporalio.Client;

/// <summary>A client of one namespace.</summary>
public interface ITemporalClient : IWorkerClient
{
}
