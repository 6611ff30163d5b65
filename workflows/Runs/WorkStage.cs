namespace Orchestrator.Workflows.Runs;

/// <summary>Starts tasks as soon as their dependencies are merged, until all are, or nothing can proceed.</summary>
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
            SetState();
            context.ThrowIfCancelled();
            await recovery.TakeUpAsync();
            await continuation.ContinueIfLongAsync();
            await splitting.CarryOutAsync();
            CarryOut(Scheduling.Next(_state, RunContext.Now));
            if (Scheduling.NothingCanMove(_state))
            {
                LeaveOutAttempts();
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

    /// <summary>Sets the run's state: reviewing while only the review runs, planning while another plan is made.</summary>
    private void SetState()
    {
        var now =
            _state.IsReplanning ? RunStates.Planning
            : _state.IsReviewing ? RunStates.Reviewing
            : RunStates.Executing;
        if (_state.Run.State != now)
        {
            context.TransitionTo(now);
        }
    }

    /// <summary>Where the best of several results is wanted, one that is none needs no person.</summary>
    private void LeaveOutAttempts()
    {
        foreach (var (attempt, others) in Scheduling.LostAttempts(_state.Board).ToList())
        {
            var why = new OtherAttemptsDone([.. others.Select(e => e.Id)], attempt.Progress.Why);
            _state.Board.LeaveOut(attempt, why, RunContext.Now, attempt.Progress.Evidence);
        }
    }

    private void CarryOut(ScheduledSteps steps)
    {
        var now = RunContext.Now;
        if (steps.Pause is { } limit)
        {
            _state.Run = _state.Run with { Paused = true, Why = limit };
            _state.Note(limit, now);
        }
        foreach (var entry in steps.AwaitApproval)
        {
            _state.Board.Change(entry, TaskStates.AwaitingApproval, new StartNeedsApproval(), now);
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
