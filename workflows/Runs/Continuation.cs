namespace Orchestrator.Workflows.Runs;

/// <summary>A long history is closed and the run goes on in a new execution; its tasks go on undisturbed and report to the same
/// id.</summary>
/// <param name="recorder">Writes what is not recorded yet.</param>
/// <param name="checkpoints">What the run takes with it.</param>
/// <param name="messagesTaken">Signals and updates that this execution has taken in.</param>
internal sealed class Continuation(RunContext context, RunRecorder recorder, RunCheckpoints checkpoints, Func<int> messagesTaken)
{
    private readonly RunState _state = context.State;
    private int _eventsOfRestore;

    /// <summary>It begins to drain, or may continue as new.</summary>
    public bool HasNews => IsDue && (!_state.IsDraining || MayContinue);

    private bool IsDue =>
        HistoryLength.IsLong(
            _state.Rules,
            messagesTaken(),
            Workflow.CurrentHistoryLength,
            _eventsOfRestore,
            Workflow.ContinueAsNewSuggested
        );

    /// <summary>Nothing is under way that the checkpoint would not tell of. A run that is cancelled ends in this execution.</summary>
    private bool MayContinue =>
        IsDue
        && _state.IsDraining
        && !_state.Train.AnyToSend
        && !context.Calls.AnyOpen
        && !_state.Leases.AnyToSay(_state.Board)
        && !_state.IsCancelled
        && !context.Resets.WasReset;

    /// <summary>Goes on with what the execution before took with it.</summary>
    public async Task RestoreAsync(RunCheckpoint checkpoint)
    {
        await checkpoints.RestoreAsync(checkpoint);
        _eventsOfRestore = Workflow.CurrentHistoryLength;
    }

    /// <summary>Ends this execution where it is long and nothing is under way. Else nothing new is begun until that is so.</summary>
    public async Task ContinueIfLongAsync()
    {
        // A run whose tasks are short would else always be about to start something, and never close its history.
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
        if (!MayContinue || _state.Journal.HasUnrecorded || !Workflow.AllHandlersFinished)
        {
            return;
        }
        var (input, checkpoint) = (_state.Input, checkpoints.Make());
        throw Workflow.CreateContinueAsNewException((IOrchestrationWorkflow w) => w.RunAsync(input, checkpoint));
    }
}
