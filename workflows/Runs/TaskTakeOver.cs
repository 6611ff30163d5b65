namespace Orchestrator.Workflows.Runs;

/// <summary>Handles open task workflows that this execution of the run did not start: they work for it from now on, or end.</summary>
internal sealed class TaskTakeOver(RunContext context, TaskMessenger messenger)
{
    private readonly RunState _state = context.State;

    /// <summary>Takes over the open workflow of a task. False: it is about to close.</summary>
    public async Task<bool> TryTakeOverAsync(TaskEntry entry)
    {
        var report = await messenger.ReadAsync(entry);
        if (
            report is null
            || TaskStates.IsEnd(report.Progress.State)
            || !entry.AtWork
            || entry.State.PastExecutions.Contains(report.ExecutionId)
        )
        {
            return false;
        }
        if (report.PlanHash == _state.PlanHashOf(entry))
        {
            TakeOver(entry, report);
            return true;
        }
        await EndStrangerAsync(entry, report);
        return false;
    }

    /// <summary>The workflow works for this execution, and its report is handled.</summary>
    public void TakeOver(TaskEntry entry, TaskReport report)
    {
        report = TaskReports.NewestOf(_state, report);

        // The queried report may be older than what the task has reported since.
        var isOld = !entry.AtWork && entry.ExecutionId == report.ExecutionId && report.Sequence <= entry.State.ReportSequence;
        if (isOld || TaskStates.IsDone(entry.Progress.State))
        {
            return;
        }
        _state.Board.TakeOver(entry, report.ExecutionId, RunContext.Now);
        TaskReports.TakeIn(_state, report, RunContext.Now);
    }

    /// <summary>Ends a task's workflow that works by another plan; its reports are ignored. If it waits to be merged, it gets the result
    /// that it is not.</summary>
    public async Task EndStrangerAsync(TaskEntry entry, TaskReport report)
    {
        entry.State = entry.State with { PastExecutions = [.. entry.State.PastExecutions, report.ExecutionId] };
        await EndUnknownAsync(report);
    }

    /// <summary>Ends a task that this execution does not have: one of a review's findings, or of another plan.</summary>
    public async Task EndUnknownAsync(TaskReport report)
    {
        var task = report.Progress;
        await messenger.TellAsync(task.Id, t => t.CancelAsync());
        if (task.State == TaskStates.Merging)
        {
            var refusal = TaskMessenger.NotMerged(task.Id, task.Attempt);
            await messenger.TellAsync(task.Id, t => t.MergeDoneAsync(refusal));
        }
    }
}
