namespace Orchestrator.Workflows.Calls;

/// <summary>Waits with a time limit and a stated purpose, which Temporal's Web UI shows beside the timer.</summary>
internal static class TimedWaits
{
    /// <summary>Waits for a condition.</summary>
    /// <param name="holds">The condition.</param>
    /// <param name="limit">Maximum wait.</param>
    /// <param name="purpose">Meaning of the time limit, for users.</param>
    /// <param name="stop">Ends the wait with an exception. Default: never.</param>
    /// <returns>False if the time limit was reached.</returns>
    public static Task<bool> UntilAsync(Func<bool> holds, TimeSpan limit, string purpose, CancellationToken stop = default) =>
        Workflow.WaitConditionWithOptionsAsync(new(holds, limit, DisplayText.Summary(purpose), stop));

    /// <summary>Waits for a fixed time.</summary>
    /// <param name="time">Length of the wait.</param>
    /// <param name="purpose">Meaning of the wait, for users.</param>
    public static Task PauseAsync(TimeSpan time, string purpose) =>
        Workflow.DelayWithOptionsAsync(new(time, DisplayText.Summary(purpose), CancellationToken.None));
}
