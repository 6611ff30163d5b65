namespace Orchestrator.Workflows.Tasks;

/// <summary>Sends a task's reports to the run.</summary>
internal sealed class TaskReporter(TaskState state)
{
    private readonly RunSignals _run = new(() => state.Input.RunId);

    /// <summary>Moves the task to a state and reports it to the run.</summary>
    public void TransitionTo(string to, Reason? why = null, string evidence = "")
    {
        state.TransitionTo(to, why, new DateTimeOffset(Workflow.UtcNow, TimeSpan.Zero), evidence);
        Workflow.CurrentDetails = $"**{to}** {state.Progress.Reason}";
        // The run itself set the task's first state, so the task does not report it.
        if (to != TaskStates.Preparing || state.Report.Sequence > 2)
        {
            var report = state.Report;
            // If the signal fails, only a query can find the cause.
            _run.Send(w => w.TaskChangedAsync(report), () => CheckRunEndedAsync(new RunEndedWithoutIt()));
        }
    }

    /// <inheritdoc cref="RunSignals.NoteDropped"/>
    public void NoteDropped(string note) => _run.NoteDropped(note);

    /// <inheritdoc cref="RunSignals.FlushAsync"/>
    public Task FlushAsync() => _run.FlushAsync();

    /// <summary>Handles a signal that the run has ended before the task.</summary>
    public async Task CheckRunEndedAsync(RunEndedWithoutIt how)
    {
        if (!state.HasNoRun && !TaskStates.IsEnd(state.Progress.State) && await _run.HasEndedAsync(state.Input.Repository.Queue))
        {
            state.EndWithoutRun(how);
        }
    }
}
