using Orchestrator.Runs.Loading;

namespace Orchestrator.Cli.Commands;

/// <summary>View of a plan's risk score and its factors.</summary>
internal static class PlanRiskView
{
    /// <summary>Prints the view and returns the exit code.</summary>
    /// <param name="config">File with patterns and thresholds, or null for the repository's configuration.</param>
    public static Outcome Show(Plan plan, string? config, bool json, CommandContext context)
    {
        var settings = config is null ? RiskOverview.Rules(context, context.LoadSettings()) : context.LoadSettingsFrom(config).Settings!;
        var score = PlanRiskScore.Of(plan, settings, context.FindRepository()?.WorkTree);
        var guarded = ProtectedPath.Of(plan, settings.AlwaysRequireHuman);
        if (json)
        {
            context.Print(Describe(score, guarded), DocumentJson.Default.RiskDocument);
        }
        foreach (var line in RiskOverview.Lines(score, guarded))
        {
            context.Terminal.Show(line);
        }
        return score.Score > score.AutoApproveThreshold ? Outcome.NeedsPerson : Outcome.Done;
    }

    private static RiskDocument Describe(RiskScore score, IReadOnlyList<ProtectedPath> guarded) =>
        new(
            score.Score,
            RiskOverview.LevelName(score.Level),
            score.AutoApproveThreshold,
            [.. score.Factors.Select(f => new RiskFactorEntry(f.Points, f.Kind, f.Message, f.Path, f.Pattern, f.Count))],
            [.. guarded.Select(p => new ProtectedTaskEntry(p.TaskId, p.Path, p.Glob))]
        );
}
