using Orchestrator.Gates.Detection;

namespace Orchestrator.Runs.Loading;

/// <summary>The risk score of a plan in a repository: by its settings, and by the gates that its tasks will have there.</summary>
public static class PlanScore
{
    /// <summary>Scores it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="settings">Patterns, thresholds, gates.</param>
    /// <param name="root">Absolute path of the folder whose manifests may name gates; null: none.</param>
    public static RiskScore Of(Plan plan, OrchestratorSettings settings, string? root) =>
        Of(plan, settings, RunStart.GatesOf(settings, root is null ? [] : GateDetection.Detect(root)));

    internal static RiskScore Of(Plan plan, OrchestratorSettings settings, ProjectGates gates) =>
        RiskScore.Of(plan, settings.Risk.ToOptions(), gates);
}
