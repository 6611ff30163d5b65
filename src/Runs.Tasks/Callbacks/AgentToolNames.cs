namespace Orchestrator.Runs.Tasks.Callbacks;

/// <summary>The tools of <c>orchestrate mcp</c>, by the names that agents call.</summary>
public static class AgentToolNames
{
    /// <summary>Reports how the task ended.</summary>
    public const string Done = "done";

    /// <summary>Reports what the agent can't go on without.</summary>
    public const string Blocked = "blocked";

    /// <summary>Shows the plan and the state of its tasks.</summary>
    public const string Plan = "plan";

    /// <summary>Checks whether a path may be written.</summary>
    public const string Ownership = "ownership";

    /// <summary>Shows which agents work on what.</summary>
    public const string Neighbours = "neighbours";

    /// <summary>Reads new mail and marks it as read.</summary>
    public const string MailCheck = "mailbox_check";

    /// <summary>Reads new mail without marking it.</summary>
    public const string MailPeek = "mailbox_peek";

    /// <summary>Sends mail to the agent of another task.</summary>
    public const string MailSend = "mailbox_send";

    /// <summary>Sends mail to all agents of the run.</summary>
    public const string MailBroadcast = "mailbox_broadcast";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [Done, Blocked, Plan, Ownership, Neighbours, MailCheck, MailPeek, MailSend, MailBroadcast];
}
