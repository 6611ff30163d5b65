using Microsoft.Extensions.Logging;
using Temporal.Server.History;
using Temporal.Server.Storage;
using Temporal.Server.Timers;

namespace Temporal.Server.Frontend;

/// <summary>What every part of the server is made with.</summary>
internal sealed record EngineServices(
    Database Database, TimerService Timers, TimeProvider Time, NamespaceRegistry Namespaces, IWorkflowOperations Workflows, IVisibilityStore Visibility,
    ISearchAttributeRegistry SearchAttributes, ILoggerFactory Loggers);

/// <summary>A part of the server that adds RPCs and may work by itself (schedules, batches, visibility, operator).</summary>
internal interface IServerPart
{
    /// <summary>Adds its RPCs.</summary>
    void Register(RpcTable table);

    /// <summary>Called once the database is open and before the server listens: load what must go on.</summary>
    void Start();
}
