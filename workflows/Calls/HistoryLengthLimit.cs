namespace Orchestrator.Workflows.Calls;

/// <summary>Decides when a workflow execution continues as new.</summary>
internal static class HistoryLengthLimit
{
    /// <summary>
    /// Minimum number of events that an execution must add after restoring its state before it may continue as new. Without this minimum,
    /// an execution whose restoration adds many events would make no progress.
    /// </summary>
    private const int LeastEvents = 500;

    /// <summary>True if the execution should continue as new.</summary>
    /// <param name="settings">Rules of the run. Tests set lower limits.</param>
    /// <param name="messages">Number of messages that the execution has received.</param>
    /// <param name="events">Number of events in the execution's history.</param>
    /// <param name="eventsOfRestore">Number of events in the history after the run was restored; 0 if nothing was restored.</param>
    /// <param name="isSuggested">True if the server suggests continuing as new.</param>
    public static bool IsLong(RunWorkflowSettings settings, int messages, int events, int eventsOfRestore, bool isSuggested)
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
