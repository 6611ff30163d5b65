namespace Orchestrator.Workflows.Tasks;

/// <summary>Tells the run of a task. Reports go to the run's id, not to one execution of it: the run may have continued as new meanwhile.
/// One after the other, since signals that are on their way together may come in any order, and of an older report nothing would be seen
/// any more.</summary>
internal sealed class TaskReporter(TaskState state)
{
    private readonly List<Task> _telling = [];

    /// <summary>Comes into a state, and tells the run.</summary>
    public void TransitionTo(string to, string reason, string evidence = "")
    {
        state.TransitionTo(to, reason, evidence);
        Workflow.CurrentDetails = $"**{to}** {state.Report.Reason}";
        // The run itself put the task into its first state: telling it so would be news to nobody.
        if (to != TaskStates.Preparing || state.Report.Sequence > 2)
        {
            Tell(before => TellReportAsync(before, state.Report));
        }
    }

    /// <summary>People look into the run for what became of their words.</summary>
    public void NoteDropped(string note)
    {
        var message = new DroppedMessage(Workflow.Info.WorkflowId, PayloadPaging.Brief(note));
        Tell(before => TellDroppedAsync(before, message));
    }

    /// <summary>Until all is told.</summary>
    public Task FlushAsync() => Workflow.WhenAllAsync(_telling);

    /// <summary>Its run has ended without it, says somebody who may be wrong or late: a run that was reset is open again.</summary>
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
            // Nobody was there to be told, or the run has taken in as many signals as it may: only a look tells.
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
            // The run is over: nobody looks there any more.
        }
    }
}
