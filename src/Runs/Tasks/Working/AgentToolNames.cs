namespace Orchestrator.Runs.Tasks;

/// <summary>Names of the tools that <c>orchestrate mcp</c> provides to agents.</summary>
public static class AgentToolNames
{
    /// <summary>Tool that reports the outcome of the task.</summary>
    public const string Done = "done";

    /// <summary>Tool that reports why the agent can't continue and what it needs.</summary>
    public const string Blocked = "blocked";

    /// <summary>Tool that returns the plan and the states of its tasks.</summary>
    public const string Plan = "plan";

    /// <summary>Tool that checks whether the agent may write a file.</summary>
    public const string Ownership = "ownership";

    /// <summary>Tool that returns the other running tasks, with their files and the conflicts that are predicted with them.</summary>
    public const string Neighbours = "neighbours";

    /// <summary>Tool that returns the agent's new messages and marks them as read.</summary>
    public const string MailCheck = "mailbox_check";

    /// <summary>Tool that returns the agent's new messages without marking them as read.</summary>
    public const string MailPeek = "mailbox_peek";

    /// <summary>Tool that sends a message to the agent of another task.</summary>
    public const string MailSend = "mailbox_send";

    /// <summary>Tool that sends a message to all agents of the run.</summary>
    public const string MailBroadcast = "mailbox_broadcast";

    /// <summary>All tool names.</summary>
    public static IReadOnlyList<string> All { get; } =
    [Done, Blocked, Plan, Ownership, Neighbours, MailCheck, MailPeek, MailSend, MailBroadcast];
}
