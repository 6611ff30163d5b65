namespace Orchestrator.Workflows.Runs;

/// <summary>Closes a long history: the run continues as new, its tasks go on undisturbed and report to the same id.</summary>
/// <param name="recorder">Writes what is not recorded yet.</param>
/// <param name="checkpoints">What the run takes with it.</param>
/// <param name="messagesTaken">Signals and updates that this execution has received.</param>
internal sealed class Continuation(RunContext context, RunRecorder recorder, RunCheckpoints checkpoints, Func<int> messagesTaken)
{
    private readonly RunState _state = context.State;
    private int _eventsOfRestore;

    /// <summary>True when draining can begin, or when the run may continue as new.</summary>
    public bool HasNews => IsDue && (!_state.IsDraining || MayContinue);

    private bool IsDue =>
        HistoryLength.IsLong(
            _state.Rules,
            messagesTaken(),
            Workflow.CurrentHistoryLength,
            _eventsOfRestore,
            Workflow.ContinueAsNewSuggested
        );

    /// <summary>True when nothing is under way that the checkpoint would not contain. A cancelled run ends in this execution.</summary>
    private bool MayContinue =>
        IsDue
        && _state.IsDraining
        && !_state.Train.AnyToSend
        && !context.Calls.AnyOpen
        && !_state.Leases.HasUpdates(_state.Board)
        && !_state.IsCancelled
        && !context.Resets.WasReset;

    /// <summary>Goes on from the checkpoint of the previous execution.</summary>
    public async Task RestoreAsync(RunCheckpoint checkpoint)
    {
        await checkpoints.RestoreAsync(checkpoint);
        _eventsOfRestore = Workflow.CurrentHistoryLength;
    }

    /// <summary>Continues as new where the history is long and nothing is under way; until then nothing new is started.</summary>
    public async Task ContinueIfLongAsync()
    {
        // Otherwise a run with short tasks would always be about to start one, and never close its history.
        _state.IsDraining |= IsDue;
        if (!MayContinue)
        {
            return;
        }
        await recorder.RecordAllAsync();
        if (!Workflow.AllHandlersFinished)
        {
            // A command may wait for a task, and the task for its merge.
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
