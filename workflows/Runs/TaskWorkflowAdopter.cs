namespace Orchestrator.Workflows.Runs;

/// <summary>Adopts or ends open task workflows that this execution of the run did not start.</summary>
internal sealed class TaskWorkflowAdopter(RunWorkflowComponentContext context, TaskWorkflowMessageSender messenger)
{
    private readonly RunWorkflowState _state = context.State;

    /// <summary>Adopts the open workflow of a task. Returns false if the workflow is about to close.</summary>
    public async Task<bool> TryTakeOverAsync(PlanTaskWithProgress entry)
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
    public void AdoptWorkflow(PlanTaskWithProgress entry, TaskReport report)
    {
        report = TaskWorkflowReportHandler.NewestOf(_state, report);

        // The queried report may be older than one that the task has sent since.
        var isOld = !entry.AtWork && entry.ExecutionId == report.ExecutionId && report.Sequence <= entry.State.ReportSequence;
        if (isOld || TaskStateNames.IsDone(entry.Progress.State))
        {
            return;
        }
        _state.Board.AdoptWorkflow(entry, report.ExecutionId, RunWorkflowComponentContext.Now);
        TaskWorkflowReportHandler.HandleReport(_state, report, RunWorkflowComponentContext.Now);
    }

    /// <summary>
    /// Ends an open task workflow that this execution of the run can't adopt, and ignores its reports from then on. If the workflow is
    /// waiting for its merge, it is notified that its work was not merged.
    /// </summary>
    public async Task EndStrangerAsync(PlanTaskWithProgress entry, TaskReport report)
    {
        entry.State = entry.State with { PastExecutions = [.. entry.State.PastExecutions, report.ExecutionId] };
        await EndUnknownAsync(report);
    }

    /// <summary>
    /// Ends a task workflow that does not belong to this execution of the run, for example because its task is part of another plan.
    /// </summary>
    public async Task EndUnknownAsync(TaskReport report)
    {
        var task = report.Progress;
        await messenger.SendAsync(task.Id, t => t.CancelAsync());
        if (task.State == TaskStateNames.Merging)
        {
            var refusal = TaskWorkflowMessageSender.NotMerged(task.Id, task.Attempt);
            await messenger.SendAsync(task.Id, t => t.MergeDoneAsync(refusal));
        }
    }
}
