namespace Orchestrator.Workflows.Calls;

/// <summary>When an execution has lasted long enough, and goes on as a new one.</summary>
internal static class HistoryLength
{
    /// <summary>Restoring a run makes a history long, too: each execution does some work of its own.</summary>
    private const int LeastEvents = 500;

    /// <summary>Whether it has.</summary>
    /// <param name="settings">Of the run; tests continue sooner.</param>
    /// <param name="messages">Messages that the execution has taken in.</param>
    /// <param name="events">Events in its history.</param>
    /// <param name="eventsOfRestore">Those of them that were there when it was restored; 0 where it had to restore nothing.</param>
    /// <param name="isSuggested">The server says that the history is long.</param>
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
