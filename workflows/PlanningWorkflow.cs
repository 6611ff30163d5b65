namespace Orchestrator.Workflows;

/// <summary>
/// Turns a request into a plan. Each answer from the planner is stored as the result of an activity, so it is paid for only once. The
/// errors in a plan are sent back to the same conversation.
/// </summary>
[Workflow]
public sealed class PlanningWorkflow : AgentWorkflow, IPlanningWorkflow
{
    /// <inheritdoc/>
    [WorkflowRun]
    public Task<TaskReport> RunAsync(TaskWorkflowInput input = null!) => LiveAsync(input, WorkAsync, EndAsync);

    private async Task WorkAsync()
    {
        var question = new AgentQuestion
        {
            RunId = Input.RunId,
            Repository = Input.Repository,
            Planning = new PlanningQuestion(Input.Replan, Input.PlanningHash),
        };
        var judged = await AskAsync(question, (attempts, problems) => new PlanStillFaultyReason(attempts, problems));
        Progress = Progress with { SaidHash = judged.SaidHash };
        Reporter.TransitionTo(TaskStateNames.Planned, new PlanMadeReason(new VerbatimQuote(judged.Message)));
    }

    /// <summary>
    /// Removes the planner's worktree after a replanning. For the first plan, the run itself does this and stores the plan at the requested
    /// location.
    /// </summary>
    private async Task EndAsync()
    {
        if (Input.Replan == 0)
        {
            return;
        }
        var end = new EndPlanningInput(Input.RunId, Input.Repository, Output: null, Overwrite: false)
        {
            Replan = Input.Replan,
            PlanningHash = Input.PlanningHash,
        };
        await Workflow.ExecuteActivityAsync((IPlanningActivities a) => a.EndPlanningAsync(end), Short);
    }
}
