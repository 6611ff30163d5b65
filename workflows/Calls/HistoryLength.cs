namespace Orchestrator.Workflows.Calls;

/// <summary>Decides when an execution is long enough to continue as new.</summary>
internal static class HistoryLength
{
    /// <summary>Minimum number of events that an execution adds after restoring before it continues as new. Restoring a run also adds
    /// events.</summary>
    private const int LeastEvents = 500;

    /// <summary>True if the execution should continue as new.</summary>
    /// <param name="settings">Rules of the run. Tests use lower limits.</param>
    /// <param name="messages">Number of messages received by the execution.</param>
    /// <param name="events">Number of events in its history.</param>
    /// <param name="eventsOfRestore">Number of events in the history after the run was restored; 0 if nothing was restored.</param>
    /// <param name="isSuggested">True if the server suggests to continue as new.</param>
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
