using Microsoft.Extensions.Logging;
using Temporal.Server.Storage;
using Temporal.Server.Timers;
using Temporal.Server.Visibility;

namespace Temporal.Server.History;

/// <summary>Dependencies of a server component that works on runs.</summary>
internal sealed record ServerComponentServiceBundle(
    EngineDatabase Database,
    TimerService Timers,
    TimeProvider Time,
    NamespaceRegistry Namespaces,
    IInProcessWorkflowClient Workflows,
    VisibilityStore Visibility,
    SearchAttributeRegistry SearchAttributes,
    ILoggerFactory Loggers
);
