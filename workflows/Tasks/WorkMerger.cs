namespace Orchestrator.Workflows.Tasks;

/// <summary>Sends a task's commits to the run's merge queue and waits for the results.</summary>
internal sealed class WorkMerger(TaskWorkflowState state, TaskWorkflowReportSender reporter, TaskSuspender waits)
{
    private MergeResult? _result;

    /// <summary>
    /// Stores a result from the merge queue for the current attempt. If reports are sent through local activities, a result may arrive
    /// before the workflow has recorded that it is waiting.
    /// </summary>
    public void StoreResult(MergeResult result)
    {
        if ((state.SendsLocally || state.Progress.State == TaskStateNames.Merging) && result.Attempt == state.Progress.Attempt)
        {
            _result = result;
        }
    }

    /// <summary>Sends a commit with the task's work to the merge queue, and waits until it is merged or refused.</summary>
    public async Task<MergeResult> MergeAsync(string commit)
    {
        var (pause, faults) = (TaskSuspender.FirstPause, 0);
        while (true)
        {
            state.Progress = state.Progress with { Commit = commit };
            reporter.TransitionTo(TaskStateNames.Merging);
            await Workflow.WaitConditionAsync(() => _result is not null || state.HasNoRun, CancellationToken.None);
            if (_result is not { Merged: true })
            {
                state.ThrowIfCancelled();
            }
            var result = _result!;
            _result = null;
            if (result.Merged || result.FailureClass != FailureClass.Environment)
            {
                return result;
            }
            pause = await waits.AfterFaultAsync(
                new TaskNotMergedReason(new VerbatimQuote(result.Message)),
                result.ProblemsFile,
                pause,
                ++faults
            );
        }
    }

    /// <summary>
    /// Sends the merge queue a commit with packages that were installed for the task, and waits for the result. The packages do not count
    /// as the task's work.
    /// </summary>
    public async Task<MergeResult> MergeInstalledAsync(string commit)
    {
        var own = state.Progress.Commit;
        state.Report = state.Report with { Installs = true };
        var merge = await MergeAsync(commit);
        state.Report = state.Report with { Installs = false, Progress = state.Progress with { Commit = own } };
        return merge;
    }
}
