namespace Orchestrator.Messages;

/// <summary>Starts one agent run, or attaches to it.</summary>
public sealed record RunAgentInput
{
    public required TaskInput Task { get; init; }
    public required PreparedTask Prepared { get; init; }
    public required int Attempt { get; init; }

    /// <summary>Number of the agent run: names its folder. The same number never starts a second process.</summary>
    public required int Start { get; init; }

    /// <summary>Conversation to continue; empty: a new one.</summary>
    public string Session { get; init; } = "";

    /// <summary>File with the problems of the last attempt, relative to the repository; empty in the first.</summary>
    public string ProblemsFile { get; init; } = "";

    /// <summary>How often the task's work was rejected before this attempt; conflicts with others' work do not count.</summary>
    public int Failures { get; init; }

    /// <summary>A person's guidance for this agent run.</summary>
    public string Guidance { get; init; } = "";

    /// <summary>Result of the agent's request; empty: there was none.</summary>
    public string Answer { get; init; } = "";

    /// <summary>Nothing is started: an agent left by an earlier call is stopped, or its outcome returned if it has ended.</summary>
    public bool Stop { get; init; }

    /// <summary>It was held: this call starts nothing and ends with the hold (<see cref="FailureClasses.Held"/>).</summary>
    public bool AwaitRelease { get; init; }
}

/// <summary>Result of one agent run.</summary>
public sealed record AgentRunResult
{
    /// <summary>One of <see cref="FailureClasses"/>.</summary>
    public required string FailureClass { get; init; }

    /// <summary>The agent's claim, or what went wrong.</summary>
    public string Message { get; init; } = "";
    public bool ClaimedDone { get; init; }

    /// <summary>Its program ended with an error, but there is work, which is verified all the same, and goes back to the agent unless that
    /// said that it is done: the error, in a sentence. Else empty.</summary>
    public string EndedWith { get; init; } = "";

    /// <summary>Stopped before its process was started, so it does not count.</summary>
    public bool NeverBegun { get; init; }
    public string Session { get; init; } = "";
    public decimal Cost { get; init; }
    public long Tokens { get; init; }
    public int Turns { get; init; }

    /// <summary>When a usage limit ends; null where unknown.</summary>
    public DateTimeOffset? ResetAt { get; init; }

    /// <summary>Signature of the failure, without task-specific parts; empty where it did not fail, or where the task itself may be the
    /// reason.</summary>
    public string Signature { get; init; } = "";

    /// <summary>The machine had too little memory while it ran, and so the kernel killed processes: it is not the task's fault.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LacksMemory { get; init; }

    /// <summary>Folder of the agent run, relative to the repository.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Changes meanwhile in what all tasks and the user share.</summary>
    public IReadOnlyList<TaskNotice> Notices { get; init; } = [];

    /// <summary>SHA-256 of what the agent has left for later steps, its claim or its answer, when it ended. These steps use nothing else;
    /// empty: it left nothing.</summary>
    public string SaidHash { get; init; } = "";

    /// <summary>Those of the agents that its task requires that it has called; null: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Called { get; init; }
}
