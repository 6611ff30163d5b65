using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporal.Server.Storage;
using Temporalio.Api.Deployment.V1;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Operator;

/// <summary>Finds and changes the versions in the record of a worker deployment.</summary>
internal static class DeploymentRecords
{
    /// <summary>The version of a record; null if it has none of that build id.</summary>
    public static WorkerDeploymentVersionInfo? Find(DeploymentRecord record, WorkerDeploymentVersion? version) =>
        version is null ? null : record.Versions.FirstOrDefault(known => known.DeploymentVersion.BuildId == version.BuildId);

    /// <summary>The version that a request names, in the newer form or that of older clients.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: it names none.</exception>
    public static WorkerDeploymentVersion Wanted(WorkerDeploymentVersion? version, string dotted) =>
        version
        ?? (dotted.Length == 0 ? throw RpcErrors.InvalidArgument("deployment version cannot be empty") : BuildVersion.Parse(dotted))
        ?? throw RpcErrors.InvalidArgument($"invalid version string \"{dotted}\", expected format is \"<deployment_name>.<build_id>\"");

    /// <summary>A version that nobody has polled with yet.</summary>
    public static WorkerDeploymentVersionInfo Add(DeploymentRecord record, string buildId, Timestamp now)
    {
        var version = new WorkerDeploymentVersion { DeploymentName = record.Info.Name, BuildId = buildId };
        var added = new WorkerDeploymentVersionInfo
        {
            Version = BuildVersion.Dotted(version),
            DeploymentVersion = version,
            CreateTime = now,
            Status = WorkerDeploymentVersionStatus.Created,
        };
        record.Versions.Add(added);
        return added;
    }

    /// <summary>A version gets tasks by itself from now on, as the current or the ramping one.</summary>
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

    /// <summary>A version gets no tasks by itself any more.</summary>
    public static void Leave(DeploymentRecord record, WorkerDeploymentVersion? left, Timestamp now)
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

    /// <summary>Stands for the state of a record: another after every change.</summary>
    public static ByteString TokenOf(DeploymentRecord record) => ByteString.CopyFrom(BitConverter.GetBytes(record.Revision));

    /// <summary>The error for a deployment that is not known.</summary>
    public static RpcException NoDeployment(string name) =>
        RpcErrors.NotFound($"no Worker Deployment found with name '{name}'; does your Worker Deployment have pollers?");
}
