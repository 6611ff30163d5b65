using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporal.Server.Storage;
using Temporalio.Api.Deployment.V1;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Operator;

/// <summary>Finds and changes versions in the record of a worker deployment.</summary>
internal static class DeploymentVersionEditor
{
    /// <summary>Finds a version by its build id, or returns null if the record does not contain it.</summary>
    public static WorkerDeploymentVersionInfo? Find(DeploymentRecord record, WorkerDeploymentVersion? version) =>
        version is null ? null : record.Versions.FirstOrDefault(known => known.DeploymentVersion.BuildId == version.BuildId);

    /// <summary>
    /// Returns the version that a request names, either as a structured version or in the string format of older clients.
    /// </summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: the request names no version.</exception>
    public static WorkerDeploymentVersion RequestedVersion(WorkerDeploymentVersion? version, string dotted) =>
        version
        ?? (
            dotted.Length == 0
                ? throw GrpcErrorFactory.InvalidArgument("deployment version cannot be empty")
                : DeploymentVersionText.Parse(dotted)
        )
        ?? throw GrpcErrorFactory.InvalidArgument(
            $"invalid version string \"{dotted}\", expected format is \"<deployment_name>.<build_id>\""
        );

    /// <summary>Adds a version whose workers have not polled yet.</summary>
    public static WorkerDeploymentVersionInfo Add(DeploymentRecord record, string buildId, Timestamp now)
    {
        var version = new WorkerDeploymentVersion { DeploymentName = record.Info.Name, BuildId = buildId };
        var added = new WorkerDeploymentVersionInfo
        {
            Version = DeploymentVersionText.Dotted(version),
            DeploymentVersion = version,
            CreateTime = now,
            Status = WorkerDeploymentVersionStatus.Created,
        };
        record.Versions.Add(added);
        return added;
    }

    /// <summary>Marks a version as current or ramping, because tasks of unpinned runs are now routed to it.</summary>
    public static void Enter(WorkerDeploymentVersionInfo version, WorkerDeploymentVersionStatus status, Timestamp now)
    {
        version.Status = status;
        version.RoutingChangedTime = now;
        version.FirstActivationTime ??= now;
        version.LastDeactivationTime = null;
        var current = status == WorkerDeploymentVersionStatus.Current;
        version.DrainageInfo = current ? new VersionDrainageInfo { LastChangedTime = now, LastCheckedTime = now } : null;
        if (current)
        {
            version.CurrentSinceTime = now;
            version.LastCurrentTime = now;
        }
        else
        {
            version.RampingSinceTime ??= now;
        }
    }

    /// <summary>Marks a version as draining, because tasks of unpinned runs are no longer routed to it.</summary>
    public static void MarkDraining(DeploymentRecord record, WorkerDeploymentVersion? left, Timestamp now)
    {
        if (Find(record, left) is { } version)
        {
            version.Status = WorkerDeploymentVersionStatus.Draining;
            version.RoutingChangedTime = now;
            version.LastDeactivationTime = now;
            version.LastCurrentTime = version.CurrentSinceTime is null ? version.LastCurrentTime : now;
            version.DrainageInfo = new VersionDrainageInfo { LastChangedTime = now, LastCheckedTime = now };
            (version.CurrentSinceTime, version.RampingSinceTime, version.RampPercentage) = (null, null, 0);
        }
    }

    /// <summary>Conflict token of a record, which changes with each change to the record.</summary>
    public static ByteString TokenOf(DeploymentRecord record) => ByteString.CopyFrom(BitConverter.GetBytes(record.Revision));

    /// <summary>Creates the error for an unknown deployment.</summary>
    public static RpcException NoDeployment(string name) =>
        GrpcErrorFactory.NotFound($"no Worker Deployment found with name '{name}'; does your Worker Deployment have pollers?");
}
