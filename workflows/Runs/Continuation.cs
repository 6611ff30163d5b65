namespace Orchestrator.Workflows.Runs;

/// <summary>Limits the length of the history. The run continues as new, while its tasks keep running and report to the same workflow
/// id.</summary>
/// <param name="recorder">Writes unrecorded transitions.</param>
/// <param name="checkpoints">Creates the state for the next execution.</param>
/// <param name="messagesTaken">Returns the number of signals and updates received by this execution.</param>
internal sealed class Continuation(RunContext context, RunRecorder recorder, RunCheckpoints checkpoints, Func<int> messagesTaken)
{
    private readonly RunState _state = context.State;
    private int _eventsOfRestore;

    /// <summary>True if the run can start to wind down, or may continue as new.</summary>
    public bool HasNews => IsDue && (!_state.IsDraining || MayContinue);

    private bool IsDue =>
        HistoryLength.IsLong(
            _state.Rules,
            messagesTaken(),
            Workflow.CurrentHistoryLength,
            _eventsOfRestore,
            Workflow.ContinueAsNewSuggested
        );

    /// <summary>True if nothing is in flight that the checkpoint would not contain. A cancelled run ends in this execution.</summary>
    private bool MayContinue =>
        IsDue
        && _state.IsDraining
        && !_state.Train.AnyToSend
        && !context.Calls.AnyOpen
        && !_state.Leases.HasUpdates(_state.Board)
        && !_state.IsCancelled
        && !context.Resets.WasReset;

    /// <summary>Continues from the checkpoint of the previous execution.</summary>
    public async Task RestoreAsync(RunCheckpoint checkpoint)
    {
        await checkpoints.RestoreAsync(checkpoint);
        _eventsOfRestore = Workflow.CurrentHistoryLength;
    }

    /// <summary>Continues as new if the history is long and nothing is in flight. Until then no new work is started.</summary>
    public async Task ContinueIfLongAsync()
    {
        // Otherwise a run with short tasks would always be about to start one, and could never continue as new.
        _state.IsDraining |= IsDue;
        if (!MayContinue)
        {
            return;
        }
        await recorder.RecordAllAsync();
        if (!Workflow.AllHandlersFinished)
        {
            // A command may wait for a task, which waits for its merge.
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
