namespace Orchestrator.App.Words;

/// <summary>The risk of a plan for people: the score, its factors, and the required approval.</summary>
public static class RiskOverview
{
    /// <summary>The factors of a score, a line each, and the score.</summary>
    /// <param name="score">The score.</param>
    /// <param name="guarded">The paths that always need an approval.</param>
    public static IEnumerable<string> Lines(RiskScore score, IReadOnlyList<ProtectedPath> guarded) =>
        [
            .. score.Factors.Select(factor => $"{factor.Points, 5}  {factor.Message}"),
            .. guarded.Select(path => $"       Task '{path.TaskId}' owns '{path.Path}', which always needs your approval ({path.Glob})."),
            $"{score.Score, 5}  {LevelName(score.Level)} (up to {score.AutoApproveThreshold} needs no approval)",
        ];

    /// <summary>Returns a sentence about the approval that a run of the plan needs, and the option that gives it in advance.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="score">Score of the plan.</param>
    /// <param name="guarded">Protected paths, which always need approval.</param>
    /// <param name="accepted">Highest score that the user accepts (<c>--approve-risk</c>), or null for none.</param>
    /// <param name="yes">True if <c>--yes</c> was given.</param>
    public static string WhoIsAsked(Plan plan, RiskScore score, IReadOnlyList<ProtectedPath> guarded, int? accepted, bool yes)
    {
        var ofTasks = plan.Tasks.Count(task => task.RequiresApproval);
        var more = ofTasks == 0 ? "" : $" {Plural.Of(ofTasks, "task")} will need your approval before starting.";
        if (guarded.Count > 0)
        {
            return "It needs your approval before it starts, because 'always_require_human' names some of its paths." + more;
        }
        if (score.Level == RiskLevel.AutoApprove || score.Score <= accepted)
        {
            return "It starts without your approval." + more;
        }
        const string Settings = "'risk.auto_approve_threshold' and 'risk.sensitive_patterns' in .orchestrator/config.yaml control this.";
        return !score.YesAnswers ? $"It needs your approval before it starts; --approve-risk {score.Score} gives it. {Settings}{more}"
            : yes ? "--yes gives the approval that it needs before it starts." + more
            : $"It needs your approval before it starts; --yes gives it. {Settings}{more}";
    }

    /// <summary>The settings of a run once the repository is trusted: without them a plan would seem less risky than it is.</summary>
    /// <param name="context">Shows a warning for untrusted settings.</param>
    /// <param name="loaded">The settings in force.</param>
    public static OrchestratorSettings Rules(UseCaseContext context, SettingsResult loaded)
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
        context.Interaction.Warn($"Scored by this repository's own rules ({own.Source}), which are not trusted yet: orchestrate trust.");
        return context.FindSettings()!;
    }

    /// <summary>Returns a level's name in documents.</summary>
    public static string LevelName(RiskLevel level) =>
        level switch
        {
            RiskLevel.AutoApprove => "auto-approve",
            RiskLevel.ReviewRecommended => "review-recommended",
            _ => "approval-required",
        };
}
