namespace Orchestrator.Workflows.Tasks;

/// <summary>Decides whether a task goes on with another agent, since the usage limit of its own lasts for long.</summary>
internal static class Relaying
{
    /// <summary>The relay that follows a usage limit; null: the task waits for the reset.</summary>
    /// <param name="task">The task, with the agents that may go on.</param>
    /// <param name="progress">What is known of it, after that agent run.</param>
    /// <param name="result">The agent run that met the limit.</param>
    /// <param name="hasConversation">Whether there is a conversation to lose.</param>
    /// <param name="now">The time.</param>
    public static TaskRelay? Next(TaskOutline task, TaskProgress progress, AgentRunResult result, bool hasConversation, DateTimeOffset now)
    {
        var relays = task.Relays ?? [];
        var at = progress.Agent is { } present ? relays.TakeWhile(one => one.Agent != present).Count() + 1 : 0;
        // A limit without a known end is not known to last.
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
