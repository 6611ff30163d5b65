namespace Orchestrator.Workflows.Runs;

/// <summary>What the parts of a run's workflow share that carry out what was decided: the state, the clock, and what is under
/// way.</summary>
internal sealed class RunContext(RunState state, CancellationToken stop)
{
    /// <summary>The reason of a cancelled run.</summary>
    public string CancelReason => $"cancelled by {state.CancelledBy}; what is merged stays on staging";

    public RunState State => state;

    /// <summary>Cancelled when a person cancels the run.</summary>
    public CancellationToken Stop => stop;

    public OutgoingCalls Calls { get; } = new();

    public BackgroundWork Background { get; } = new();

    public ResetWatch Resets { get; } = new();

    public static DateTimeOffset Now => new(Workflow.UtcNow, TimeSpan.Zero);

    public RepositoryReference Repository => state.Repository;

    /// <summary>For an activity that answers within minutes.</summary>
    public ActivityOptions Short => ActivityDefaults.Short(state.Repository.Queue);

    /// <summary>For an activity that runs other people's programs; it is cancelled with the run.</summary>
    public ActivityOptions Long => ActivityDefaults.Long(state.Repository.Queue, TimeSpan.FromHours(2), stop);

    public void TransitionTo(string to, string reason, string evidence = "") => state.TransitionTo(to, reason, Now, evidence);

    /// <summary>Waits on the main path. Also ends when a person cancels the run, when it was reset, and when background work
    /// fails.</summary>
    /// <param name="holds">The condition.</param>
    /// <param name="limit">Time limit; null: none.</param>
    /// <param name="purpose">What the end of the time means, for people.</param>
    public async Task WaitAsync(Func<bool> holds, TimeSpan? limit = null, string purpose = "")
    {
        bool IsOver() => holds() || state.IsCancelled || Resets.WasReset || Background.HasFailed;
        if (limit is { } most)
        {
            await TimedWaits.UntilAsync(IsOver, most, purpose);
        }
        else
        {
            await Workflow.WaitConditionAsync(IsOver, CancellationToken.None);
        }
        Background.ThrowIfFailed();
    }

    public void ThrowIfCancelled()
    {
        if (state.IsCancelled)
        {
            throw new RunEndedException(RunStates.Cancelled, CancelReason);
        }
    }
}
