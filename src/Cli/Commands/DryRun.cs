using Orchestrator.Cli.Overviews;
using Orchestrator.Cli.Runs;
using Orchestrator.Plans;
using Orchestrator.Runs.Loading;
using Orchestrator.Runs.Reports;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary><c>run --dry-run</c>: what would be done, and what would be asked. Nothing is started.</summary>
internal static class DryRun
{
    /// <summary>Shows it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="file">Its name, as given.</param>
    /// <param name="chosen">Which of its tasks.</param>
    /// <param name="loaded">The settings.</param>
    /// <param name="approveRisk">Highest risk score that needs no approval; null: by the settings.</param>
    /// <param name="yes">The person answered yes in advance.</param>
    /// <param name="context">Where it is shown.</param>
    public static void Show(
        Plan plan,
        string file,
        TaskChoice chosen,
        SettingsResult loaded,
        int? approveRisk,
        bool yes,
        CommandContext context
    )
    {
        context.Terminal.Show($"{file} can be run. Nothing was started.");
        PlanOverview.Write(plan, context.Terminal, context.Terminal.Show, TaskSelection.Of(plan, chosen.Only, chosen.Phase, []));
        var settings = RiskOverview.Rules(context, loaded);
        GatesOverview.Write(plan, settings, context, context.Terminal.Show);
        var score = PlanScore.Of(plan, settings, context.FindRepository()?.WorkTree);
        var guarded = ProtectedPath.Of(plan, settings.AlwaysRequireHuman);
        context.Terminal.Show("Risk:");
        RiskOverview.Write(score, guarded, context.Terminal.Show);
        context.Terminal.Show(RiskOverview.WhoIsAsked(plan, score, guarded, approveRisk, yes));
        context.Terminal.Show(
            context.FindRepository() is { } repository
            && new RunForecasts(repository.Root).Of(plan, chosen.Ids(plan), settings, context.AccountRecords) is { } expected
                ? $"Expected: {RunForecasts.Describe(expected)}."
                : "What it may cost and take is not known: no past runs here say it."
        );
    }
}
