using Orchestrator.Gates.Detection;

namespace Orchestrator.Runs.Loading;

/// <summary>
/// The risk score of a plan, with the reasons why a user must approve, or at least should read, the plan before the run starts.
/// </summary>
/// <param name="Approval">The reason why a user's approval is required, or empty if it is not. Only a user can approve.</param>
/// <param name="Review">The reason why a user should read the plan first, or empty if there is none. The option <c>--yes</c> accepts the
/// plan without reading.</param>
internal sealed record PlanRisk(int Score, string Approval, string Review)
{
    /// <summary>
    /// Determines the approvals that a plan requires. The run's input may approve risk scores up to a given value in advance.
    /// </summary>
    public static PlanRisk Of(Plan plan, OrchestratorSettings settings, ProjectGates gates, OrchestrationInput input)
    {
        var score = PlanRiskScore.Of(plan, settings, gates);
        var guarded = ProtectedPath.Of(plan, settings.AlwaysRequireHuman);
        var accepted = score.Score <= input.ApproveRisk;
        var said = $"The risk score is {score.Score}: {string.Join(" ", score.Factors.Select(f => f.Message))}";
        var approval = new List<string>();
        var asks = score.Level != RiskLevel.AutoApprove && !accepted;
        if (asks && !score.YesAnswers)
        {
            approval.Add(said);
        }
        if (guarded.Count > 0)
        {
            approval.Add(
                $"{FileNameEncoding.List([.. guarded.Select(g => $"{g.TaskId} owns {g.Path}")])}; "
                    + "changes to such paths always need your approval (always_require_human)."
            );
        }
        return new PlanRisk(score.Score, string.Join(" ", approval), asks && score.YesAnswers ? said : "");
    }
}

/// <summary>Computes the risk score of a plan from its tasks, the settings and the gates that check the tasks.</summary>
public static class PlanRiskScore
{
    /// <summary>Computes the risk score of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="settings">Settings that contain patterns, thresholds and gates.</param>
    /// <param name="root">Absolute path of the folder whose manifests may define gates, or null to ignore manifests.</param>
    public static RiskScore Of(Plan plan, OrchestratorSettings settings, string? root) =>
        Of(plan, settings, RunStartSettings.GatesOf(settings, root is null ? [] : ManifestGateDetector.Detect(root)));

    /// <summary>Computes the risk score of a plan whose gates have already been determined.</summary>
    internal static RiskScore Of(Plan plan, OrchestratorSettings settings, ProjectGates gates) =>
        RiskScore.Of(plan, settings.Risk.ToOptions(), gates);
}
