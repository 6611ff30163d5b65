using Orchestrator.Client;
using Orchestrator.Messages;
using Orchestrator.Plans;

namespace Orchestrator.Cli.Runs;

/// <summary>Carries out what a person answered about a plan: the run begins or ends, and where the person wants another plan, a new run
/// goes on in its place.</summary>
/// <param name="runs">Runs of the engine.</param>
/// <param name="context">Who it is, and the terminal.</param>
internal sealed class PlanDecision(RunClient runs, CommandContext context)
{
    /// <summary>Carries it out.</summary>
    /// <param name="run">The run that asked.</param>
    /// <param name="asked">Its question as the person has seen it.</param>
    /// <param name="answer">The answer.</param>
    /// <returns>The run that goes on in its place; null: none.</returns>
    public async Task<RunHandle?> CarryOutAsync(RunHandle run, RunStatus asked, PlanAnswer answer, CancellationToken stop)
    {
        var shown = PlanQuestion.Of(asked)?.Shown ?? "";
        if (answer is PlanAnswer.Yes)
        {
            Say(await run.ApproveAsync(new ApprovalCommand(RunQuestion.Plan, By: context.Person) { Shown = shown }, stop));
            return null;
        }
        var next = answer is PlanAnswer.No ? null : await InPlaceOfAsync(run, answer, stop);
        var id = next is null ? "" : RunIds.Create(asked.Title, Guid.NewGuid());
        var why = next is null ? "no, at the terminal" : $"{id} continues with another one";
        Say(await run.RejectAsync(new ApprovalCommand(RunQuestion.Plan, why, context.Person) { Shown = shown }, stop));
        if (next is null)
        {
            return null;
        }
        await run.ResultAsync(stop);
        var started = await runs.StartAsync(next, id, stop);
        context.Terminal.Say($"{id} has started in place of {run.RunId}.");
        return started;
    }

    private void Say(SteeringAnswer answer) => context.Terminal.Say(answer.Message);

    private static async Task<OrchestrationInput> InPlaceOfAsync(RunHandle run, PlanAnswer answer, CancellationToken stop)
    {
        // A person has seen and changed this plan: the work is meant.
        var input = await run.InputAsync(stop) with
        {
            Again = true,
        };
        return answer switch
        {
            PlanAnswer.Edited edited => input with
            {
                Plan = PlanJson.ToData(edited.Plan),
                Request = null,
                RequestFile = null,
                PlannerModel = null,
                Planning = null,
            },
            PlanAnswer.Otherwise otherwise => input with
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
