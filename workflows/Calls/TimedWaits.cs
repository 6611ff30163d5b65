namespace Orchestrator.Workflows.Calls;

/// <summary>Waits with a time limit. Each says what for: Temporal's page shows that beside the timer.</summary>
internal static class TimedWaits
{
    /// <summary>Waits for a condition.</summary>
    /// <param name="holds">The condition.</param>
    /// <param name="limit">The longest wait.</param>
    /// <param name="purpose">What the end of the time means, for people.</param>
    /// <param name="stop">Ends it with an exception; default: nothing does.</param>
    /// <returns>False: the time is over.</returns>
    public static Task<bool> UntilAsync(Func<bool> holds, TimeSpan limit, string purpose, CancellationToken stop = default) =>
        Workflow.WaitConditionWithOptionsAsync(new(holds, limit, DisplayText.Summary(purpose), stop));

    /// <summary>Lets a time pass.</summary>
    /// <param name="time">How long.</param>
    /// <param name="purpose">What the end of the time means, for people.</param>
    public static Task PauseAsync(TimeSpan time, string purpose) =>
        Workflow.DelayWithOptionsAsync(new(time, DisplayText.Summary(purpose), CancellationToken.None));
}
