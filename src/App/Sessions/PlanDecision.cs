using Orchestrator.Client;

namespace Orchestrator.App.Sessions;

/// <summary>Applies a user's answer about a plan: the run starts or ends, or a new run replaces it if the user wants another
/// plan.</summary>
/// <param name="runs">Client for the runs of the engine.</param>
/// <param name="context">Provides the user's identity and receives messages.</param>
public sealed class PlanDecision(RunClient runs, UseCaseContext context)
{
    /// <summary>Applies the user's answer to the plan.</summary>
    /// <param name="run">Run that asked.</param>
    /// <param name="asked">Status with the question that the user saw.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="stop">Cancels the request.</param>
    /// <returns>The run that replaces the asking one, or null if none does.</returns>
    public async Task<RunHandle?> CarryOutAsync(RunHandle run, RunStatus asked, PlanAnswer answer, CancellationToken stop)
    {
        var shown = asked.Questions.FirstOrDefault(question => question.Id == RunQuestion.Plan)?.Shown ?? "";
        if (answer is PlanAnswer.Approve)
        {
            Say(await run.ApproveAsync(new ApprovalCommand(RunQuestion.Plan, By: context.Person) { Shown = shown }, stop));
            return null;
        }
        var next = answer is PlanAnswer.Reject ? null : await InPlaceOfAsync(run, answer, stop);
        var id = next is null ? "" : RunIds.Create(asked.Title, Guid.NewGuid());
        var why = next is null ? "no, at the terminal" : $"{id} continues with another plan";
        Say(await run.RejectAsync(new ApprovalCommand(RunQuestion.Plan, why, context.Person) { Shown = shown }, stop));
        if (next is null)
        {
            return null;
        }
        await run.ResultAsync(stop);
        var started = await runs.StartAsync(next, id, stop);
        context.Interaction.Say($"{id} has started in place of {run.RunId}.");
        return started;
    }

    private void Say(SteeringAnswer answer) => context.Interaction.Say(answer.Message);

    private static async Task<OrchestrationInput> InPlaceOfAsync(RunHandle run, PlanAnswer answer, CancellationToken stop)
    {
        // The user has seen and edited this plan, so a repetition of work counts as confirmed.
        var input = await run.InputAsync(stop) with
        {
            Again = true,
        };
        return answer switch
        {
            PlanAnswer.UseEdited edited => input with
            {
                Plan = PlanJson.ToData(edited.Plan),
                Request = null,
                RequestFile = null,
                PlannerModel = null,
                Planning = null,
            },
            PlanAnswer.Revise otherwise => input with
            {
                Planning = (input.Planning ?? new PlanningOptions()) with
                {
                    Earlier = TaskGraphYaml.WriteShort(otherwise.Plan),
                    Remarks = otherwise.Words,
                },
            },
            _ => throw new InvalidOperationException($"{answer} begins no run."),
        };
    }
}
