using Temporalio.Api.Deployment.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>To which version of workers a run is bound, and what comes after it.</summary>
internal static class RunVersions
{
    /// <summary>The version whose workers alone may have the run's tasks; null where they go where the queue's tasks go.</summary>
    public static string? Pinned(MutableState run) =>
        run.Record.VersioningOverride switch
        {
            { Pinned.Version: { } version } => BuildVersion.Of(version),
            { OneTime.TargetDeploymentVersion: { } version } => BuildVersion.Of(version),
            { AutoUpgrade: true } => null,
            _ => run.Behavior == VersioningBehavior.Pinned && run.Deployment is { } own ? BuildVersion.Of(own) : null,
        };

    /// <summary>The way in which the run moves between versions: that of its override, else that of its worker.</summary>
    public static VersioningBehavior Behavior(MutableState run) =>
        run.Record.VersioningOverride switch
        {
            { Pinned: not null } => VersioningBehavior.Pinned,
            { AutoUpgrade: true } => VersioningBehavior.AutoUpgrade,
            _ => run.Behavior,
        };

    /// <summary>The version that the run is on: that of its override, else that of its worker; null for none.</summary>
    public static WorkerDeploymentVersion? Version(MutableState run) => run.Record.VersioningOverride?.Pinned?.Version ?? run.Deployment;

    /// <summary>The first task of a run that continues another asks for the ramping version.</summary>
    public static bool PrefersRamping(MutableState run) =>
        run.LastCompletedTaskEventId == 0
        && run.Start.InheritedAutoUpgradeInfo?.ContinueAsNewInitialVersioningBehavior == ContinueAsNewVersioningBehavior.UseRampingVersion;

    /// <summary>Begins the next run, or a child, with the version of a run: bound to it, or moving on to where tasks go.</summary>
    /// <param name="start">The start of the other run.</param>
    /// <param name="run">The run that goes before it.</param>
    /// <param name="initial">The way that the run asks for its successor.</param>
    public static void Inherit(
        WorkflowExecutionStartedEventAttributes start,
        MutableState run,
        ContinueAsNewVersioningBehavior initial = ContinueAsNewVersioningBehavior.Unspecified
    )
    {
        (start.InheritedPinnedVersion, start.InheritedAutoUpgradeInfo, start.DeclinedTargetVersionUpgrade) = (null, null, null);
        var behavior = Behavior(run);
        if (
            start.TaskQueue.Name != run.Start.TaskQueue.Name
            || Version(run) is not { } version
            || behavior == VersioningBehavior.Unspecified
        )
        {
            return;
        }

        if (behavior == VersioningBehavior.Pinned && initial == ContinueAsNewVersioningBehavior.Unspecified)
        {
            start.InheritedPinnedVersion = version;
            start.DeclinedTargetVersionUpgrade = run.Record.Target is { } target
                ? new DeclinedTargetVersionUpgrade { DeploymentVersion = target, RevisionNumber = run.Record.TargetRevision }
                : null;
            return;
        }

        start.InheritedAutoUpgradeInfo = new InheritedAutoUpgradeInfo
        {
            SourceDeploymentVersion = version,
            SourceDeploymentRevisionNumber = run.Record.RevisionNumber,
            ContinueAsNewInitialVersioningBehavior = initial,
        };
    }

    /// <summary>A worker of a version takes the run's task.</summary>
    /// <param name="run">The run.</param>
    /// <param name="version">The worker's version; null for none.</param>
    /// <param name="target">The version that tasks of unbound runs go to.</param>
    /// <param name="revision">The revision of the routing of that version's deployment.</param>
    /// <returns>True if the run is bound to a version and the target has changed since.</returns>
    public static bool NoteTaken(MutableState run, WorkerDeploymentVersion? version, WorkerDeploymentVersion? target, long revision)
    {
        var record = run.Record;
        var bound = Pinned(run) is not null;
        record.Transition = !bound && version is not null && !version.Equals(run.Deployment) ? version : null;
        record.RevisionNumber = !bound && version is not null ? revision : record.RevisionNumber;
        var changed =
            record.VersioningOverride is null
            && run.Behavior == VersioningBehavior.Pinned
            && target is not null
            && !target.Equals(run.Deployment);
        (record.Target, record.TargetRevision) = changed ? (target, revision) : (null, 0);
        return changed && !target!.Equals(run.Start.DeclinedTargetVersionUpgrade?.DeploymentVersion);
    }
}
