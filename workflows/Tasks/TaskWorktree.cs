namespace Orchestrator.Workflows.Tasks;

/// <summary>The worktree of a task: prepared for each attempt, released at the end.</summary>
internal sealed class TaskWorktree(TaskState state, TaskReporter reporter, TaskWaits waits, TaskPlaces places)
{
    private string _base = "";

    /// <summary>An earlier result for the same content may be merged in place of an agent's work.</summary>
    public bool MayReuse { get; set; } = true;

    /// <summary>Prepares it at the present staging branch.</summary>
    /// <param name="own">Commit with the task's own work, which staging is merged with, conflicts included; null: the worktree keeps
    /// what it has.</param>
    /// <exception cref="TaskEndedException">It can't be prepared.</exception>
    public async Task<PreparedTask> PrepareAsync(string? own = null)
    {
        if (state.Progress.State != TaskStates.Remediating)
        {
            reporter.TransitionTo(TaskStates.Preparing);
        }
        var pause = TaskWaits.FirstPause;
        while (true)
        {
            var prepare = new PrepareTaskInput
            {
                Task = state.Input,
                Attempt = state.Progress.Attempt,
                WithStaging = own is not null,
                MayReuse = MayReuse,
                Commit = own ?? "",
                BaseCommit = _base,
            };
            var prepared = await waits.DoAsync(
                (ITaskActivities a) => a.PrepareTaskAsync(prepare),
                ActivityDefaults.Long(ActivityMachine.AtPlace(state.Input.Repository.Queue), TimeSpan.FromHours(1), state.Stop)
            );
            if (prepared.Problem.Length == 0)
            {
                _base = prepared.BaseCommit;
                return prepared;
            }
            if (prepared.FailureClass != FailureClass.Environment)
            {
                throw new TaskEndedException(TaskStates.Failed, new NotPrepared(new Quote(prepared.Problem)));
            }
            pause = await waits.ParkAsync(FailureClass.Environment, new NotPrepared(new Quote(prepared.Problem)), pause);
        }
    }

    /// <summary>Releases it; that it could not be released is noted in the task's report.</summary>
    public async Task ReleaseAsync()
    {
        var release = new ReleaseTaskInput(state.Input.RunId, state.Input.Repository, state.Input.PlanHash, state.Input.Task.Id)
        {
            Result = state.Progress.State == TaskStates.Kept || places.HasMerged ? state.Progress.Commit : "",
        };
        try
        {
            await places.EndAsync(options => Workflow.ExecuteActivityAsync((ITaskActivities a) => a.ReleaseTaskAsync(release), options));
        }
        catch (ActivityFailureException failure)
        {
            var cause = new Quote(FailureCause.Of(failure));
            reporter.TransitionTo(state.Progress.State, new WorktreeNotReleased(state.Progress.Why, cause));
        }
    }
}
