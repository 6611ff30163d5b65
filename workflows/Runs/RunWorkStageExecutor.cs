namespace Orchestrator.Workflows.Runs;

/// <summary>Starts tasks as soon as their dependencies are merged, until all tasks are merged or no task can make progress.</summary>
internal sealed class RunWorkStageExecutor(
    RunWorkflowComponentContext context,
    TaskStarter starter,
    RunAfterWorkflowResetRecoverer recovery,
    RunContinueAsNew continuation,
    TaskDivisionHandler splitting,
    PartialLandingExecutor parts
)
{
    private readonly RunWorkflowState _state = context.State;

    public async Task RunAsync()
    {
        while (!_state.Board.AllMerged)
        {
            SetState();
            context.ThrowIfCancelled();
            await recovery.AdoptStateAsync();
            if (parts.MustLandFirst)
            {
                await parts.LandFirstAsync();
            }
            if (parts.IsDue)
            {
                parts.Begin();
            }
            await continuation.ContinueIfLongAsync();
            await splitting.ExecutePendingAsync();
            ExecuteSteps(ReadyTaskSelector.Next(_state, RunWorkflowComponentContext.Now));
            if (ReadyTaskSelector.NothingCanMove(_state))
            {
                ExcludeFailedAttempts();
                break;
            }
            await WaitForNewsAsync();
        }

        // Two simultaneous landings would move staging twice.
        if (_state.IsLandingMerged)
        {
            await context.WaitAsync(() => !_state.IsLandingMerged);
        }
    }

    private Task WaitForNewsAsync()
    {
        bool HasNews() =>
            _state.Board.AllMerged
            || ReadyTaskSelector.NothingCanMove(_state)
            || parts.MustLandFirst
            || parts.IsDue
            || continuation.HasNews
            || splitting.HasStep
            || ReadyTaskSelector.Next(_state, RunWorkflowComponentContext.Now).Any;
        if (parts.PlannedAt is not { } at)
        {
            return context.WaitAsync(() => HasNews() || parts.PlannedAt is not null);
        }
        var delay = at - RunWorkflowComponentContext.Now;
        return context.WaitAsync(
            () => HasNews() || parts.PlannedAt != at,
            delay > TimeSpan.FromMilliseconds(1) ? delay : TimeSpan.FromMilliseconds(1),
            "Until merged work lands, or the target is checked"
        );
    }

    /// <summary>
    /// Sets the run's state: reviewing while only the review is running, planning while another plan is made, otherwise executing.
    /// </summary>
    private void SetState()
    {
        var now =
            _state.IsReplanning ? RunStateNames.Planning
            : _state.IsReviewing ? RunStateNames.Reviewing
            : RunStateNames.Executing;
        if (_state.Run.State != now)
        {
            context.TransitionTo(now);
        }
    }

    /// <summary>
    /// Excludes unsuccessful tasks if another task with the same text succeeded and the run picks the best of several results. Such tasks
    /// need no decision by a user.
    /// </summary>
    private void ExcludeFailedAttempts()
    {
        foreach (var (attempt, others) in ReadyTaskSelector.LostAttempts(_state.Board).ToList())
        {
            var why = new IdenticalTaskSucceededReason([.. others.Select(e => e.Id)], attempt.Progress.Why);
            _state.Board.ExcludeTask(attempt, why, RunWorkflowComponentContext.Now, attempt.Progress.Evidence);
        }
    }

    private void ExecuteSteps(ReadyTaskSelectionResult steps)
    {
        var now = RunWorkflowComponentContext.Now;
        if (steps.Pause is { } limit)
        {
            _state.Run = _state.Run with { Paused = true, Why = limit };
            _state.Note(limit, now);
        }
        foreach (var entry in steps.AwaitApproval)
        {
            _state.Board.Change(entry, TaskStateNames.AwaitingApproval, new TaskStartNeedsApprovalReason(), now);
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
