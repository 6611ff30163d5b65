using Orchestrator.Workflows.Tasks;

namespace Orchestrator.Workflows;

/// <summary>A request becomes a plan. Each answer of the planner is the result of an activity, so that it is paid for once; faults of a
/// plan go back to the same conversation.</summary>
[Workflow]
public sealed class PlanningWorkflow : AgentWorkflow, IPlanningWorkflow
{
    /// <inheritdoc/>
    [WorkflowRun]
    public Task<TaskReport> RunAsync(TaskInput input = null!) => LiveAsync(input, WorkAsync, EndAsync);

    private async Task WorkAsync()
    {
        var judged = await AnswerAsync(AskAsync, JudgeAsync, (attempts, problems) => new PlanStillFaulty(attempts, problems));
        Progress = Progress with { SaidHash = judged.SaidHash };
        Reporter.TransitionTo(TaskStates.Planned, new PlanMade(new Quote(judged.Message)));
    }

    private Task<AgentRunResult> AskAsync(AgentCall call)
    {
        var ask = new AskPlannerInput
        {
            RunId = Input.RunId,
            Repository = Input.Repository,
            Attempt = Progress.Attempt,
            Start = Progress.LastStart,
            Session = State.Session,
            ProblemsFile = State.ProblemsFile,
            Guidance = call.Guidance,
            Stop = call.Stop,
            AwaitRelease = call.AwaitRelease,
            Replan = Input.Replan,
            PlanningHash = Input.PlanningHash,
        };
        return Waits.DoAsync(
            (IPlanningActivities a) => a.AskPlannerAsync(ask),
            ActivityDefaults.Long(Input.Repository.Queue, Input.Task.Timeout, call.Interrupt)
        );
    }

    private Task<AnswerJudgement> JudgeAsync()
    {
        var judge = new JudgeAnswerInput(Input.RunId, Input.Repository, Progress.LastStart)
        {
            Replan = Input.Replan,
            PlanningHash = Input.PlanningHash,
            SaidHash = Progress.SaidHash ?? "",
        };
        return Waits.DoAsync((IPlanningActivities a) => a.JudgeAnswerAsync(judge), ActivityDefaults.Short(Input.Repository.Queue));
    }

    /// <summary>The run itself stores the first plan where it was requested.</summary>
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
        await Workflow.ExecuteActivityAsync(
            (IPlanningActivities a) => a.EndPlanningAsync(end),
            ActivityDefaults.Short(Input.Repository.Queue)
        );
    }
}
