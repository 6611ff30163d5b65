namespace Orchestrator.Runs;

/// <summary>The tools of <c>orchestrate mcp</c>, by the names that agents call.</summary>
public static class AgentToolNames
{
    /// <summary>The agent says how its task ended.</summary>
    public const string Done = "done";

    /// <summary>The agent says what it can't go on without.</summary>
    public const string Blocked = "blocked";

    /// <summary>What the plan is, and where its tasks are.</summary>
    public const string Plan = "plan";

    /// <summary>Whether a path may be written.</summary>
    public const string Ownership = "ownership";

    /// <summary>Who works on what now.</summary>
    public const string Neighbours = "neighbours";

    /// <summary>New mail, which is then read.</summary>
    public const string MailCheck = "mailbox_check";

    /// <summary>New mail, which stays new.</summary>
    public const string MailPeek = "mailbox_peek";

    /// <summary>Mail to the agent of another task.</summary>
    public const string MailSend = "mailbox_send";

    /// <summary>Mail to all agents of the run.</summary>
    public const string MailBroadcast = "mailbox_broadcast";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [Done, Blocked, Plan, Ownership, Neighbours, MailCheck, MailPeek, MailSend, MailBroadcast];
}
