using Orchestrator.Workflows.Tasks;
using Temporalio.Converters;

namespace Orchestrator.Workflows;

/// <summary>A request becomes a plan. Each answer of the planner is the result of an activity, so that it is paid for once; faults of a
/// plan go back to the same conversation.</summary>
[Workflow("PlanningWorkflow")]
public sealed class PlanningWorkflow : AgentWorkflow
{
    /// <summary>Answers with faults before a person is asked.</summary>
    private const int MaxAttempts = 3;

    /// <summary>Restores the state before any signal is handled.</summary>
    [WorkflowInit]
    public PlanningWorkflow(IRawValue? input = null, IRawValue? surplus = null) => TakeStart(Restore, input, surplus);

    /// <inheritdoc cref="IPlanningWorkflow.RunAsync"/>
    [WorkflowRun]
    public Task<TaskReport> RunAsync(IRawValue? input = null, IRawValue? surplus = null) => LiveAsync(WorkAsync, EndAsync);

    private async Task WorkAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            await Agents.RunAsync(AskAsync);
            var judged = await JudgeAsync();
            if (judged.Problems.Count == 0)
            {
                Report = Report with { Gates = "valid" };
                Reporter.TransitionTo(TaskStates.Planned, judged.Message);
                return;
            }
            State.ProblemsFile = judged.ProblemsFile;
            var problems = string.Join(" ", judged.Problems);
            if (attempt == MaxAttempts)
            {
                throw new TaskEndedException(
                    TaskStates.Failed,
                    $"after {MaxAttempts} attempts the planner's answer still has faults: {problems}"
                );
            }
            Report = Report with { Attempt = Report.Attempt + 1 };
            Reporter.TransitionTo(TaskStates.Remediating, problems, State.ProblemsFile);
        }
    }

    private Task<AgentRunResult> AskAsync(AgentCall call)
    {
        var ask = new AskPlannerInput
        {
            RunId = Input.RunId,
            Repository = Input.Repository,
            Attempt = Report.Attempt,
            Start = Report.LastStart,
            Session = State.Session,
            ProblemsFile = State.ProblemsFile,
            Guidance = call.Guidance,
            Stop = call.Stop,
            AwaitRelease = call.AwaitRelease,
            Replan = Input.Replan,
        };
        return Workflow.ExecuteActivityAsync(
            (IPlanningActivities a) => a.AskPlannerAsync(ask),
            ActivityDefaults.Long(Input.Repository.Queue, Input.Task.Timeout, call.Interrupt)
        );
    }

    private Task<AnswerJudgement> JudgeAsync()
    {
        Reporter.TransitionTo(TaskStates.Verifying, "");
        var judge = new JudgeAnswerInput(Input.RunId, Input.Repository, Report.LastStart) { Replan = Input.Replan };
        return Workflow.ExecuteActivityAsync(
            (IPlanningActivities a) => a.JudgeAnswerAsync(judge),
            ActivityDefaults.Short(Input.Repository.Queue)
        );
    }

    /// <summary>The run itself stores the first plan where it was requested.</summary>
    private async Task EndAsync()
    {
        if (Input.Replan == 0)
        {
            return;
        }
        var end = new EndPlanningInput(Input.RunId, Input.Repository, Output: null, Overwrite: false) { Replan = Input.Replan };
        await Workflow.ExecuteActivityAsync(
            (IPlanningActivities a) => a.EndPlanningAsync(end),
            ActivityDefaults.Short(Input.Repository.Queue)
        );
    }
}
