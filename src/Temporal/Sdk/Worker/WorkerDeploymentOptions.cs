using Temporalio.Common;

namespace Temporalio.Worker;

/// <summary>Which version of which deployment a worker is.</summary>
public class WorkerDeploymentOptions : ICloneable
{
    /// <summary>Without a version yet.</summary>
    public WorkerDeploymentOptions() { }

    /// <summary>With a version.</summary>
    public WorkerDeploymentOptions(WorkerDeploymentVersion version, bool useWorkerVersioning)
    {
        Version = version;
        UseWorkerVersioning = useWorkerVersioning;
    }

    /// <summary>The version.</summary>
    public WorkerDeploymentVersion? Version { get; set; }

    /// <summary>Whether the server sends tasks by version. It then needs a default behavior or one per workflow.</summary>
    public bool UseWorkerVersioning { get; set; }

    /// <summary>Behavior of workflows that say none.</summary>
    public VersioningBehavior DefaultVersioningBehavior { get; set; }

    /// <inheritdoc />
    public virtual object Clone() => MemberwiseClone();
}
