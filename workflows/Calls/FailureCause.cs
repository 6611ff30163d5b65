namespace Orchestrator.Workflows.Calls;

/// <summary>The cause of a failed activity or child workflow.</summary>
internal static class FailureCause
{
    /// <summary>The cause's own message: the failure around it only says that something failed.</summary>
    public static string Of(Exception failure) => failure.InnerException?.Message ?? failure.Message;

    /// <summary>Carries out a step of a run. One that is impossible, for example because a file of the run is damaged, is a matter for a
    /// person: the run waits then, and does not end.</summary>
    /// <param name="step">The activity.</param>
    /// <returns>Its result; or null and the cause, a sentence.</returns>
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
