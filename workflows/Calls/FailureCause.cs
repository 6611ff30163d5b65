namespace Orchestrator.Workflows.Calls;

/// <summary>Finds the cause of a failed activity or child workflow.</summary>
internal static class FailureCause
{
    /// <summary>Returns the message of the cause. The outer failure's message only says that something failed.</summary>
    public static string Of(Exception failure) => failure.InnerException?.Message ?? failure.Message;

    /// <summary>
    /// Awaits an activity of a run and catches its permanent failure, caused for example by a damaged file. The run can then wait for a
    /// user instead of ending.
    /// </summary>
    /// <param name="step">The running activity.</param>
    /// <returns>The result and an empty text, or null and a sentence with the cause.</returns>
    public static async Task<(T? Result, string Why)> TryAsync<T>(Task<T> step)
        where T : class
    {
        try
        {
            return (await step, "");
        }
        catch (ActivityFailureException failure) when (!TemporalException.IsCanceledException(failure))
        {
            return (null, Of(failure));
        }
    }
}
