namespace Temporalio.Common;

/// <summary>What happens to a running workflow when its worker deployment gets a new version.</summary>
public enum VersioningBehavior
{
    /// <summary>Not said.</summary>
    Unspecified = 0,

    /// <summary>It stays on the version it began with.</summary>
    Pinned = 1,

    /// <summary>It moves to the current version with its next workflow task.</summary>
    AutoUpgrade = 2,
}

/// <summary>A version of a worker deployment.</summary>
/// <param name="DeploymentName">Name of the deployment; may not contain a dot.</param>
/// <param name="BuildId">Build id within the deployment.</param>
public sealed record WorkerDeploymentVersion(string DeploymentName, string BuildId)
{
    /// <summary>Reads <c>deployment.build</c>.</summary>
    /// <exception cref="ArgumentException">There is no dot in the text.</exception>
    public static WorkerDeploymentVersion FromCanonicalString(string canonical)
    {
        var dot = canonical.IndexOf('.', StringComparison.Ordinal);
        return dot < 0
            ? throw new ArgumentException($"'{canonical}' is not of the form DEPLOYMENT.BUILD.", nameof(canonical))
            : new(canonical[..dot], canonical[(dot + 1)..]);
    }

    /// <summary>Writes <c>deployment.build</c>.</summary>
    public string ToCanonicalString() => $"{DeploymentName}.{BuildId}";

    internal static WorkerDeploymentVersion? FromProto(Api.Deployment.V1.WorkerDeploymentVersion? proto) =>
        proto is null ? null : new(proto.DeploymentName, proto.BuildId);

    internal Api.Deployment.V1.WorkerDeploymentVersion ToProto() => new() { DeploymentName = DeploymentName, BuildId = BuildId };
}

/// <summary>A versioning behavior that is set for one workflow from outside.</summary>
public abstract record VersioningOverride
{
    private VersioningOverride() { }

    /// <summary>How a pin is meant.</summary>
    public enum PinnedOverrideBehavior
    {
        /// <summary>Not said.</summary>
        Unspecified = 0,

        /// <summary>Pinned to the version.</summary>
        Pinned = 1,
    }

    internal abstract Api.Workflow.V1.VersioningOverride ToProto();

    /// <summary>The workflow stays on one version.</summary>
    /// <param name="Version">The version.</param>
    /// <param name="Behavior">How the pin is meant.</param>
    public sealed record Pinned(WorkerDeploymentVersion Version, PinnedOverrideBehavior Behavior = PinnedOverrideBehavior.Pinned)
        : VersioningOverride
    {
        internal override Api.Workflow.V1.VersioningOverride ToProto() =>
            new()
            {
                Pinned = new()
                {
                    Version = Version.ToProto(),
                    Behavior = (Api.Workflow.V1.VersioningOverride.Types.PinnedOverrideBehavior)(int)Behavior,
                },
            };
    }

    /// <summary>The workflow moves with the deployment's current version.</summary>
    public sealed record AutoUpgrade : VersioningOverride
    {
        internal override Api.Workflow.V1.VersioningOverride ToProto() => new() { AutoUpgrade = true };
    }
}
