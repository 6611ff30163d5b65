namespace Orchestrator.Agents;

/// <summary>Classifies failures of model services. Has no side effects.</summary>
internal static class ModelApiFailureClassifier
{
    /// <summary>Classifies a failure by its HTTP status. The status is null if there was no response.</summary>
    internal static AgentFailure OfStatus(int? status) =>
        status switch
        {
            401 or 403 or 404 => AgentFailure.Account,
            429 => AgentFailure.Throttled,
            408 or >= 500 => AgentFailure.Transient,
            >= 400 => AgentFailure.Invalid,
            // Without a response, the service is unreachable. If many tasks fail this way at once, the account is the cause, which only the
            // caller can detect.
            null => AgentFailure.Transient,
            _ => AgentFailure.GaveUp,
        };

    /// <summary>Classifies a failure by its error text, which can be more specific than an HTTP status. Returns null if the text is not
    /// recognized.</summary>
    internal static AgentFailure? OfText(string text) =>
        text switch
        {
            _ when ContainsText(text, "ENOSPC")
                    || ContainsText(text, "no space left on device")
                    || ContainsText(text, "disk quota exceeded") => AgentFailure.Environment,
            _ when ContainsText(text, "ENOMEM") || ContainsText(text, "cannot allocate memory") => AgentFailure.Environment,
            _ when ContainsText(text, "not logged in")
                    || ContainsText(text, "please run /login")
                    || ContainsText(text, "credit balance is too low") => AgentFailure.Account,
            _ when ContainsText(text, "native binary not installed") => AgentFailure.Account,
            _ => null,
        };

    private static bool ContainsText(string text, string words) => text.Contains(words, StringComparison.OrdinalIgnoreCase);
}
