namespace Orchestrator.Workflows.Runs;

/// <summary>Reads the run's plan.</summary>
internal sealed class RunPlanReader(RunWorkflowComponentContext context)
{
    private readonly RunWorkflowState _state = context.State;

    /// <summary>Reads, validates and stores the plan in an activity.</summary>
    public Task<PlanOutline> LoadAsync()
    {
        var load = new LoadPlanInput(_state.RunId, _state.Repository, _state.Input)
        {
            PlanningHash = _state.Plan.PlanningHash,
            SaidHash = _state.Board.TryFind(PlannerTaskDefinition.Id)?.Progress.SaidHash ?? "",
        };
        return Workflow.ExecuteActivityAsync((IRunActivities a) => a.LoadPlanAsync(load), context.Short);
    }

    /// <summary>Reads the plan's tasks. The caller passes the first page, and the others are read from the stored plan.</summary>
    public async Task<IReadOnlyList<TaskOutline>> ReadTasksAsync(IEnumerable<TaskOutline> first)
    {
        var tasks = first.ToList();
        while (tasks.Count < _state.Plan.TaskCount)
        {
            var page = new ReadTasksInput(_state.RunId, _state.Repository, _state.Plan.Hash, tasks.Count);
            tasks.AddRange(
                await context.RetryUntilPossibleAsync(() =>
                    Workflow.ExecuteActivityAsync((IRunActivities a) => a.ReadTasksAsync(page), context.Short)
                )
            );
        }
        return tasks;
    }
}
