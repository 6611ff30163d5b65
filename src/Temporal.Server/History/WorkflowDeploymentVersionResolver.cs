using Temporalio.Api.Deployment.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>Determines the worker deployment version of a run and of its successors.</summary>
internal static class WorkflowDeploymentVersionResolver
{
    /// <summary>Returns the version to which the run is pinned, or null if the task queue's routing decides the version.</summary>
    public static string? Pinned(MutableState run) =>
        run.Record.VersioningOverride switch
        {
            { Pinned.Version: { } version } => DeploymentVersionText.Of(version),
            { OneTime.TargetDeploymentVersion: { } version } => DeploymentVersionText.Of(version),
            { AutoUpgrade: true } => null,
            _ => run.Behavior == VersioningBehavior.Pinned && run.Deployment is { } own ? DeploymentVersionText.Of(own) : null,
        };

    /// <summary>
    /// Returns the run's versioning behavior: that of its override if there is one, otherwise that declared by its worker.
    /// </summary>
    public static VersioningBehavior Behavior(MutableState run) =>
        run.Record.VersioningOverride switch
        {
            { Pinned: not null } => VersioningBehavior.Pinned,
            { AutoUpgrade: true } => VersioningBehavior.AutoUpgrade,
            _ => run.Behavior,
        };

    /// <summary>Returns the run's version: that of its override if there is one, otherwise that of its worker, or null for none.</summary>
    public static WorkerDeploymentVersion? Version(MutableState run) => run.Record.VersioningOverride?.Pinned?.Version ?? run.Deployment;

    /// <summary>True if the run continues another one as new and requests the ramping version for its first workflow task.</summary>
    public static bool PrefersRamping(MutableState run) =>
        run.LastCompletedTaskEventId == 0
        && run.Start.InheritedAutoUpgradeInfo?.ContinueAsNewInitialVersioningBehavior == ContinueAsNewVersioningBehavior.UseRampingVersion;

    /// <summary>
    /// Sets the version that the next run or a child inherits. The new run is either pinned to that version or follows the queue's routing.
    /// </summary>
    /// <param name="start">Start attributes of the next run or the child.</param>
    /// <param name="run">The previous run or the parent.</param>
    /// <param name="initial">Initial versioning behavior that the run requests for its successor.</param>
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

    /// <summary>Records in the run that a worker of the specified version has started the run's workflow task.</summary>
    /// <param name="run">The run.</param>
    /// <param name="version">The worker's version, or null for none.</param>
    /// <param name="target">Version to which tasks of unpinned runs are routed, or null for none.</param>
    /// <param name="revision">Revision of the deployment's routing.</param>
    /// <returns>True if the run is pinned and the target version has changed since.</returns>
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
