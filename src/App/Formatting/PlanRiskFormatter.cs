namespace Orchestrator.App.Formatting;

/// <summary>Describes the risk of a plan for users, with the score, its factors and the required approval.</summary>
public static class PlanRiskFormatter
{
    /// <summary>Returns one line for each factor and a line for the score.</summary>
    /// <param name="score">The score.</param>
    /// <param name="guarded">Protected paths, which always require approval.</param>
    public static IEnumerable<string> Lines(RiskScore score, IReadOnlyList<ProtectedPath> guarded) =>
        [
            .. score.Factors.Select(factor => $"{factor.Points, 5}  {factor.Message}"),
            .. guarded.Select(path => $"       Task '{path.TaskId}' owns '{path.Path}', which always needs your approval ({path.Glob})."),
            $"{score.Score, 5}  {LevelName(score.Level)} (scores up to {score.AutoApproveThreshold} need no approval)",
        ];

    /// <summary>Returns a sentence about the approval that the plan requires, with the option that approves it in advance.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="score">Score of the plan.</param>
    /// <param name="guarded">Protected paths, which always require approval.</param>
    /// <param name="accepted">Highest score that the user accepts by <c>--approve-risk</c>, or null if the option is missing.</param>
    /// <param name="yes">True if <c>--yes</c> was given.</param>
    public static string ApprovalText(Plan plan, RiskScore score, IReadOnlyList<ProtectedPath> guarded, int? accepted, bool yes)
    {
        var ofTasks = plan.Tasks.Count(task => task.RequiresApproval);
        var more = ofTasks == 0 ? "" : $" {Plural.Of(ofTasks, "task")} will need your approval before starting.";
        if (guarded.Count > 0)
        {
            return "The run needs your approval before it starts, because 'always_require_human' names some of its paths." + more;
        }
        if (score.Level == RiskLevel.AutoApprove || score.Score <= accepted)
        {
            return "The run starts without your approval." + more;
        }
        const string Settings = "'risk.auto_approve_threshold' and 'risk.sensitive_patterns' in .orchestrator/config.yaml control this.";
        return !score.YesAnswers
                ? $"The run needs your approval before it starts; --approve-risk {score.Score} approves it. {Settings}{more}"
            : yes ? "--yes gives the approval that the run needs before it starts." + more
            : $"The run needs your approval before it starts; --yes approves it. {Settings}{more}";
    }

    /// <summary>
    /// Returns the settings as if the repository were trusted. Without the repository's own rules, the risk of the plan would seem lower
    /// than it is.
    /// </summary>
    /// <param name="context">Shows a warning about settings that are not trusted yet.</param>
    /// <param name="loaded">The current settings.</param>
    public static OrchestratorSettings Rules(UseCaseServiceBundle context, SettingsLoadResult loaded)
    {
        if (
            loaded.Values.FirstOrDefault(value =>
                value.IsWithheld && (value.Name.StartsWith("risk.", StringComparison.Ordinal) || value.Name == "always_require_human")
            )
            is not { } own
        )
        {
            return loaded.Settings!;
        }
        context.Interaction.Warn(
            $"The risk was scored by the repository's own rules ({own.Source}), which are not trusted yet. To trust them: orchestrate trust"
        );
        return context.FindSettings()!;
    }

    /// <summary>Returns the name of a risk level as used in documents.</summary>
    public static string LevelName(RiskLevel level) =>
        level switch
        {
            RiskLevel.AutoApprove => "auto-approve",
            RiskLevel.ReviewRecommended => "review-recommended",
            _ => "approval-required",
        };
}
