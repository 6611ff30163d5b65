namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Creates and restores the state that a run passes on when it continues as new. Works in the same way for plans of all sizes.
/// </summary>
internal sealed class RunStateCheckpointer(RunWorkflowComponentContext context)
{
    private readonly RunWorkflowState _state = context.State;
    private CheckpointFile? _file;

    /// <summary>
    /// Writes the state of all tasks that have changed since the last checkpoint to a file in the run's folder, page by page.
    /// </summary>
    public async Task SaveTasksAsync()
    {
        var unsaved = new Queue<PlanTaskWithProgress>(_state.Board.Entries.Where(e => e.IsUnsaved));
        while (unsaved.Count > 0)
        {
            var page = PayloadSizeLimiter.First(unsaved.Select(e => e.State));
            var saved = page.Select(_ => unsaved.Dequeue()).Select(entry => (Entry: entry, entry.State)).ToList();
            var store = new StoreCheckpointInput(_state.RunId, _state.Repository, _file, page);
            _file = await context.RetryUntilPossibleAsync(() =>
                Workflow.ExecuteActivityAsync((IRunActivities a) => a.StoreCheckpointAsync(store), context.Short)
            );
            foreach (var (entry, state) in saved)
            {
                entry.Saved(state);
            }
        }
    }

    /// <summary>Creates the checkpoint, which also contains the state of tasks that changed since they were saved.</summary>
    public RunWorkflowCheckpoint Make() =>
        new()
        {
            Repository = _state.Repository,
            Plan = _state.Plan,
            Planner = _state.Planner,
            Status = _state.Snapshot(0, 0),
            Tasks = _file,
            Recent = [.. _state.Board.Entries.Where(e => e.IsUnsaved).Select(e => e.State)],
            Train = _state.Train.ToCheckpoint(),
            Staging = _state.Staging,
            Leases = _state.Leases.ToCheckpoint(),
            Outages = _state.Outages.ToCheckpoint(),
            UntilLifted = _state.UntilLifted,
            LandMergedAsked = _state.LandMergedAsked,
            Parts = _state.Parts,
            SignedAnswers = _state.SignedCommands.ToCheckpoint(RunWorkflowComponentContext.Now),
            PausedAlone = [.. _state.PausedAlone],
        };

    /// <summary>Restores the tasks of a checkpoint from the plan and from their saved state.</summary>
    public async Task RestoreAsync(RunWorkflowCheckpoint checkpoint)
    {
        _file = checkpoint.Tasks;
        var outlines = await RunPlanningStageExecutor.ReadTasksAsync(context, []);
        var tasks = (await ReadFileAsync()).ToDictionary(t => t.Progress.Id, t => (t, true), StringComparer.Ordinal);
        foreach (var task in checkpoint.Recent)
        {
            tasks[task.Progress.Id] = (task, false);
        }
        _state.RestoreTasks(checkpoint, outlines, tasks);
    }

    private async Task<IReadOnlyList<TaskCheckpoint>> ReadFileAsync()
    {
        var tasks = new List<TaskCheckpoint>();
        while (_file is not null && tasks.Count < _file.Count)
        {
            var read = new ReadCheckpointInput(_state.RunId, _state.Repository, _file, tasks.Count);
            tasks.AddRange(
                await context.RetryUntilPossibleAsync(() =>
                    Workflow.ExecuteActivityAsync((IRunActivities a) => a.ReadCheckpointAsync(read), context.Short)
                )
            );
        }
        return tasks;
    }
}
