namespace Orchestrator.Messages;

/// <summary>Asks for one agent start to be begun, or taken up where it is.</summary>
public sealed record RunAgentInput
{
    public required TaskInput Task { get; init; }
    public required PreparedTask Prepared { get; init; }
    public required int Attempt { get; init; }

    /// <summary>Number of the start: names its folder. The same number never starts a second process.</summary>
    public required int Start { get; init; }

    /// <summary>Conversation to go on with; empty: a new one.</summary>
    public string Session { get; init; } = "";

    /// <summary>Why it is asked again: a file with the problems, relative to the repository; empty in the first attempt.</summary>
    public string ProblemsFile { get; init; } = "";

    /// <summary>How often work of its agent was refused before this attempt; conflicts with others' work do not count.</summary>
    public int Failures { get; init; }

    /// <summary>Words of a person for this start.</summary>
    public string Guidance { get; init; } = "";

    /// <summary>What became of what the agent could not go on without; empty: it has asked for nothing.</summary>
    public string Answer { get; init; } = "";

    /// <summary>It is not to be begun: what an earlier call left at work is stopped, or its outcome taken where it has ended.</summary>
    public bool Stop { get; init; }

    /// <summary>It was held, and nothing is begun by this call: it ends when the hold does (<see cref="FailureClasses.Held"/>).</summary>
    public bool AwaitRelease { get; init; }
}

/// <summary>How one agent start ended.</summary>
public sealed record AgentRunResult
{
    /// <summary>One of <see cref="FailureClasses"/>.</summary>
    public required string FailureClass { get; init; }

    /// <summary>The agent's claim, or what went wrong.</summary>
    public string Message { get; init; } = "";
    public bool ClaimedDone { get; init; }

    /// <summary>Its program ended with an error of its own, but there is work, which is judged all the same: the error, in a sentence. Else
    /// empty.</summary>
    public string EndedWith { get; init; } = "";

    /// <summary>It was stopped before its process was begun, so it counts as no start.</summary>
    public bool NeverBegun { get; init; }
    public string Session { get; init; } = "";
    public decimal Cost { get; init; }
    public long Tokens { get; init; }
    public int Turns { get; init; }

    /// <summary>When a usage limit ends; null where unknown.</summary>
    public DateTimeOffset? ResetAt { get; init; }

    /// <summary>How it failed, without what differs from task to task; empty where it did not, or where the task itself may be the
    /// reason.</summary>
    public string Signature { get; init; } = "";

    /// <summary>Folder of the start, relative to the repository.</summary>
    public string Folder { get; init; } = "";

    /// <summary>What changed meanwhile in what all tasks and the user share.</summary>
    public IReadOnlyList<TaskNotice> Notices { get; init; } = [];
}
