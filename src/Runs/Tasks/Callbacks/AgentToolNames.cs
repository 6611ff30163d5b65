namespace Orchestrator.Runs.Tasks.Callbacks;

/// <summary>Names of the tools of <c>orchestrate mcp</c> that agents call.</summary>
public static class AgentToolNames
{
    /// <summary>Reports the outcome of the task.</summary>
    public const string Done = "done";

    /// <summary>Reports a missing requirement that prevents the agent from continuing.</summary>
    public const string Blocked = "blocked";

    /// <summary>Shows the plan and the states of its tasks.</summary>
    public const string Plan = "plan";

    /// <summary>Checks whether the agent may write a path.</summary>
    public const string Ownership = "ownership";

    /// <summary>Shows the running agents and their work.</summary>
    public const string Neighbours = "neighbours";

    /// <summary>Reads new mail and marks it as read.</summary>
    public const string MailCheck = "mailbox_check";

    /// <summary>Reads new mail without marking it as read.</summary>
    public const string MailPeek = "mailbox_peek";

    /// <summary>Sends mail to the agent of another task.</summary>
    public const string MailSend = "mailbox_send";

    /// <summary>Sends mail to all agents of the run.</summary>
    public const string MailBroadcast = "mailbox_broadcast";

    /// <summary>All tool names.</summary>
    public static IReadOnlyList<string> All { get; } =
    [Done, Blocked, Plan, Ownership, Neighbours, MailCheck, MailPeek, MailSend, MailBroadcast];
}
