namespace Orchestrator.Workflows.Tasks;

/// <summary>Sends a task's reports to the run.</summary>
internal sealed class TaskWorkflowReportSender(TaskWorkflowState state)
{
    private readonly RunSignalSender _run = new(() => state.Input.RunId);
    private bool _isHeld;

    /// <summary>Moves the task to a state and reports it to the run.</summary>
    /// <param name="to">State of the task.</param>
    /// <param name="why">Reason for the state, or null if the state says enough.</param>
    /// <param name="evidence">File with the evidence, relative to the repository; empty if there is none.</param>
    /// <param name="byResult">True if the workflow ends soon, so that its result may report the state.</param>
    /// <param name="isReported">True if an activity has reported the state.</param>
    public void TransitionTo(string to, Reason? why = null, string evidence = "", bool byResult = false, bool isReported = false)
    {
        state.TransitionTo(to, why, new DateTimeOffset(Workflow.UtcNow, TimeSpan.Zero), evidence);
        Workflow.CurrentDetails = $"**{to}** {state.Progress.Reason}";
        _isHeld = byResult && state.SendsLocally;
        // The run itself set the task's first state, so the task does not report it.
        if (!_isHeld && !isReported && (to != TaskStateNames.Preparing || state.Report.Sequence > 2))
        {
            Send(state.Report);
        }
    }

    // If the signal fails, only a query can find the cause.
    private void Send(TaskReport report) =>
        _run.Send(
            WorkflowMessageNames.TaskChanged,
            report,
            () => CheckRunEndedAsync(new RunEndedBeforeTaskReason()),
            state.SendsLocally && !IsAnswered(report.Progress.State)
        );

    /// <summary>
    /// True if the run or a user responds to a state with a signal. The response must not arrive before the workflow has stored that it is
    /// waiting.
    /// </summary>
    private static bool IsAnswered(string to) => to is TaskStateNames.AwaitingApproval or TaskStateNames.Blocked or TaskStateNames.Parked;

    /// <inheritdoc cref="RunSignalSender.NoteDropped"/>
    public void NoteDropped(string note) => _run.NoteDropped(note);

    /// <summary>Waits until the run has received all reports, except a last report that it receives as the workflow's result.</summary>
    public async Task FlushAsync()
    {
        if (_isHeld && !await SignalViaLocalActivitySender.IsParentOpenAsync())
        {
            Send(state.Report);
        }
        await _run.FlushAsync();
    }

    /// <summary>
    /// Stops the task if the server confirms that its run has ended. A signal about the end of the run may be wrong or late.
    /// </summary>
    public async Task CheckRunEndedAsync(RunEndedBeforeTaskReason how)
    {
        if (!state.HasNoRun && !TaskStateNames.IsEnd(state.Progress.State) && await _run.HasEndedAsync(state.Input.Repository.Queue))
        {
            state.EndWithoutRun(how);
        }
    }
}
