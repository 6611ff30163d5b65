using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>Input of <c>TaskWorkflow</c>.</summary>
public sealed record TaskWorkflowInput
{
    [ValidTemporalIdentifier]
    public required string RunId { get; init; }
    public required RepositoryReference Repository { get; init; }
    public required string PlanHash { get; init; }
    public required TaskOutline Task { get; init; }
    public required RunWorkflowSettings Rules { get; init; }

    /// <summary>Branch with the run's verified work.</summary>
    public required string Staging { get; init; }

    /// <summary>Id of the staging commit at the task's start, according to the run; empty if unknown.</summary>
    public string StagingTip { get; init; } = "";

    /// <summary>
    /// Progress from earlier executions of the task's workflow, or null for the first execution. Not passed to activities.
    /// </summary>
    public TaskProgress? Known { get; init; }

    /// <summary>A user's guidance for the retried task.</summary>
    public string Guidance { get; init; } = "";

    /// <summary>Time after which the task starts no more agents, unless a user resumes it later. Null for no limit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Until { get; init; }

    /// <summary>True if the task must not reuse results of earlier runs.</summary>
    public bool Fresh { get; init; }
    public bool Paused { get; init; }

    /// <summary>
    /// True if the run resumes its tasks after an outage of their account or host. False if each task retries on its own.
    /// </summary>
    public bool RunWakes { get; init; }

    /// <inheritdoc cref="EndPlanningInput.Replan"/>
    public int Replan { get; init; }

    /// <summary>Review round that a <c>ReviewWorkflow</c> executes, or null for other tasks.</summary>
    public ReviewRound? Review { get; init; }

    /// <summary>Id of the conversation that the first agent run resumes; empty to start a new one.</summary>
    public string Session
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Files outside the task's ownership that the task may write.</summary>
    public IReadOnlyList<string> Lent { get; init; } = [];

    /// <summary><see cref="PlanningPreparationResult.PlanningHash"/> of a planner's input; empty for other tasks.</summary>
    public string PlanningHash { get; init; } = "";

    /// <summary>True if the task sends its reports to the run through local activities. Not passed to activities.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SendsLocally { get; init; }

    /// <summary>
    /// True if the activity that runs the agent also verifies the agent's work. Not passed to activities.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool VerifiesAtOnce { get; init; }
}

/// <summary>Request to prepare a task's worktree and prompt.</summary>
public sealed record PrepareTaskInput
{
    public required TaskWorkflowInput Task { get; init; }
    public required int Attempt { get; init; }

    /// <summary>Base commit of the task's changes from an earlier preparation; empty for the first one.</summary>
    public string BaseCommit { get; init; } = "";

    /// <summary>
    /// Last verified commit of the task; empty before verification. Before the staging branch is merged into the worktree, the task's
    /// branch is reset to this commit.
    /// </summary>
    public string Commit { get; init; } = "";

    /// <summary>
    /// True to merge the current staging branch into the worktree, for example after a refused merge. Conflicts stay in the files for the
    /// agent to resolve.
    /// </summary>
    public bool WithStaging { get; init; }

    /// <summary>True to reuse an earlier result with the same content key, if one exists.</summary>
    public bool MayReuse { get; init; }
}

/// <summary>Result of preparing a task's worktree.</summary>
public sealed record PreparedTask
{
    /// <summary>Path of the worktree, relative to the repository.</summary>
    public required string Worktree { get; init; }

    /// <summary>Base commit of the task's changes.</summary>
    public required string BaseCommit { get; init; }

    /// <summary>
    /// Commit with an earlier run's result on top of the task's base commit (<see cref="BaseCommit"/>); empty if an agent has to do the
    /// work.
    /// </summary>
    public string ReusedCommit { get; init; } = "";

    /// <summary>Key under which the task's result is stored for reuse.</summary>
    public string ContentKey { get; init; } = "";

    /// <summary>Reason why the task can't be prepared now; empty if it is ready.</summary>
    public string Problem { get; init; } = "";

    /// <summary>Failure class of <see cref="Problem"/>.</summary>
    public FailureClass FailureClass { get; init; }
}

/// <summary>Request to check and commit a task's work and to run its gates.</summary>
public sealed record VerifyTaskInput
{
    public required TaskWorkflowInput Task { get; init; }
    public required PreparedTask Prepared { get; init; }
    public required int Attempt { get; init; }

    /// <summary>Number of the agent run that did the work; 0 for a reused result of an earlier run.</summary>
    public required int Start { get; init; }
    public bool ClaimedDone { get; init; }

    /// <inheritdoc cref="AgentRunResult.EndedWith"/>
    public string EndedWith { get; init; } = "";

    /// <inheritdoc cref="AgentRunResult.SaidHash"/>
    public string SaidHash { get; init; } = "";

    /// <inheritdoc cref="TaskProgress.Called"/>
    public IReadOnlyList<string> Called { get; init; } = [];

    /// <summary>
    /// True if a user made the changes. In that case, the user rather than the agent decides which side of a conflict is dropped.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ByUser { get; init; }

    /// <summary>Creates the request to verify a task's work.</summary>
    /// <param name="task">The task.</param>
    /// <param name="prepared">Prepared worktree of the task.</param>
    /// <param name="start">Number of the agent run that did the work; 0 for a reused result.</param>
    /// <param name="agentRun">Result of the agent run.</param>
    /// <param name="progress">Progress of the task after the agent run.</param>
    public static VerifyTaskInput Of(
        TaskWorkflowInput task,
        PreparedTask prepared,
        int start,
        AgentRunResult agentRun,
        TaskProgress progress
    ) =>
        new()
        {
            Task = task,
            Prepared = prepared,
            Attempt = progress.Attempt,
            Start = start,
            ClaimedDone = agentRun.ClaimedDone,
            EndedWith = agentRun.EndedWith,
            SaidHash = start == 0 ? "" : progress.SaidHash ?? "",
            Called = progress.Called ?? [],
        };
}

/// <summary>Result of verifying a task's work.</summary>
public sealed record VerifyResult
{
    /// <summary>Commit that was verified; empty if nothing could be committed.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Problems with the work, as sentences; empty if the task may be merged.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>
    /// Path, relative to the repository, of the file that describes the problems and their evidence to the agent and to users.
    /// </summary>
    public string ProblemsFile { get; init; } = "";

    /// <summary><see cref="FailureClass.Environment"/> if the host, rather than the work, caused the failure.</summary>
    public FailureClass FailureClass { get; init; }

    /// <summary>Verdict of the gates, or null if the work was rejected before the gates were run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GateSummary? Gates { get; init; }

    /// <summary>Measurements of the work, or null if the task has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TaskMeasurement>? Measurements { get; init; }

    /// <summary>
    /// Result of running the new and changed tests without the rest of the task's change. The tests should fail in that case. Null if there
    /// are no such tests, or if they were not run in that way.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NewTestsOnBaseProductResult? Red { get; init; }

    /// <summary>
    /// Description of changes to the gates' input that require an approval before the merge; empty if no approval is needed.
    /// </summary>
    public string NeedsPerson { get; init; } = "";

    /// <summary>
    /// Files and folders (with a trailing slash) that the agent added but that do not land: generated files and secrets. Null if there are
    /// none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? HeldBack { get; init; }

    /// <summary>
    /// Remarks that do not prevent the merge, each in one sentence, such as restored files, or an agent that ended without reporting
    /// completion.
    /// </summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>Request to release a task's worktree.</summary>
public sealed record ReleaseTaskInput(string RunId, RepositoryReference Repository, string PlanHash, string TaskId)
{
    /// <summary>
    /// Commit with the task's result, which is kept on the task's branch. Empty if the result is on the staging branch, or if there is
    /// none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string Result
    {
        get;
        init => field = value ?? "";
    } = "";
}
