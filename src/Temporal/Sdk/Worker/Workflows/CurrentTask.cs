using Temporalio.Common;
using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>What workflow code may know of the workflow task that is worked on, or was where it is replayed.</summary>
internal sealed record CurrentTask
{
    public bool ContinueAsNewSuggested { get; init; }

    public IReadOnlyCollection<SuggestContinueAsNewReason> SuggestedContinueAsNewReasons { get; init; } = [];

    public WorkerDeploymentVersion? DeploymentVersion { get; init; }

    /// <summary>Build id of the worker that does the task, or did it; empty when unknown.</summary>
    public string BuildId { get; init; } = string.Empty;

    public bool TargetWorkerDeploymentVersionChanged { get; init; }

    public int HistoryLength { get; init; }

    public int HistorySize { get; init; }
}
