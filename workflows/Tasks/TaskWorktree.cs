namespace Orchestrator.Workflows.Tasks;

/// <summary>Worktree of a task, prepared before each attempt and released at the end.</summary>
internal sealed class TaskWorktree(
    TaskWorkflowState state,
    TaskWorkflowReportSender reporter,
    TaskSuspender waits,
    TaskHostSlotManager places
)
{
    private string _base = "";

    /// <summary>True if an earlier result for the same task input (with the same content key) may replace an agent's work.</summary>
    public bool MayReuse { get; set; } = true;

    /// <summary>True if the merge queue has released the worktree.</summary>
    public bool IsReleased { get; set; }

    /// <summary>Prepares the worktree from the current staging branch.</summary>
    /// <param name="own">Commit with the task's work, which is merged with staging, including conflicts. Null to keep the content of the
    /// worktree.</param>
    /// <exception cref="TaskEndedException">The worktree can't be prepared.</exception>
    public async Task<PreparedTask> PrepareAsync(string? own = null)
    {
        if (state.Progress.State != TaskStateNames.Remediating)
        {
            reporter.TransitionTo(TaskStateNames.Preparing);
        }
        var pause = TaskSuspender.FirstPause;
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
            var prepared = await waits.ExecuteActivityAsync(
                (ITaskActivities a) => a.PrepareTaskAsync(prepare),
                ActivityDefaults.Long(ActivityRouting.AtPlace(state.Input.Repository.Queue), TimeSpan.FromHours(1), state.Stop)
            );
            if (prepared.Problem.Length == 0)
            {
                _base = prepared.BaseCommit;
                return prepared;
            }
            if (prepared.FailureClass != FailureClass.Environment)
            {
                throw new TaskEndedException(TaskStateNames.Failed, new WorktreeNotPreparedReason(new VerbatimQuote(prepared.Problem)));
            }
            pause = await waits.ParkAsync(
                FailureClass.Environment,
                new WorktreeNotPreparedReason(new VerbatimQuote(prepared.Problem)),
                pause
            );
        }
    }

    /// <summary>Releases the worktree. If this fails, adds the failure to the task's report.</summary>
    public async Task ReleaseAsync()
    {
        if (IsReleased)
        {
            return;
        }
        var release = new ReleaseTaskInput(state.Input.RunId, state.Input.Repository, state.Input.PlanHash, state.Input.Task.Id)
        {
            Result = state.Progress.State == TaskStateNames.Kept || places.HasMerged ? state.Progress.Commit : "",
        };
        try
        {
            await places.EndAsync(options => Workflow.ExecuteActivityAsync((ITaskActivities a) => a.ReleaseTaskAsync(release), options));
        }
        catch (ActivityFailureException failure)
        {
            var cause = new VerbatimQuote(FailureCause.Of(failure));
            reporter.TransitionTo(state.Progress.State, new WorktreeNotReleasedReason(state.Progress.Why, cause));
        }
    }
}
