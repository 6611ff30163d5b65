using Temporalio.Api.Deployment.V1;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.History;

/// <summary>To which version of workers a run is bound, and what comes after it.</summary>
internal static class RunVersions
{
    /// <summary>The version whose workers alone may have the run's tasks; null where they go where the queue's tasks go.</summary>
    public static string? Pinned(MutableState run) =>
        run.Record.VersioningOverride switch
        {
            { Pinned.Version: { } version } => BuildVersion.Of(version),
            { AutoUpgrade: true } => null,
            _ => Inherited(run, run.Start.TaskQueue.Name) is { } own ? BuildVersion.Of(own) : null,
        };

    /// <summary>The version that the run's next run, or a child, begins with: that of a pinned run, on its own queue.</summary>
    public static WorkerDeploymentVersion? Inherited(MutableState run, string queue) =>
        queue != run.Start.TaskQueue.Name ? null
        : run.LastCompletedTaskEventId == 0 ? run.Start.InheritedPinnedVersion
        : run.Behavior == VersioningBehavior.Pinned ? run.Deployment
        : null;
}
