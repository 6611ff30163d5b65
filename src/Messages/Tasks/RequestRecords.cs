namespace Orchestrator.Messages;

/// <summary>Next steps for an agent's request.</summary>
public static class RequestSteps
{
    /// <summary>A user has to answer the request.</summary>
    public const string Person = "person";

    /// <summary>The planner is asked first.</summary>
    public const string Planner = "planner";

    /// <summary>The agent continues with <see cref="RequestVerdict.Text"/>.</summary>
    public const string Answer = "answer";

    /// <summary>An approver first decides about <see cref="RequestVerdict.Text"/>.</summary>
    public const string Ask = "ask";

    /// <summary>Packages are installed on staging.</summary>
    public const string Install = "install";

    /// <summary>The parts of the task become tasks of the run. The task continues when its parts have ended.</summary>
    public const string Split = "split";
}

/// <summary>Subject of an approval while a task is <see cref="TaskStates.AwaitingApproval"/>.</summary>
public static class ApprovalKinds
{
    /// <summary>Packages for the task's agent.</summary>
    public const string Dependency = "dependency";

    /// <summary>Files owned by other tasks.</summary>
    public const string File = "file";

    /// <summary>Division into smaller tasks.</summary>
    public const string Split = "split";

    /// <summary>Answer to a question, given by the planner unless a user answers first.</summary>
    public const string Question = "question";
}

/// <summary>A user's answer to a request of an agent, or the expiry of its time limit.</summary>
/// <param name="Why"><see cref="Approved"/>, <see cref="Rejected"/> or <see cref="NotApprovedInTime"/>.</param>
public sealed record RequestDecision(Reason Why)
{
    /// <summary>True if the request was approved.</summary>
    [JsonIgnore]
    public bool Accepted => Why is Approved;
}

/// <summary>Request to judge a request of a task's agent.</summary>
public sealed record JudgeRequestInput
{
    public required TaskInput Task { get; init; }

    /// <summary>Number of the requesting agent run.</summary>
    public required int Start { get; init; }

    /// <summary>An approver's decision, or null if not requested yet.</summary>
    public RequestDecision? Decision { get; init; }

    /// <summary>The packages shown to the approver.</summary>
    public IReadOnlyList<RequestedPackage> Packages { get; init; } = [];

    /// <summary>Number of the task's questions that the planner has answered.</summary>
    public int Answered { get; init; }

    /// <inheritdoc cref="AgentRunResult.SaidHash"/>
    public string SaidHash { get; init; } = "";
}

/// <summary>A package requested by a task's agent, as resolved and shown to the approver.</summary>
/// <param name="Ecosystem">Ecosystem, such as <c>pypi</c>.</param>
/// <param name="Manifest">Manifest for the package, relative to the repository.</param>
/// <param name="Name">Name of the package.</param>
/// <param name="Version">The required versions; empty for any.</param>
public sealed record RequestedPackage(string Ecosystem, string Manifest, string Name, string Version)
{
    /// <summary>Requested extras of the package.</summary>
    public IReadOnlyList<string> Extras { get; init; } = [];

    /// <summary>True if the package is only a development dependency.</summary>
    public bool IsForDevelopment { get; init; }
}

/// <summary>Decision about a request.</summary>
public sealed record RequestVerdict
{
    /// <summary>One of <see cref="RequestSteps"/>.</summary>
    public required string Step { get; init; }

    /// <summary>Text for the agent or for the approver. If a user answers, a note beside the question.</summary>
    public string Text { get; init; } = "";

    /// <summary>One of <see cref="ApprovalKinds"/> if an approval is required; empty otherwise.</summary>
    public string Asks { get; init; } = "";

    /// <summary>Files granted to the task, including earlier grants.</summary>
    public IReadOnlyList<string> Lent { get; init; } = [];

    /// <summary>Packages that need an approval or were granted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RequestedPackage>? Packages { get; init; }

    /// <summary>Short text of request and decision for the record; empty if nothing is recorded.</summary>
    public string Note { get; init; } = "";
}

/// <summary>Request to install granted packages in a commit on top of staging.</summary>
public sealed record InstallInput
{
    public required TaskInput Task { get; init; }

    /// <inheritdoc cref="JudgeRequestInput.Start"/>
    public required int Start { get; init; }

    /// <summary>Number of the round, from 1. Incremented if staging has moved since the last commit was made.</summary>
    public int Round { get; init; } = 1;

    /// <summary>The granted packages.</summary>
    public IReadOnlyList<RequestedPackage> Packages { get; init; } = [];
}

/// <summary>Result of the installation.</summary>
public sealed record InstallResult
{
    /// <summary>Commit to merge; empty if staging already has the packages, or if they can't be installed.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Reason for the agent why the packages can't be installed; empty if they can.</summary>
    public string Problem { get; init; } = "";
}

/// <summary>Request to conclude a request. If staging has the packages, the work so far is committed and all agents are
/// notified.</summary>
public sealed record ConcludeRequestInput
{
    public required TaskInput Task { get; init; }
    public required PreparedTask Prepared { get; init; }
    public required int Attempt { get; init; }

    /// <inheritdoc cref="JudgeRequestInput.Start"/>
    public required int Start { get; init; }

    /// <summary>Reason why staging does not have the packages; empty if it does.</summary>
    public string Problem { get; init; } = "";

    /// <summary>Result of the task's parts, or null if packages were installed.</summary>
    public string? Parts { get; init; }

    /// <inheritdoc cref="InstallInput.Packages"/>
    public IReadOnlyList<RequestedPackage> Packages { get; init; } = [];
}

/// <summary>Request to turn the parts proposed by an agent into tasks of its run.</summary>
/// <param name="Task">The task to divide.</param>
/// <param name="Start">Number of the requesting agent run.</param>
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
    /// <summary>Hash of the plan with the parts, which is stored beside the approved plan.</summary>
    public required string PlanHash { get; init; }

    /// <summary>Parts into which the task is divided.</summary>
    public IReadOnlyList<TaskOutline> Tasks { get; init; } = [];
}

/// <summary>Data for continuing a task after its request.</summary>
public sealed record RequestConclusion
{
    /// <summary>Commit with the task's work so far. Empty to leave the worktree as it is, without merging staging into it.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Text for the agent.</summary>
    public string Text { get; init; } = "";

    /// <summary>Short text of the request's result for the record.</summary>
    public string Note { get; init; } = "";
}
