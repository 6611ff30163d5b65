using Orchestrator.Plans;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Overviews;

/// <summary>Shows the risk of a plan as text: the score, its factors, and the need for approval.</summary>
internal static class RiskOverview
{
    /// <summary>Writes the score and its factors, one per line.</summary>
    /// <param name="score">The score.</param>
    /// <param name="guarded">Protected paths, which always need approval.</param>
    /// <param name="write">Receives the lines.</param>
    public static void Write(RiskScore score, IReadOnlyList<ProtectedPath> guarded, Action<string> write)
    {
        foreach (var factor in score.Factors)
        {
            write($"{factor.Points, 5}  {factor.Message}");
        }
        foreach (var path in guarded)
        {
            write($"       Task '{path.TaskId}' owns '{path.Path}', which always needs a person ({path.Glob}).");
        }
        write($"{score.Score, 5}  {LevelName(score.Level)} (up to {score.AutoApproveThreshold} nobody is asked)");
    }

    /// <summary>Returns a sentence about the approval that a run of the plan needs, and the option that gives it in advance.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="score">Score of the plan.</param>
    /// <param name="guarded">Protected paths, which always need approval.</param>
    /// <param name="accepted">Highest score that the user accepts (<c>--approve-risk</c>), or null for none.</param>
    /// <param name="yes">True if <c>--yes</c> was given.</param>
    public static string WhoIsAsked(Plan plan, RiskScore score, IReadOnlyList<ProtectedPath> guarded, int? accepted, bool yes)
    {
        var ofTasks = plan.Tasks.Count(task => task.RequiresApproval);
        var more = ofTasks == 0 ? "" : $" {Plural.Of(ofTasks, "task")} will ask before starting.";
        if (guarded.Count > 0)
        {
            return "A person will be asked before it begins: 'always_require_human' names some of its paths." + more;
        }
        if (score.Level == RiskLevel.AutoApprove || score.Score <= accepted)
        {
            return "Nobody will be asked before it begins." + more;
        }
        const string Settings = "'risk.auto_approve_threshold' and 'risk.sensitive_patterns' in .orchestrator/config.yaml say what counts.";
        return !score.YesAnswers ? $"A person will be asked before it begins; --approve-risk {score.Score} answers. {Settings}{more}"
            : yes ? "--yes answers what would be asked before it begins." + more
            : $"A person will be asked before it begins; --yes answers. {Settings}{more}";
    }

    /// <summary>Returns the settings that apply to a run once the repository is trusted. Without them a plan would appear less risky than
    /// it is.</summary>
    /// <param name="context">Receives a warning about untrusted settings.</param>
    /// <param name="loaded">Effective settings.</param>
    public static OrchestratorSettings Rules(CommandContext context, SettingsResult loaded)
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
        context.Terminal.Warn($"Scored by this repository's own rules ({own.Source}), which nobody has trusted yet: orchestrate trust.");
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
