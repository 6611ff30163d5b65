using Temporalio.Api.Deployment.V1;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Common;

/// <summary>A version of a worker deployment as one text, <c>DEPLOYMENT:BUILD</c>; empty for workers without one.</summary>
internal static class BuildVersion
{
    /// <summary>Stands for workers without version.</summary>
    public const string None = "";

    /// <summary>The name of <see cref="None"/> in clients of older releases.</summary>
    public const string Unversioned = "__unversioned__";

    public static string Of(WorkerDeploymentVersion? version) =>
        version is { BuildId.Length: > 0 } ? $"{version.DeploymentName}:{version.BuildId}" : None;

    /// <summary>The version of a worker; none unless it says that it is versioned.</summary>
    public static string Of(WorkerDeploymentOptions? options) => Of(From(options));

    public static WorkerDeploymentVersion? From(WorkerDeploymentOptions? options) =>
        options is { WorkerVersioningMode: WorkerVersioningMode.Versioned, BuildId.Length: > 0, DeploymentName.Length: > 0 }
            ? new WorkerDeploymentVersion { DeploymentName = options.DeploymentName, BuildId = options.BuildId }
            : null;

    /// <summary>Reads a version as one text; null for <see cref="None"/>.</summary>
    public static WorkerDeploymentVersion? Read(string version) =>
        version.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
            ? new WorkerDeploymentVersion { DeploymentName = version[..colon], BuildId = version[(colon + 1)..] }
            : null;

    /// <summary>The form of older clients, <c>DEPLOYMENT.BUILD</c>.</summary>
    public static string Dotted(WorkerDeploymentVersion? version) =>
        version is { BuildId.Length: > 0 } ? $"{version.DeploymentName}.{version.BuildId}" : Unversioned;

    /// <summary>Reads <see cref="Dotted"/>; null for none.</summary>
    public static WorkerDeploymentVersion? Parse(string dotted) =>
        dotted.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
            ? new WorkerDeploymentVersion { DeploymentName = dotted[..dot], BuildId = dotted[(dot + 1)..] }
            : null;
}
