namespace Orchestrator.Agents;

/// <summary>Maps failures of a model service to our classes, for all callers. Pure.</summary>
internal static class ApiFailures
{
    /// <summary>By the HTTP status; null: there was no answer.</summary>
    internal static AgentFailure OfStatus(int? status) =>
        status switch
        {
            401 or 403 or 404 => AgentFailure.Account,
            429 => AgentFailure.Throttled,
            408 or >= 500 => AgentFailure.Transient,
            >= 400 => AgentFailure.Invalid,
            // No answer: the service can't be reached now. If many tasks are in this state at once it is the account's class, which only
            // the caller knows.
            null => AgentFailure.Transient,
            _ => AgentFailure.GaveUp,
        };

    /// <summary>By texts that say more than a status; null: there are none.</summary>
    internal static AgentFailure? OfText(string text) =>
        text switch
        {
            _ when Says(text, "ENOSPC") || Says(text, "no space left on device") || Says(text, "disk quota exceeded") =>
                AgentFailure.Environment,
            _ when Says(text, "ENOMEM") || Says(text, "cannot allocate memory") => AgentFailure.Environment,
            _ when Says(text, "not logged in") || Says(text, "please run /login") || Says(text, "credit balance is too low") =>
                AgentFailure.Account,
            _ when Says(text, "native binary not installed") => AgentFailure.Account,
            _ => null,
        };

    private static bool Says(string text, string words) => text.Contains(words, StringComparison.OrdinalIgnoreCase);
}
