namespace Orchestrator.Workflows.Calls;

/// <summary>Waits with a time limit. Temporal's Web UI shows the purpose of the wait beside the timer.</summary>
internal static class TimedConditionWaiter
{
    /// <summary>Waits until a condition holds or the time limit is reached.</summary>
    /// <param name="holds">Condition to wait for.</param>
    /// <param name="limit">Maximum length of the wait.</param>
    /// <param name="purpose">Purpose of the time limit, as shown to users.</param>
    /// <param name="stop">Ends the wait with an exception when cancelled. Default: never.</param>
    /// <returns>True if the condition holds, or false if the time limit was reached.</returns>
    public static Task<bool> WaitUntilAsync(Func<bool> holds, TimeSpan limit, string purpose, CancellationToken stop = default) =>
        Workflow.WaitConditionWithOptionsAsync(new(holds, limit, TemporalUiTextTruncator.Summary(purpose), stop));

    /// <summary>Waits for a fixed duration.</summary>
    /// <param name="time">Length of the wait.</param>
    /// <param name="purpose">Purpose of the wait, as shown to users.</param>
    public static Task PauseAsync(TimeSpan time, string purpose) =>
        Workflow.DelayWithOptionsAsync(new(time, TemporalUiTextTruncator.Summary(purpose), CancellationToken.None));
}
