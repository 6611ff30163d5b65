namespace Orchestrator.Workflows.Tasks;

/// <summary>Decides whether another agent continues a task because the current agent's usage limit resets too late.</summary>
internal static class UsageLimitAgentSwitchDecider
{
    /// <summary>Returns the change of agent that follows a usage limit, or null if the task waits for the reset.</summary>
    /// <param name="task">Task, with the agents that may continue it.</param>
    /// <param name="progress">Progress of the task after the agent run.</param>
    /// <param name="result">Result of the agent run that reached the limit.</param>
    /// <param name="hasConversation">True if the change would lose a conversation.</param>
    /// <param name="now">Current time.</param>
    public static TaskAgentSwitch? Next(
        TaskOutline task,
        TaskProgress progress,
        AgentRunResult result,
        bool hasConversation,
        DateTimeOffset now
    )
    {
        var relays = task.Relays ?? [];
        var at = progress.Agent is { } present ? relays.TakeWhile(one => one.Agent != present).Count() + 1 : 0;
        // A limit without a known reset time is not considered long.
        return at < relays.Count && result.ResetAt is { } reset && reset - now >= relays[at].After
            ? new TaskAgentSwitch
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
