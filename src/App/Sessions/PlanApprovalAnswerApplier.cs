using Orchestrator.Client;

namespace Orchestrator.App.Sessions;

/// <summary>
/// Applies a user's answer to the question about a run's plan. The answer starts or ends the run. If the user wants another plan, a new run
/// replaces the current one.
/// </summary>
/// <param name="runs">Client for the runs of the engine.</param>
/// <param name="context">Provides the user's name and shows messages.</param>
public sealed class PlanApprovalAnswerApplier(RunClient runs, UseCaseServiceBundle context)
{
    /// <summary>Applies the user's answer to the run.</summary>
    /// <param name="run">The run whose plan the user decides about.</param>
    /// <param name="asked">Status of the run with the question that the user saw.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="stop">Cancels the call.</param>
    /// <returns>The new run if another plan is wanted, or null otherwise.</returns>
    public async Task<RunHandle?> ApplyAnswerAsync(RunHandle run, RunStatus asked, PlanApprovalAnswer answer, CancellationToken stop)
    {
        var shown = asked.Questions.FirstOrDefault(question => question.Id == RunQuestion.Plan)?.Shown ?? "";
        if (answer is PlanApprovalAnswer.PlanApprovedAnswer)
        {
            var approval = new ApprovalDecisionArguments(RunQuestion.Plan, By: context.Person) { Shown = shown };
            InformUser(await run.ApproveAsync(context.Sign(run.RunId, SteeringCatalog.ApproveUpdate, approval), stop));
            return null;
        }
        var next = answer is PlanApprovalAnswer.PlanRejectedAnswer ? null : await InPlaceOfAsync(run, answer, stop);
        var id = next is null ? "" : RunIds.Create(asked.Title, Guid.NewGuid());
        var why = next is null ? "the answer at the terminal was no" : $"{id} continues with another plan";
        var rejection = new ApprovalDecisionArguments(RunQuestion.Plan, why, context.Person) { Shown = shown };
        InformUser(await run.RejectAsync(context.Sign(run.RunId, SteeringCatalog.RejectUpdate, rejection), stop));
        if (next is null)
        {
            return null;
        }
        await run.ResultAsync(stop);
        var started = await runs.StartAsync(next, id, stop);
        context.Interaction.Inform($"{id} has started in place of {run.RunId}.");
        return started;
    }

    private void InformUser(SteeringUpdateResult answer) => context.Interaction.Inform(answer.Message);

    private static async Task<OrchestrationInput> InPlaceOfAsync(RunHandle run, PlanApprovalAnswer answer, CancellationToken stop)
    {
        // The user has seen and edited this plan, so a repetition of earlier work counts as confirmed.
        var input = await run.InputAsync(stop) with
        {
            Again = true,
        };
        return answer switch
        {
            PlanApprovalAnswer.EditedPlanAnswer edited => input with
            {
                Plan = PlanJson.ToData(edited.Plan),
                Request = null,
                RequestFile = null,
                PlannerModel = null,
                Planning = null,
            },
            PlanApprovalAnswer.PlanRevisionAnswer otherwise => input with
            {
                Planning = (input.Planning ?? new PlanningOptions()) with
                {
                    Earlier = TaskGraphYamlWriter.WriteShort(otherwise.Plan),
                    Remarks = otherwise.Words,
                },
            },
            _ => throw new InvalidOperationException($"The answer {answer} does not start a run."),
        };
    }
}
