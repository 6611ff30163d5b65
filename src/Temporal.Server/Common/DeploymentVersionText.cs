using Temporalio.Api.Deployment.V1;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Common;

/// <summary>Converts worker deployment versions to and from text of the form <c>DEPLOYMENT:BUILD</c>. The text is empty for unversioned
/// workers.</summary>
internal static class DeploymentVersionText
{
    /// <summary>The version of unversioned workers.</summary>
    public const string None = "";

    /// <summary>Text that older clients use in place of <see cref="None"/>.</summary>
    public const string Unversioned = "__unversioned__";

    public static string Of(WorkerDeploymentVersion? version) =>
        version is { BuildId.Length: > 0 } ? $"{version.DeploymentName}:{version.BuildId}" : None;

    /// <summary>Returns the version of a worker, or <see cref="None"/> if the worker's options do not declare it as versioned.</summary>
    public static string Of(WorkerDeploymentOptions? options) => Of(From(options));

    public static WorkerDeploymentVersion? From(WorkerDeploymentOptions? options) =>
        options is { WorkerVersioningMode: WorkerVersioningMode.Versioned, BuildId.Length: > 0, DeploymentName.Length: > 0 }
            ? new WorkerDeploymentVersion { DeploymentName = options.DeploymentName, BuildId = options.BuildId }
            : null;

    /// <summary>Parses a version in text form, or returns null for <see cref="None"/>.</summary>
    public static WorkerDeploymentVersion? Read(string version) =>
        version.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
            ? new WorkerDeploymentVersion { DeploymentName = version[..colon], BuildId = version[(colon + 1)..] }
            : null;

    /// <summary>Formats a version in the form that older clients use: <c>DEPLOYMENT.BUILD</c>.</summary>
    public static string Dotted(WorkerDeploymentVersion? version) =>
        version is { BuildId.Length: > 0 } ? $"{version.DeploymentName}.{version.BuildId}" : Unversioned;

    /// <summary>Parses the form of <see cref="Dotted"/>, or returns null if the text contains no version.</summary>
    public static WorkerDeploymentVersion? Parse(string dotted) =>
        dotted.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
            ? new WorkerDeploymentVersion { DeploymentName = dotted[..dot], BuildId = dotted[(dot + 1)..] }
            : null;
}
