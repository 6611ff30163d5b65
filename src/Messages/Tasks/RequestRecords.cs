namespace Orchestrator.Messages;

/// <summary>Possible next steps after an agent has made a request.</summary>
public static class AgentRequestNextStepKinds
{
    /// <summary>A user has to answer the request.</summary>
    public const string Person = "person";

    /// <summary>The planner is asked first, and a user only if necessary.</summary>
    public const string Planner = "planner";

    /// <summary>The agent continues with the answer in <see cref="AgentRequestEvaluationResult.Text"/>.</summary>
    public const string Answer = "answer";

    /// <summary>An approver has to decide first. <see cref="AgentRequestEvaluationResult.Text"/> describes the decision to be
    /// made.</summary>
    public const string Ask = "ask";

    /// <summary>The approved packages are installed in a commit on top of the staging branch.</summary>
    public const string Install = "install";

    /// <summary>
    /// The smaller tasks into which the agent wants to divide its task become tasks of the run. The divided task continues when all of them
    /// have ended.
    /// </summary>
    public const string Split = "split";
}

/// <summary>
/// Possible subjects of the approval for which a task in the state <see cref="TaskStateNames.AwaitingApproval"/> is waiting.
/// </summary>
public static class ApprovalKinds
{
    /// <summary>Packages that the agent needs.</summary>
    public const string Dependency = "dependency";

    /// <summary>Write access to files that other tasks own.</summary>
    public const string File = "file";

    /// <summary>Division of the task into smaller tasks.</summary>
    public const string Split = "split";

    /// <summary>Answer to a question from the task's agent. The planner answers it unless a user answers first.</summary>
    public const string Question = "question";
}

/// <summary>An approver's decision on an agent's request, or the expiry of the time limit for that decision.</summary>
/// <param name="Why"><see cref="ApprovedByUserReason"/>, <see cref="ApprovalDeniedByUserReason"/> or
/// <see cref="ApprovalTimedOutReason"/>.</param>
public sealed record AgentRequestApprovalDecision(Reason Why)
{
    /// <summary>True if the request was approved.</summary>
    [JsonIgnore]
    public bool Accepted => Why is ApprovedByUserReason;
}

/// <summary>Request to evaluate a request or question from a task's agent.</summary>
public sealed record EvaluateAgentRequestInput
{
    public required TaskWorkflowInput Task { get; init; }

    /// <summary>Number of the agent run that made the request to be evaluated.</summary>
    public required int Start { get; init; }

    /// <summary>An approver's decision on the request, or null if no approval has been requested yet.</summary>
    public AgentRequestApprovalDecision? Decision { get; init; }

    /// <summary>The requested packages as they were shown to the approver.</summary>
    public IReadOnlyList<RequestedPackage> Packages { get; init; } = [];

    /// <summary>Number of the task's questions that the planner answered before this request.</summary>
    public int Answered { get; init; }

    /// <inheritdoc cref="AgentRunResult.SaidHash"/>
    public string SaidHash { get; init; } = "";
}

/// <summary>A package that a task's agent requested, as resolved and shown to the approver.</summary>
/// <param name="Ecosystem">Ecosystem, such as <c>pypi</c>.</param>
/// <param name="Manifest">Manifest for the package, relative to the repository.</param>
/// <param name="Name">Name of the package.</param>
/// <param name="Version">Required version or version range; empty for any version.</param>
public sealed record RequestedPackage(string Ecosystem, string Manifest, string Name, string Version)
{
    /// <summary>Requested optional features (extras) of the package.</summary>
    public IReadOnlyList<string> Extras { get; init; } = [];

    /// <summary>True if the package is only a development dependency.</summary>
    public bool IsForDevelopment { get; init; }
}

/// <summary>Result of evaluating an agent's request.</summary>
public sealed record AgentRequestEvaluationResult
{
    /// <summary>Next step, which is one of <see cref="AgentRequestNextStepKinds"/>.</summary>
    public required string Step { get; init; }

    /// <summary>Text for the agent or the approver. If a user has to answer, this is a note that is shown with the question.</summary>
    public string Text { get; init; } = "";

    /// <summary>Subject of the required approval, which is one of <see cref="ApprovalKinds"/>; empty if no approval is required.</summary>
    public string Asks { get; init; } = "";

    /// <summary>
    /// Granted files, which the task may write from now on although they are outside its ownership. Includes files that were granted
    /// earlier.
    /// </summary>
    public IReadOnlyList<string> Lent { get; init; } = [];

    /// <summary>Packages that need an approval or were granted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RequestedPackage>? Packages { get; init; }

    /// <summary>Short text about the request and the decision, for the task's record; empty to record nothing.</summary>
    public string Note { get; init; } = "";
}

/// <summary>Request to install approved packages in a commit on top of the staging branch.</summary>
public sealed record InstallPackagesInput
{
    public required TaskWorkflowInput Task { get; init; }

    /// <inheritdoc cref="EvaluateAgentRequestInput.Start"/>
    public required int Start { get; init; }

    /// <summary>
    /// Number of the installation attempt, from 1. Incremented if the staging branch moved after the last installation commit was made.
    /// </summary>
    public int Round { get; init; } = 1;

    /// <summary>Approved packages.</summary>
    public IReadOnlyList<RequestedPackage> Packages { get; init; } = [];
}

/// <summary>Result of installing approved packages.</summary>
public sealed record PackageInstallationResult
{
    /// <summary>
    /// Commit that contains the installed packages and is to be merged. Empty if the staging branch already has the packages, or if the
    /// packages can't be installed.
    /// </summary>
    public string Commit { get; init; } = "";

    /// <summary>Reason why the packages can't be installed, as text for the agent; empty if they can be installed.</summary>
    public string Problem { get; init; } = "";
}

/// <summary>
/// Request to finish processing an agent's request. If the staging branch has the requested packages, the activity commits the task's
/// unfinished work and notifies all agents.
/// </summary>
public sealed record ConcludeAgentRequestInput
{
    public required TaskWorkflowInput Task { get; init; }
    public required PreparedTask Prepared { get; init; }
    public required int Attempt { get; init; }

    /// <inheritdoc cref="EvaluateAgentRequestInput.Start"/>
    public required int Start { get; init; }

    /// <summary>Reason why the staging branch does not have the requested packages; empty if it has them.</summary>
    public string Problem { get; init; } = "";

    /// <summary>Text about the results of the tasks into which the task was divided, or null if packages were installed.</summary>
    public string? Parts { get; init; }

    /// <inheritdoc cref="InstallPackagesInput.Packages"/>
    public IReadOnlyList<RequestedPackage> Packages { get; init; } = [];
}

/// <summary>Request to create tasks in the agent's run from the smaller tasks that the agent proposed.</summary>
/// <param name="Task">Task to divide.</param>
/// <param name="Start">Number of the agent run that made the proposal.</param>
public sealed record SplitTaskInput(
    [property: ValidTemporalIdentifier] string RunId,
    RepositoryReference Repository,
    string PlanHash,
    string Task,
    int Start
)
{
    /// <inheritdoc cref="AgentRunResult.SaidHash"/>
    public string SaidHash { get; init; } = "";
}

/// <summary>Result of dividing a task into smaller tasks.</summary>
public sealed record SplitConclusion
{
    /// <summary>SHA-256 of the extended plan, which includes the new tasks and is stored next to the approved plan.</summary>
    public required string PlanHash { get; init; }

    /// <summary>Outlines of the tasks into which the task is divided.</summary>
    public IReadOnlyList<TaskOutline> Tasks { get; init; } = [];
}

/// <summary>Result of completing an agent's request, with which the task continues.</summary>
public sealed record AgentRequestAnswer
{
    /// <summary>
    /// Commit with the task's work so far. If the value is empty, the worktree stays unchanged and the staging branch is not merged into
    /// the worktree.
    /// </summary>
    public string Commit { get; init; } = "";

    /// <summary>Text for the agent.</summary>
    public string Text { get; init; } = "";

    /// <summary>Short text about the outcome of the request, for the task's record.</summary>
    public string Note { get; init; } = "";
}
