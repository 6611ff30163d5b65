namespace Orchestrator.Messages;

/// <summary>Next step for an agent's request.</summary>
public static class RequestSteps
{
    /// <summary>A person answers.</summary>
    public const string Person = "person";

    /// <summary>The planner is asked first.</summary>
    public const string Planner = "planner";

    /// <summary>The agent continues with <see cref="RequestVerdict.Text"/>.</summary>
    public const string Answer = "answer";

    /// <summary>A person first approves or rejects <see cref="RequestVerdict.Text"/>.</summary>
    public const string Ask = "ask";

    /// <summary>Packages are installed on staging.</summary>
    public const string Install = "install";

    /// <summary>The parts of the task become tasks of the run, and the task continues when they have ended.</summary>
    public const string Split = "split";
}

/// <summary>Subject of an approval while a task is <see cref="TaskStates.AwaitingApproval"/>.</summary>
public static class ApprovalKinds
{
    /// <summary>Packages for its agent.</summary>
    public const string Dependency = "dependency";

    /// <summary>Files of others.</summary>
    public const string File = "file";

    /// <summary>Division into smaller tasks.</summary>
    public const string Split = "split";

    /// <summary>The agent asks for nothing but an answer, which the planner gives unless a person does first.</summary>
    public const string Question = "question";
}

/// <summary>A person's answer to a request of an agent, or none in time.</summary>
/// <param name="Why"><see cref="Approved"/>, <see cref="Rejected"/> or <see cref="NotApprovedInTime"/>.</param>
public sealed record RequestDecision(Reason Why)
{
    /// <summary>A person has approved it.</summary>
    [JsonIgnore]
    public bool Accepted => Why is Approved;
}

/// <summary>Asks for a request of a task's agent to be judged.</summary>
public sealed record JudgeRequestInput
{
    public required TaskInput Task { get; init; }

    /// <summary>Number of the agent run that made the request.</summary>
    public required int Start { get; init; }

    /// <summary>A person's decision; null: not asked yet.</summary>
    public RequestDecision? Decision { get; init; }

    /// <summary>The packages that the person was asked about.</summary>
    public IReadOnlyList<RequestedPackage> Packages { get; init; } = [];

    /// <summary>Questions of the task that the planner has answered.</summary>
    public int Answered { get; init; }

    /// <inheritdoc cref="AgentRunResult.SaidHash"/>
    public string SaidHash { get; init; } = "";
}

/// <summary>A package that a task's agent has requested, as it was found and as a person is asked about it.</summary>
/// <param name="Ecosystem">Such as <c>pypi</c>.</param>
/// <param name="Manifest">The manifest that names it, relative to the repository.</param>
/// <param name="Name">Its name.</param>
/// <param name="Version">The required versions; empty: any.</param>
public sealed record RequestedPackage(string Ecosystem, string Manifest, string Name, string Version)
{
    /// <summary>Extras of it that are wanted, too.</summary>
    public IReadOnlyList<string> Extras { get; init; } = [];

    /// <summary>Wanted for development only.</summary>
    public bool IsForDevelopment { get; init; }
}

/// <summary>The decision about a request.</summary>
public sealed record RequestVerdict
{
    /// <summary>One of <see cref="RequestSteps"/>.</summary>
    public required string Step { get; init; }

    /// <summary>Text for the agent, or for the person who is asked; where a person answers, a note beside the question.</summary>
    public string Text { get; init; } = "";

    /// <summary>One of <see cref="ApprovalKinds"/>, where a person is asked.</summary>
    public string Asks { get; init; } = "";

    /// <summary>Files granted to the task, including earlier ones.</summary>
    public IReadOnlyList<string> Lent { get; init; } = [];

    /// <summary>The packages that are asked about, or were granted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RequestedPackage>? Packages { get; init; }

    /// <summary>Request and decision in a few words for the record; empty where there is nothing to record.</summary>
    public string Note { get; init; } = "";
}

/// <summary>Asks for granted packages to be installed, as a commit on top of staging.</summary>
public sealed record InstallInput
{
    public required TaskInput Task { get; init; }

    /// <inheritdoc cref="JudgeRequestInput.Start"/>
    public required int Start { get; init; }

    /// <summary>From 1; higher when staging has moved since the last commit was made.</summary>
    public int Round { get; init; } = 1;

    /// <summary>The packages that were granted.</summary>
    public IReadOnlyList<RequestedPackage> Packages { get; init; } = [];
}

/// <summary>Result of the installation.</summary>
public sealed record InstallResult
{
    /// <summary>The commit to merge; empty: staging has the packages already, or they can't be installed.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Why they can't be installed, for the agent; empty where they can.</summary>
    public string Problem { get; init; } = "";
}

/// <summary>Concludes a request; where staging has the packages, the work so far is committed, and all agents are notified.</summary>
public sealed record ConcludeRequestInput
{
    public required TaskInput Task { get; init; }
    public required PreparedTask Prepared { get; init; }
    public required int Attempt { get; init; }

    /// <inheritdoc cref="JudgeRequestInput.Start"/>
    public required int Start { get; init; }

    /// <summary>Why staging does not have them; empty: it does.</summary>
    public string Problem { get; init; } = "";

    /// <summary>Result of the task's parts; null: packages were installed.</summary>
    public string? Parts { get; init; }

    /// <inheritdoc cref="InstallInput.Packages"/>
    public IReadOnlyList<RequestedPackage> Packages { get; init; } = [];
}

/// <summary>Asks for the parts that an agent has proposed to become tasks of its run.</summary>
/// <param name="Task">The task that is too big.</param>
/// <param name="Start">Number of the agent run that made the request.</param>
public sealed record SplitTaskInput(
    [property: Identifier] string RunId,
    RepositoryReference Repository,
    string PlanHash,
    string Task,
    int Start
)
{
    /// <inheritdoc cref="AgentRunResult.SaidHash"/>
    public string SaidHash { get; init; } = "";
}

/// <summary>Result of dividing a task.</summary>
public sealed record SplitConclusion
{
    /// <summary>Hash of the plan with the parts, stored beside the approved one.</summary>
    public required string PlanHash { get; init; }

    /// <summary>The parts.</summary>
    public IReadOnlyList<TaskOutline> Tasks { get; init; } = [];
}

/// <summary>The continuation of a task after its request.</summary>
public sealed record RequestConclusion
{
    /// <summary>Commit with the task's work so far; empty: the worktree stays as it is, and staging is not merged into it.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Text for the agent.</summary>
    public string Text { get; init; } = "";

    /// <summary>The request's result, in a few words for the record.</summary>
    public string Note { get; init; } = "";
}
