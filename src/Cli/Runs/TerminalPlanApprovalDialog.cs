using Orchestrator.App.PlanFiles;
using Orchestrator.Cli.Console;
using Orchestrator.Cli.Overviews;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Runs;

/// <summary>Shows the plan of a run at the terminal and asks the user to approve it. The user may also edit a plan made by a planner, or
/// request another plan with changes.</summary>
/// <param name="repository">The repository.</param>
/// <param name="settings">Settings for the risk score.</param>
/// <param name="context">Provides the terminal.</param>
internal sealed class TerminalPlanApprovalDialog(
    LocalRepositoryPaths repository,
    OrchestratorSettings settings,
    CliCommandServiceBundle context
)
{
    private ITerminal Terminal => context.Terminal;

    /// <summary>Asks the user about the plan.</summary>
    /// <returns>The answer. Null if the run needs no approval or the user did not answer.</returns>
    public async Task<PlanApprovalAnswer?> AskAsync(RunStatus run)
    {
        if (!Terminal.IsInteractive || run.Questions.FirstOrDefault(question => question.Id == RunQuestion.Plan) is not { } asked)
        {
            return null;
        }
        var plan = StoredRun.TryReadPlan(repository.Root, run);
        if (plan is not null)
        {
            PlanOverview.WriteInFull(plan, settings, context);
        }
        Terminal.Inform("(Approval rules are set by 'risk.*' and 'always_require_human': orchestrate config.)");
        Terminal.Inform(asked.Question);
        return plan is not null && IsByPlanner(run)
            ? await AskOfPlannerAsync(run, plan)
            : Terminal.Ask("Begin?") switch
            {
                true => new PlanApprovalAnswer.PlanApprovedAnswer(),
                false => new PlanApprovalAnswer.PlanRejectedAnswer(),
                null => null,
            };
    }

    // A new plan for a run that is in progress can only be accepted or rejected, because other tasks of the run continue.
    private static bool IsByPlanner(RunStatus run) => run.Replan is null && run.Tasks.Any(task => task.Id == PlannerTaskDefinition.Id);

    private async Task<PlanApprovalAnswer?> AskOfPlannerAsync(RunStatus run, Plan plan)
    {
        var edited = default(Plan);
        while (Terminal.AskText("yes, no, edit, or the changes you want, in words:") is { } text)
        {
            switch (text.Trim().ToLowerInvariant())
            {
                case "y" or "yes":
                    return edited is null ? new PlanApprovalAnswer.PlanApprovedAnswer() : new PlanApprovalAnswer.EditedPlanAnswer(edited);
                case "n" or "no":
                    return new PlanApprovalAnswer.PlanRejectedAnswer();
                case "e" or "edit":
                    edited = await EditAsync(run.RunId, edited ?? plan) ?? edited;
                    break;
                case var words when words.Contains(' ', StringComparison.Ordinal):
                    return new PlanApprovalAnswer.PlanRevisionAnswer(edited ?? plan, text.Trim());
                default:
                    Terminal.Inform("To request changes, describe them in several words. Another round of the planner costs money.");
                    break;
            }
        }
        return null;
    }

    /// <summary>Opens the plan in the user's editor, repeatedly until the plan is valid or the user cancels.</summary>
    /// <returns>The edited plan, or null if it is unchanged.</returns>
    private async Task<Plan?> EditAsync(string runId, Plan plan)
    {
        var editing = new PlanEditorLauncher(repository, runId, context.Environment);
        var read = await editing.EditAsync(plan);
        while (!read.IsValid)
        {
            foreach (var line in PlanFault.List(read.Errors))
            {
                Terminal.Inform(line);
            }
            if (Terminal.Ask("This plan can't be run. Edit it again?", byDefault: true) is not true)
            {
                Terminal.Inform($"Your text is kept in {editing.Name}.");
                return null;
            }
            read = await editing.EditAsync(plan: null);
        }
        PlanOverview.WriteInFull(read.Plan!, settings, context);
        return read.Plan;
    }
}
