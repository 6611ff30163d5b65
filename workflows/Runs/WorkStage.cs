namespace Orchestrator.Workflows.Runs;

/// <summary>Starts tasks as soon as their dependencies are merged, until all are merged or nothing can proceed.</summary>
internal sealed class WorkStage(
    RunContext context,
    TaskStarter starter,
    ResetRecovery recovery,
    Continuation continuation,
    Splitting splitting,
    Func<LandStage> landing
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
            await LandMergedIfAskedAsync();
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
                || MustLandMerged
                || continuation.HasNews
                || splitting.HasStep
                || Scheduling.Next(_state, RunContext.Now).Any
            );
        }
    }

    /// <summary>Lands the merged work at a user's request. The merge queue waits meanwhile, so a task that a user answers now is merged
    /// afterwards.</summary>
    private async Task LandMergedIfAskedAsync()
    {
        if (!MustLandMerged)
        {
            return;
        }
        _state.IsLandingMerged = true;
        try
        {
            var result = await landing().LandMergedAsync();
            context.TransitionTo(RunStates.Executing, result.Landed ? null : LandStage.NotLandedFor(result), result.Evidence);
        }
        finally
        {
            _state.IsLandingMerged = false;
        }
        _state.LandMergedAsked = false;
    }

    /// <summary>True if requested work lands now. A request waits while a task is at work, for example because a user answers it at the
    /// same moment.</summary>
    private bool MustLandMerged => _state.LandMergedAsked && Scheduling.WaitsOnlyForPeople(_state);

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

    /// <summary>Skips failed attempts if the best of several results is wanted and another task with the same text succeeded. They then
    /// need no user.</summary>
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
