using Orchestrator.Cli.Overviews;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>run --dry-run</c>: shows the work that a run would do, without starting anything. Also reports the errors that a real run would
/// report, and the questions that it would ask.
/// </summary>
/// <param name="plan">The plan.</param>
/// <param name="file">Plan file as the user named it.</param>
/// <param name="chosen">Selected tasks.</param>
/// <param name="loaded">Settings.</param>
/// <param name="context">Provides the terminal.</param>
internal sealed class DryRunPrinter(
    Plan plan,
    string file,
    TaskSelectionOptions chosen,
    SettingsLoadResult loaded,
    CliCommandServiceBundle context
)
{
    /// <summary>Prints the result of the dry run.</summary>
    /// <param name="input">Input that the run would have.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="yes">True if the user answered all questions with yes in advance.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="UseCaseException">The run would be refused.</exception>
    public async Task<UseCaseOutcome> ShowAsync(OrchestrationInput input, LocalRepositoryPaths repository, bool yes, CancellationToken stop)
    {
        var settings = PlanRiskFormatter.Rules(context, loaded);
        await RunStartPreconditionChecker.RequireRepositoryAsync(context, repository, loaded, stop);
        RunStartPreconditionChecker.RequireStartablePlan(plan, input, repository, loaded);
        context.Terminal.Show($"{file} can be run. Nothing was started.");
        PlanOverview.Write(plan, context.Terminal, context.Terminal.Show, RequestedTaskSelector.Of(plan, chosen.Only, chosen.Phase, []));
        foreach (var line in PlanGateListFormatter.Find(settings, context) is { } gates ? PlanGateListFormatter.Lines(plan, gates) : [])
        {
            context.Terminal.Show(line);
        }
        var score = new RunQueries(context).RiskOf(plan, settings);
        var guarded = ProtectedPath.Of(plan, settings.AlwaysRequireHuman);
        context.Terminal.Show("Risk:");
        foreach (var line in PlanRiskFormatter.Lines(score, guarded))
        {
            context.Terminal.Show(line);
        }
        context.Terminal.Show(PlanRiskFormatter.ApprovalText(plan, score, guarded, input.ApproveRisk, yes));
        context.Terminal.Show(
            NewRunInputFactory.ForecastText(plan, chosen.Ids(plan), settings, context)
                ?? "The cost and time of the run are unknown, because the repository has no past runs."
        );
        RunStartPreconditionChecker.WarnOfFailures(plan, chosen.Ids(plan), repository, context);
        if (!input.Again && await NewRunInputFactory.FindLandedAsync(input, repository, settings.Git.Target, context, stop) is { } landed)
        {
            context.Terminal.Warn($"{landed} 'run' asks before it repeats this work; --again skips the question.");
        }
        return UseCaseOutcome.Done;
    }
}
