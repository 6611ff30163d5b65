using Temporalio.Common;

namespace Temporalio.Workflows;

/// <summary>What a dynamic workflow chooses when a run starts (see <see cref="WorkflowDynamicOptionsAttribute"/>).</summary>
public class WorkflowDefinitionOptions : ICloneable
{
    /// <summary>Exception types that fail the workflow instead of the workflow task.</summary>
    public Type[]? FailureExceptionTypes { get; set; }

    /// <summary>How the run moves between versions of a worker deployment.</summary>
    public VersioningBehavior VersioningBehavior { get; set; }

    /// <summary>A shallow copy.</summary>
    public virtual object Clone() => MemberwiseClone();
}
