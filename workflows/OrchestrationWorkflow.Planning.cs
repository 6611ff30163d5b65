using Orchestrator.Messages;
using Temporalio.Workflows;

namespace Orchestrator.Workflows;

/// <summary>A run that begins with a request: its first task is the planner, and the plan's tasks join it on the board.</summary>
public sealed partial class OrchestrationWorkflow
{
    private bool _planningEnded;

    private bool IsPlanner(TaskEntry entry) => _input.NeedsPlanner && entry.Outline.Id == PlannerTask.Id;

    /// <summary>Lets the planner work until there is a plan. Where it can't make one, a person says how to go on.</summary>
    private async Task MakePlanAsync()
    {
        var begin = new BeginPlanningInput(_runId, _repository, _input);
        var begun = await Workflow.ExecuteActivityAsync((IPlanningActivities a) => a.BeginPlanningAsync(begin), ActivityDefaults.Short(_repository.Queue));
        _run = _run with { Repository = _repository.Path, Title = begun.Title, Agent = begun.Agent, Warnings = begun.Warnings, TaskCount = 1 };
        _recording = RecordInBackgroundAsync();
        await RefuseRecordedAsync(begun.Faults);
        _plan = new PlanOutline { Settings = begun.Settings };
        _board.Add([new TaskOutline { Id = PlannerTask.Id, Title = begun.Title, Timeout = begun.Timeout }], Now);
        _hasBoard = true;
        Become(RunStates.Planning, $"{begun.Agent} plans");
        var planner = _board.Find(PlannerTask.Id);
        while (!_board.AllMerged)
        {
            ThrowIfCancelled();
            if (!planner.AtWork && !_board.AnyReady)
            {
                await AskAboutPlannerAsync(planner);
                continue;
            }

            if (!planner.AtWork && !_paused)
            {
                _board.Started(planner, Now);
                _ = StartTaskAsync(planner);
            }

            await Workflow.WaitConditionAsync(() => Cancelled || (!planner.AtWork && !(_paused && _board.AnyReady)), CancellationToken.None);
        }
    }

    private async Task AskAboutPlannerAsync(TaskEntry planner)
    {
        Become(RunStates.Planning, $"no plan yet: {planner.Status.Reason}");
        Ask(PlannerTask.Id, $"The planner is {planner.Status.State}: {planner.Status.Reason}",
            $"orchestrate retry {_runId}/{PlannerTask.Id} --guidance TEXT", $"orchestrate cancel {_runId}");
        await Workflow.WaitConditionAsync(() => _board.AnyReady || Cancelled, CancellationToken.None);
        Answered(PlannerTask.Id);
        ThrowIfCancelled();
        Become(RunStates.Planning, "the planner is asked again");
    }

    /// <summary>Puts the plan where it was wanted, if there is one, and gives up what planning held.</summary>
    private Task<string> EndPlanningAsync()
    {
        _planningEnded = true;
        var end = new EndPlanningInput(_runId, _repository, _input.Output, _input.Overwrite);
        return Workflow.ExecuteActivityAsync((IPlanningActivities a) => a.EndPlanningAsync(end), ActivityDefaults.Short(_repository.Queue));
    }
}
