namespace Orchestrator.Workflows.Runs;

/// <summary>Tasks start as soon as what they depend on is merged, until all are, or nothing more can move by itself.</summary>
internal sealed class WorkStage(
    RunContext context,
    TaskStarter starter,
    ResetRecovery recovery,
    Continuation continuation,
    Splitting splitting
)
{
    private readonly RunState _state = context.State;

    public async Task RunAsync()
    {
        while (!_state.Board.AllMerged)
        {
            SayWhatIsDone();
            context.ThrowIfCancelled();
            await recovery.TakeUpAsync();
            await continuation.ContinueIfLongAsync();
            await splitting.CarryOutAsync();
            CarryOut(Scheduling.Next(_state, RunContext.Now));
            if (Scheduling.NothingCanMove(_state))
            {
                return;
            }
            await context.WaitAsync(() =>
                _state.Board.AllMerged
                || Scheduling.NothingCanMove(_state)
                || continuation.HasNews
                || splitting.HasStep
                || Scheduling.Next(_state, RunContext.Now).Any
            );
        }
    }

    /// <summary>While nothing but the review is at work, the run is being reviewed; while another plan is made, it is planned.</summary>
    private void SayWhatIsDone()
    {
        var now =
            _state.IsReplanning ? RunStates.Planning
            : _state.IsReviewing ? RunStates.Reviewing
            : RunStates.Executing;
        if (_state.Run.State != now)
        {
            context.TransitionTo(now, "");
        }
    }

    private void CarryOut(ScheduledSteps steps)
    {
        var now = RunContext.Now;
        if (steps.Pause.Length > 0)
        {
            _state.Run = _state.Run with { Paused = true, Reason = steps.Pause };
            _state.Note(steps.Pause, now);
        }
        foreach (var entry in steps.AwaitApproval)
        {
            _state.Board.Change(entry, TaskStates.AwaitingApproval, "the plan asks for an approval before it starts", now);
        }
        foreach (var entry in steps.AskLease)
        {
            _state.Leases.Ask(entry, now);
        }
        foreach (var entry in steps.Start)
        {
            starter.Start(entry);
        }
    }
}
