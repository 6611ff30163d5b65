namespace Orchestrator.Workflows.Runs;

/// <summary>Shared state, clock and in-flight work of a run's components.</summary>
internal sealed class RunWorkflowComponentContext(RunWorkflowState state, CancellationToken stop)
{
    private static readonly TimeSpan MostRetryPause = TimeSpan.FromSeconds(30);

    /// <summary>Reason for the end of a run that a user canceled.</summary>
    public Reason WhyCancelled => new RunCanceledReason(state.CancelledBy) { HasUnlanded = state.HasUnlanded };

    public RunWorkflowState State => state;

    /// <summary>Token that is canceled when a user cancels the run.</summary>
    public CancellationToken Stop => stop;

    public OutgoingWorkflowCallTracker Calls { get; } = new();

    public WorkflowBackgroundWorkTracker Background { get; } = new();

    public WorkflowResetDetector Resets { get; } = new();

    public static DateTimeOffset Now => new(Workflow.UtcNow, TimeSpan.Zero);

    /// <summary>Options for an activity that completes within minutes.</summary>
    public ActivityOptions Short => ActivityDefaults.ShortActivity(state.Repository.Queue);

    /// <summary>Options for an activity that runs other programs. The activity is canceled together with the run.</summary>
    public ActivityOptions Long => ActivityDefaults.Long(state.Repository.Queue, TimeSpan.FromHours(2), stop);

    public void TransitionTo(string to, Reason? why = null, string evidence = "") => state.TransitionTo(to, why, Now, evidence);

    /// <summary>
    /// Waits on the workflow's main path until a condition holds, the run is canceled or reset, or background work fails. Throws only in
    /// the last case.
    /// </summary>
    /// <param name="holds">Condition to wait for.</param>
    public async Task WaitAsync(Func<bool> holds)
    {
        await Workflow.WaitConditionAsync(() => IsWaitOver(holds), CancellationToken.None);
        Background.ThrowIfFailed();
    }

    /// <summary>Waits on the workflow's main path like the overload without a time limit, but no longer than the given time.</summary>
    /// <param name="holds">Condition to wait for.</param>
    /// <param name="limit">Time limit.</param>
    /// <param name="purpose">Purpose of the time limit, as shown to users.</param>
    public async Task WaitAsync(Func<bool> holds, TimeSpan limit, string purpose)
    {
        await TimedConditionWaiter.WaitUntilAsync(() => IsWaitOver(holds), limit, purpose);
        Background.ThrowIfFailed();
    }

    private bool IsWaitOver(Func<bool> holds) => holds() || state.IsCancelled || Resets.WasReset || Background.HasFailed;

    /// <summary>
    /// Executes an activity without which the run can't continue. If the activity can't succeed, for example because of a damaged file, the
    /// run shows the reason and keeps retrying. Only a user can repair the cause, and no work is lost.
    /// </summary>
    /// <param name="step">Starts the activity.</param>
    /// <exception cref="ActivityFailureException">The activity can't succeed, and the run is ending.</exception>
    public async Task<T> RetryUntilPossibleAsync<T>(Func<Task<T>> step)
    {
        FailingActivityStatus? shown = null;
        while (true)
        {
            try
            {
                var result = await step();
                ShowFailing(shown, null);
                return result;
            }
            catch (ActivityFailureException impossible)
                when (!TemporalException.IsCanceledException(impossible) && !state.IsCancelled && !state.IsEnding)
            {
                var attempt = (shown?.Attempt ?? 1) + 1;
                var failing = new FailingActivityStatus("", impossible.ActivityType, attempt, FailureCause.Of(impossible));
                ShowFailing(shown, failing);
                shown = failing;
                await TimedConditionWaiter.WaitUntilAsync(
                    () => state.IsCancelled || state.IsEnding,
                    TimeSpan.FromSeconds(Math.Min(MostRetryPause.TotalSeconds, 1 << Math.Min(attempt - 2, 10))),
                    "Until an impossible step is retried"
                );
            }
        }
    }

    public void ThrowIfCancelled()
    {
        if (state.IsCancelled)
        {
            throw new RunEndedException(RunStateNames.Cancelled, WhyCancelled);
        }
    }

    private void ShowFailing(FailingActivityStatus? before, FailingActivityStatus? now)
    {
        var failing = state.Run.Failing.Where(f => f != before);
        RunStatusTexts.HandleFailingActivities(state, [.. now is null ? failing : failing.Append(now)], Now);
    }
}
