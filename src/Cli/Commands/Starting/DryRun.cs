using Orchestrator.Cli.Overviews;
using Orchestrator.Runs.Loading;
using Orchestrator.Runs.Merging.Preflight;
using Orchestrator.Runs.Reports;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary><c>run --dry-run</c>: shows the planned work, and the questions and errors of a real run, without starting anything.</summary>
/// <param name="plan">The plan.</param>
/// <param name="file">Plan file as the user named it.</param>
/// <param name="chosen">Selected tasks.</param>
/// <param name="loaded">Settings.</param>
/// <param name="context">Provides the terminal.</param>
internal sealed class DryRun(Plan plan, string file, TaskChoice chosen, SettingsResult loaded, CommandContext context)
{
    /// <summary>Prints the result of the dry run.</summary>
    /// <param name="input">Input that the run would have.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="yes">True if the user answered all questions with yes in advance.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="UseCaseException">The run would be refused.</exception>
    public async Task<Outcome> ShowAsync(OrchestrationInput input, RepositoryLocation repository, bool yes, CancellationToken stop)
    {
        var settings = RiskOverview.Rules(context, loaded);
        await RunPreparation.RequireRepositoryAsync(context, repository, loaded, stop);
        RunPreparation.RequireStartablePlan(plan, input, repository, loaded);
        context.Terminal.Show($"{file} can be run. Nothing was started.");
        PlanOverview.Write(plan, context.Terminal, context.Terminal.Show, TaskSelection.Of(plan, chosen.Only, chosen.Phase, []));
        foreach (var line in GatesOverview.Find(settings, context) is { } gates ? GatesOverview.Lines(plan, gates) : [])
        {
            context.Terminal.Show(line);
        }
        var score = PlanRiskScore.Of(plan, settings, repository.WorkTree);
        var guarded = ProtectedPath.Of(plan, settings.AlwaysRequireHuman);
        context.Terminal.Show("Risk:");
        foreach (var line in RiskOverview.Lines(score, guarded))
        {
            context.Terminal.Show(line);
        }
        context.Terminal.Show(RiskOverview.ApprovalText(plan, score, guarded, input.ApproveRisk, yes));
        var forecasts = new RunForecasts(repository.Root);
        context.Terminal.Show(
            forecasts.Of(plan, chosen.Ids(plan), settings, context.AccountRecords) is { } expected
                ? $"Expected: {RunForecasts.Describe(expected)}."
                : "The cost and time of the run are unknown, because the repository has no past runs."
        );
        RunPreparation.WarnOfFailures(plan, chosen.Ids(plan), repository, context);
        if (!input.Again && await NewRunInputFactory.FindLandedAsync(input, repository, settings.Git.Target, context, stop) is { } landed)
        {
            context.Terminal.Warn(
                $"{DuplicateRunCheck.Describe(landed)} 'run' asks before it repeats this work; --again skips the question."
            );
        }
        return Outcome.Done;
    }
}
