namespace Orchestrator.Workflows.Calls;

/// <summary>Decides when an execution is long enough to continue as new.</summary>
internal static class HistoryLength
{
    /// <summary>Restoring a run adds events, too: an execution must add this many of its own before it continues as new.</summary>
    private const int LeastEvents = 500;

    /// <summary>True if the execution should continue as new.</summary>
    /// <param name="settings">Of the run; tests continue sooner.</param>
    /// <param name="messages">Messages that the execution has taken in.</param>
    /// <param name="events">Events in its history.</param>
    /// <param name="eventsOfRestore">Events that were in the history when the run was restored; 0 where nothing had to be restored.</param>
    /// <param name="isSuggested">The server suggests to continue as new.</param>
    public static bool IsLong(RunRules settings, int messages, int events, int eventsOfRestore, bool isSuggested)
    {
        if (settings.ContinueAfterMessages > 0)
        {
            return messages >= settings.ContinueAfterMessages;
        }
        var own = events - eventsOfRestore;
        return settings.ContinueAfterEvents > 0
            ? own >= settings.ContinueAfterEvents
            : isSuggested && (eventsOfRestore == 0 || own >= LeastEvents);
    }
}
