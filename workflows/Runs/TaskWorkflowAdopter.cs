namespace Orchestrator.Workflows.Runs;

/// <summary>Handles open task workflows that this execution of the run did not start. They are adopted or ended.</summary>
internal sealed class TaskWorkflowAdopter(RunComponentContext context, TaskWorkflowClient messenger)
{
    private readonly RunWorkflowState _state = context.State;

    /// <summary>Adopts the open workflow of a task. Returns false if the workflow is about to close.</summary>
    public async Task<bool> TryTakeOverAsync(TrackedRunTask entry)
    {
        var report = await messenger.ReadAsync(entry);
        if (
            report is null
            || TaskStateNames.IsEnd(report.Progress.State)
            || !entry.AtWork
            || entry.State.PastExecutions.Contains(report.ExecutionId)
        )
        {
            return false;
        }
        if (report.PlanHash == _state.PlanHashOf(entry))
        {
            AdoptWorkflow(entry, report);
            return true;
        }
        await EndStrangerAsync(entry, report);
        return false;
    }

    /// <summary>Adopts the workflow that sent this report, and handles the report.</summary>
    public void AdoptWorkflow(TrackedRunTask entry, TaskReport report)
    {
        report = TaskWorkflowReportHandler.NewestOf(_state, report);

        // The queried report may be older than one that the task has sent since.
        var isOld = !entry.AtWork && entry.ExecutionId == report.ExecutionId && report.Sequence <= entry.State.ReportSequence;
        if (isOld || TaskStateNames.IsDone(entry.Progress.State))
        {
            return;
        }
        _state.Board.AdoptWorkflow(entry, report.ExecutionId, RunComponentContext.Now);
        TaskWorkflowReportHandler.HandleReport(_state, report, RunComponentContext.Now);
    }

    /// <summary>
    /// Ends a task's workflow that uses another plan, and ignores its reports. If the workflow waits for its merge, it is notified that its
    /// work was not merged.
    /// </summary>
    public async Task EndStrangerAsync(TrackedRunTask entry, TaskReport report)
    {
        entry.State = entry.State with { PastExecutions = [.. entry.State.PastExecutions, report.ExecutionId] };
        await EndUnknownAsync(report);
    }

    /// <summary>
    /// Ends the workflow of a task that is unknown to this execution, such as a finding of a review or a task of another plan.
    /// </summary>
    public async Task EndUnknownAsync(TaskReport report)
    {
        var task = report.Progress;
        await messenger.SendAsync(task.Id, t => t.CancelAsync());
        if (task.State == TaskStateNames.Merging)
        {
            var refusal = TaskWorkflowClient.NotMerged(task.Id, task.Attempt);
            await messenger.SendAsync(task.Id, t => t.MergeDoneAsync(refusal));
        }
    }
}
