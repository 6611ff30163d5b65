namespace Orchestrator.Workflows.Tasks;

/// <summary>Sends a task's reports to the run's id, not to one execution of it: the run may have continued as new. One at a time, because
/// concurrent signals may arrive in any order and an older report would be ignored.</summary>
internal sealed class TaskReporter(TaskState state)
{
    private readonly List<Task> _telling = [];

    /// <summary>Enters a state and reports it.</summary>
    public void TransitionTo(string to, string reason, string evidence = "")
    {
        state.TransitionTo(to, reason, evidence);
        Workflow.CurrentDetails = $"**{to}** {state.Report.Reason}";
        // The run itself put the task into its first state, so that is not reported.
        if (to != TaskStates.Preparing || state.Report.Sequence > 2)
        {
            Tell(before => TellReportAsync(before, state.Report));
        }
    }

    /// <summary>Notes a dropped message in the run's warnings, where people look for it.</summary>
    public void NoteDropped(string note)
    {
        var message = new DroppedMessage(Workflow.Info.WorkflowId, PayloadPaging.Brief(note));
        Tell(before => TellDroppedAsync(before, message));
    }

    /// <summary>Waits until all reports are sent.</summary>
    public Task FlushAsync() => Workflow.WhenAllAsync(_telling);

    /// <summary>Handles a signal that the run has ended without this task. It may be wrong or late (a run that was reset is open again), so
    /// the server is asked.</summary>
    public async Task HearRunEndedAsync(string reason)
    {
        if (state.HasNoRun || TaskStates.IsEnd(state.Report.State))
        {
            return;
        }
        IReadOnlyList<string> run = [state.Input.RunId];
        var ended = await Workflow.ExecuteActivityAsync(
            (IRunActivities a) => a.FindEndedRunsAsync(run),
            ActivityDefaults.Short(state.Input.Repository.Queue)
        );
        if (ended.Count > 0)
        {
            state.EndWithoutRun(reason);
        }
    }

    private static ExternalWorkflowSignalOptions Uncancelled() => new() { CancellationToken = CancellationToken.None };

    private ExternalWorkflowHandle<IOrchestrationWorkflow> Run() =>
        Workflow.GetExternalWorkflowHandle<IOrchestrationWorkflow>(state.Input.RunId);

    private void Tell(Func<Task, Task> tell)
    {
        _telling.RemoveAll(t => t.IsCompleted);
        _telling.Add(tell(_telling.LastOrDefault() ?? Task.CompletedTask));
    }

    private async Task TellReportAsync(Task before, TaskReport report)
    {
        try
        {
            await before;
            await Run().SignalAsync(w => w.TaskChangedAsync(report), Uncancelled());
        }
        catch (FailureException)
        {
            // The signal failed: the run is closed, or has received its limit of signals. Only a query tells.
            await HearRunEndedAsync("its run has ended without it");
        }
    }

    private async Task TellDroppedAsync(Task before, DroppedMessage message)
    {
        try
        {
            await before;
            await Run().SignalAsync(w => w.MessageDroppedAsync(message), Uncancelled());
        }
        catch (FailureException)
        {
            // The run is over, so nobody reads the note.
        }
    }
}
