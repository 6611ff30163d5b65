namespace Orchestrator.Cli.Commands;

/// <summary>Prints a plan's risk score and the factors that contribute to it.</summary>
internal static class PlanRiskPrinter
{
    /// <summary>Prints the view and returns the exit code.</summary>
    /// <param name="config">File with patterns and thresholds, or null for the repository's configuration.</param>
    public static UseCaseOutcome Show(Plan plan, string? config, bool json, CliCommandServiceBundle context)
    {
        var settings = config is null
            ? PlanRiskFormatter.Rules(context, context.LoadSettings())
            : context.LoadSettingsFrom(config).Settings!;
        var score = new RunQueries(context).RiskOf(plan, settings);
        var guarded = ProtectedPath.Of(plan, settings.AlwaysRequireHuman);
        if (json)
        {
            context.Print(Describe(score, guarded), DocumentJson.Default.RiskDocument);
        }
        foreach (var line in PlanRiskFormatter.Lines(score, guarded))
        {
            context.Terminal.Show(line);
        }
        return score.Score > score.AutoApproveThreshold ? UseCaseOutcome.NeedsPerson : UseCaseOutcome.Done;
    }

    private static RiskDocument Describe(RiskScore score, IReadOnlyList<ProtectedPath> guarded) =>
        new(
            score.Score,
            PlanRiskFormatter.LevelName(score.Level),
            score.AutoApproveThreshold,
            [.. score.Factors.Select(f => new RiskFactorEntry(f.Points, f.Kind, f.Message, f.Path, f.Pattern, f.Count))],
            [.. guarded.Select(p => new ProtectedTaskEntry(p.TaskId, p.Path, p.Glob))]
        );
}
