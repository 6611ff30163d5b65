namespace Orchestrator.Workflows.Calls;

/// <summary>Extracts the cause of a failed activity or child workflow.</summary>
internal static class FailureCause
{
    /// <summary>Returns the message of the cause. The message of the outer failure only reports that something failed.</summary>
    public static string Of(Exception failure) => failure.InnerException?.Message ?? failure.Message;

    /// <summary>Executes a step of a run and catches its permanent failure, for example because a file of the run is damaged. The run then
    /// waits for a user instead of ending.</summary>
    /// <param name="step">The activity.</param>
    /// <returns>The result, or null and a sentence with the cause.</returns>
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
