using Google.Protobuf;
using Temporal.Server.Visibility;
using Temporalio.Api.Deployment.V1;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Operator;

/// <summary>Computes the drainage status of worker deployment versions that are no longer current or ramping.</summary>
/// <param name="reader">Reader for lists of runs.</param>
/// <param name="time">The clock.</param>
/// <param name="gracePeriod">Minimum time for which a version drains.</param>
internal sealed class DeploymentDrainage(VisibilityReader reader, TimeProvider time, TimeSpan gracePeriod)
{
    /// <summary>
    /// Computes the status of a version. A version that is no longer current or ramping drains for a grace period. It drains for longer if
    /// open runs are still pinned to it.
    /// </summary>
    public WorkerDeploymentVersionStatus StatusOf(TemporalNamespace ns, WorkerDeploymentVersionInfo version)
    {
        if (version.Status != WorkerDeploymentVersionStatus.Draining)
        {
            return version.Status;
        }

        return version.DrainageInfo?.LastChangedTime?.ToDateTimeOffset() + gracePeriod > time.GetUtcNow() || HasOpenRuns(ns, version)
            ? WorkerDeploymentVersionStatus.Draining
            : WorkerDeploymentVersionStatus.Drained;
    }

    /// <summary>Builds the drainage info for descriptions, or returns null for a version that is neither draining nor drained.</summary>
    public static VersionDrainageInfo? ToDrainageInfo(WorkerDeploymentVersionInfo version, WorkerDeploymentVersionStatus status)
    {
        if (status is not (WorkerDeploymentVersionStatus.Draining or WorkerDeploymentVersionStatus.Drained))
        {
            return null;
        }

        var info = version.DrainageInfo?.Clone() ?? new VersionDrainageInfo();
        info.Status = status == WorkerDeploymentVersionStatus.Draining ? VersionDrainageStatus.Draining : VersionDrainageStatus.Drained;
        return info;
    }

    private bool HasOpenRuns(TemporalNamespace ns, WorkerDeploymentVersionInfo version) =>
        reader
            .List(
                ns,
                $"TemporalWorkerDeploymentVersion = '{DeploymentVersionText.Of(version.DeploymentVersion)}' "
                    + "AND TemporalWorkflowVersioningBehavior = 'Pinned' AND CloseTime IS NULL",
                1,
                ByteString.Empty
            )
            .Rows.Count > 0;
}
