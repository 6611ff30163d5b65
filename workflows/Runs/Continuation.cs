namespace Orchestrator.Workflows.Runs;

/// <summary>
/// Limits the length of the history. The run continues as new, while its tasks keep running and report to the same workflow id.
/// </summary>
/// <param name="recorder">Writes transitions that are not recorded yet.</param>
/// <param name="checkpoints">Creates the state for the next execution.</param>
/// <param name="messagesTaken">Returns the number of signals and updates that this execution has received.</param>
internal sealed class RunContinueAsNew(
    RunWorkflowComponentContext context,
    RunRecorder recorder,
    RunStateCheckpointer checkpoints,
    Func<int> messagesTaken
)
{
    private readonly RunWorkflowState _state = context.State;
    private int _eventsOfRestore;

    /// <summary>True if the run should stop starting work, or may continue as new now.</summary>
    public bool HasNews => IsDue && (!_state.IsDraining || MayContinue);

    private bool IsDue =>
        HistoryLengthLimit.IsLong(
            _state.Rules,
            messagesTaken(),
            Workflow.CurrentHistoryLength,
            _eventsOfRestore,
            Workflow.ContinueAsNewSuggested
        );

    /// <summary>True if no work is in flight that the checkpoint would miss. A canceled run ends in this execution instead.</summary>
    private bool MayContinue =>
        IsDue
        && _state.IsDraining
        && !_state.Train.AnyToSend
        && !context.Calls.AnyOpen
        && !_state.Leases.HasUpdates(_state.Board)
        && !_state.IsCancelled
        && !context.Resets.WasReset;

    /// <summary>Restores the checkpoint of the previous execution.</summary>
    public async Task RestoreAsync(RunWorkflowCheckpoint checkpoint)
    {
        await checkpoints.RestoreAsync(checkpoint);
        _eventsOfRestore = Workflow.CurrentHistoryLength;
    }

    /// <summary>Continues as new if the history is long and no work is in flight. Until then the run starts no new work.</summary>
    public async Task ContinueIfLongAsync()
    {
        // Without this, a run with short tasks would always be about to start one and could never continue as new.
        _state.IsDraining |= IsDue;
        if (!MayContinue)
        {
            return;
        }
        await recorder.RecordAllAsync();
        if (!Workflow.AllHandlersFinished)
        {
            // The command may depend on a task that waits for its merge.
            _state.IsDraining = false;
            await Workflow.WaitConditionAsync(() => Workflow.AllHandlersFinished, CancellationToken.None);
            return;
        }
        await checkpoints.SaveTasksAsync();
        if (!MayContinue || recorder.HasUnrecorded || !Workflow.AllHandlersFinished)
        {
            return;
        }
        var (input, checkpoint) = (_state.Input, checkpoints.Make());
        throw Workflow.CreateContinueAsNewException((IOrchestrationWorkflow w) => w.RunAsync(input, checkpoint));
    }
}
