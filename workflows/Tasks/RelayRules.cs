namespace Orchestrator.Workflows.Tasks;

/// <summary>Decides whether a task continues with another agent, because the usage limit of its current agent lasts too long.</summary>
internal static class RelayRules
{
    /// <summary>Returns the relay that follows a usage limit, or null if the task waits for the reset.</summary>
    /// <param name="task">The task, with the agents that may continue it.</param>
    /// <param name="progress">Progress of the task after that agent run.</param>
    /// <param name="result">The agent run that reached the limit.</param>
    /// <param name="hasConversation">True if a conversation would be lost.</param>
    /// <param name="now">The current time.</param>
    public static TaskRelay? Next(TaskOutline task, TaskProgress progress, AgentRunResult result, bool hasConversation, DateTimeOffset now)
    {
        var relays = task.Relays ?? [];
        var at = progress.Agent is { } present ? relays.TakeWhile(one => one.Agent != present).Count() + 1 : 0;
        // A limit without a known end does not count as long.
        return at < relays.Count && result.ResetAt is { } reset && reset - now >= relays[at].After
            ? new TaskRelay
            {
                From = at == 0 ? task.Account : relays[at - 1].Agent,
                To = relays[at].Agent,
                AfterStart = progress.LastStart,
                LostConversation = hasConversation,
                Until = reset,
            }
            : null;
    }
}
