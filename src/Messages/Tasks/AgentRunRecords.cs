using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messages;

/// <summary>Request to run an agent. The activity starts the agent, or monitors it if it is already running.</summary>
public abstract record AgentCallInput
{
    /// <summary>Number of the attempt, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>
    /// Number of the agent run, which is also in the name of the agent run's folder. Repeating a request with the same number neither
    /// starts a second process nor pays twice.
    /// </summary>
    public required int Start { get; init; }

    /// <summary>Id of the conversation to resume; empty to start a new one.</summary>
    public string Session { get; init; } = "";

    /// <summary>
    /// Path, relative to the repository, of the file that lists the previous attempt's problems; empty for the first attempt.
    /// </summary>
    public string ProblemsFile { get; init; } = "";

    /// <summary>A user's guidance for this agent run.</summary>
    public string Guidance { get; init; } = "";

    /// <summary>
    /// True to stop the agent instead of starting one. The activity stops an agent that an earlier call left running, or returns the
    /// outcome of an agent that has ended.
    /// </summary>
    public bool Stop { get; init; }

    /// <summary>
    /// True to wait, without starting the agent, until no hold prevents its start. The activity then returns
    /// <see cref="FailureClass.Held"/>.
    /// </summary>
    public bool AwaitRelease { get; init; }
}

/// <summary>Request to run the agent of a task in the task's worktree.</summary>
public sealed record RunAgentInput : AgentCallInput
{
    public required TaskWorkflowInput Task { get; init; }
    public required PreparedTask Prepared { get; init; }

    /// <summary>Name of the agent that replaces the task's own agent, or null for the task's own agent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Agent { get; init; }

    /// <summary>Number of times the task's work was rejected before this attempt, not counting conflicts with other tasks.</summary>
    public int Failures { get; init; }

    /// <summary>Answer to the agent's last request; empty if the agent made none.</summary>
    public string Answer { get; init; } = "";

    /// <summary>
    /// Last report of the task, if the activity also verifies the agent's work. Null if the workflow starts another activity to verify the
    /// work.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TaskReport? Report { get; init; }

    /// <summary>True if, given the result of the agent run, the same activity also verifies the agent's work.</summary>
    public bool Verifies(AgentRunResult result) => Report is not null && result.FailureClass == FailureClass.None;

    /// <summary>
    /// Returns the task's next report, which states that the task's work is now being verified. Used by an activity that runs the agent and
    /// also verifies the work.
    /// </summary>
    /// <param name="result">Result of the agent run.</param>
    /// <param name="now">The current time.</param>
    public TaskReport ToReport(AgentRunResult result, DateTimeOffset now)
    {
        var report = Report!.After(result);
        return report with { Sequence = report.Sequence + 1, Progress = report.Progress.MovedTo(TaskStateNames.Verifying, null, now) };
    }

    /// <summary>
    /// Returns the request to verify the agent's work. Used by an activity that runs the agent and also verifies the work.
    /// </summary>
    /// <param name="result">Result of the agent run.</param>
    public VerifyTaskInput ToVerify(AgentRunResult result) =>
        VerifyTaskInput.Of(Task, Prepared, Start, result, Report!.After(result).Progress);
}

/// <summary>Request to run a read-only agent (a planner or a reviewer), which only answers a question.</summary>
public sealed record AskAgentInput : AgentCallInput
{
    public required AgentQuestion Question { get; init; }

    /// <summary>
    /// True if the host announces the agent to the workflow before starting it, as in runs with <see cref="RunWorkflowSettings.IsShared"/>.
    /// False in requests from earlier versions of orchestrate.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsAnnounced { get; init; }
}

/// <summary>Request to validate and store a read-only agent's answer.</summary>
/// <param name="Question">Question that was answered.</param>
/// <param name="Start">Number of the agent run that answered.</param>
/// <param name="AnswerHash"><see cref="AgentRunResult.SaidHash"/> of that agent run; empty if the agent gave no answer.</param>
public sealed record ValidateAgentAnswerInput(AgentQuestion Question, int Start, string AnswerHash);

/// <summary>
/// Question to a read-only agent. Exactly one of <see cref="Planning"/>, <see cref="Review"/> and <see cref="Task"/> is set.
/// </summary>
public sealed record AgentQuestion
{
    [ValidTemporalIdentifier]
    public required string RunId { get; init; }
    public required RepositoryReference Repository { get; init; }

    /// <summary>SHA-256 of the run's plan; empty before the run has a plan.</summary>
    public string PlanHash { get; init; } = "";

    /// <summary>Question that asks for a plan, or null for other questions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PlanningQuestion? Planning { get; init; }

    /// <summary>Question that asks for a review of one part of a change, or null for other questions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReviewQuestion? Review { get; init; }

    /// <summary>Question from a task's agent that the planner should answer, or null for other questions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TaskQuestion? Task { get; init; }
}

/// <summary>Question to a planner that asks for a plan.</summary>
/// <param name="Replan">Number of the replanning within the run, from 1; 0 for the first plan.</param>
/// <param name="PlanningHash">Value of <see cref="PlanningPreparationResult.PlanningHash"/>.</param>
public sealed record PlanningQuestion([property: Range(0, int.MaxValue)] int Replan, string PlanningHash);

/// <summary>Question to a reviewer about one part of a change.</summary>
/// <param name="Round">Round that the part belongs to.</param>
/// <param name="Part">Number of the part, from 1.</param>
/// <param name="SaidHash">Value of <see cref="ReviewPreparationResult.SaidHash"/>.</param>
public sealed record ReviewQuestion(ReviewRound Round, [property: Range(1, int.MaxValue)] int Part, string SaidHash);

/// <summary>Question to the planner on behalf of a task's agent.</summary>
/// <param name="Task">Task whose agent asks.</param>
/// <param name="Start">Number of the agent run that asked.</param>
/// <param name="SaidHash"><see cref="AgentRunResult.SaidHash"/> of that agent run.</param>
public sealed record TaskQuestion(TaskWorkflowInput Task, int Start, string SaidHash);

/// <summary>Result of validating a read-only agent's answer.</summary>
public sealed record AgentAnswerValidationResult
{
    /// <summary>Problems with the answer; empty if the answer is valid.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Path, relative to the repository, of the file that lists all problems with the answer for the next attempt.</summary>
    public string ProblemsFile { get; init; } = "";

    /// <summary>
    /// Outcome as text for users. For a question from a task's agent, this is the answer, or empty if a user has to answer.
    /// </summary>
    public string Message { get; init; } = "";

    /// <summary>SHA-256 of the accepted output: the plan, the tasks, or a review's questions and answers so far.</summary>
    public string SaidHash { get; init; } = "";

    /// <summary>
    /// Reason why a user has to answer the question from a task's agent. Empty if the planner answered it; null for other questions.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LeftToPerson { get; init; }

    /// <summary>
    /// Name of the planner's model, or of the planner's agent if the model is unknown. Set only for a question from a task's agent.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? By { get; init; }

    /// <summary>
    /// Path, relative to the repository, of the file with the question and the answer. Set only for a question from a task's agent.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? File { get; init; }
}

/// <summary>Result of a single agent run.</summary>
public sealed record AgentRunResult
{
    /// <summary>Class of the failure, or <see cref="FailureClass.None"/> if the agent succeeded.</summary>
    public required FailureClass FailureClass { get; init; }

    /// <summary>The agent's claim about its work, or the error message of a failed agent run.</summary>
    public string Message { get; init; } = "";
    public bool ClaimedDone { get; init; }

    /// <summary>
    /// Sentence that describes the failure of an agent program that had already changed files; otherwise empty. The work is verified
    /// anyway, but returned to the agent unless the agent had reported completion and a gate passed.
    /// </summary>
    public string EndedWith { get; init; } = "";

    /// <summary>True if the agent was stopped before its process started, so that the agent run does not count.</summary>
    public bool NeverBegun { get; init; }

    /// <summary>
    /// True if the agent's program was never executed although the orchestrator had begun to start it. The agent run is not counted, but
    /// its number is not used again.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool NeverRan { get; init; }

    /// <summary>
    /// True if the host refused to start the agent for a reason that is unlikely to go away. After a few refusals the task fails.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsRefused { get; init; }

    /// <summary>True if a full disk ended the agent run, and the disk has space again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasSpaceAgain { get; init; }

    /// <summary>
    /// True if the agent was started on the run's previous host, so only the data that the previous host shared is available on this host.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LeftElsewhere { get; init; }

    /// <summary>
    /// True if part of the agent's work can't be copied to other hosts, because that part may be a secret or is too large.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasUnshared { get; init; }
    public string Session { get; init; } = "";
    public decimal Cost { get; init; }
    public long Tokens { get; init; }
    public int Turns { get; init; }

    /// <summary>
    /// Time at which a usage limit resets or the account is probed, or null if unknown. All tasks that are waiting for the same event have
    /// the same time.
    /// </summary>
    public DateTimeOffset? ResetAt { get; init; }

    /// <summary>
    /// Time at which the task should retry, at or after <see cref="ResetAt"/> and staggered between tasks. Null if the task chooses the
    /// time itself.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>Budget that is used up, or null if none is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BudgetStatus? Budget { get; init; }

    /// <summary>
    /// Text that identifies the kind of failure, without parts that differ between tasks. Empty if there is no failure, or if the task
    /// itself may be the cause.
    /// </summary>
    public string Signature { get; init; } = "";

    /// <summary>Folder of the agent run, relative to the repository.</summary>
    public string Folder { get; init; } = "";

    /// <summary>
    /// Notices about events that do not affect the task itself, such as a change to files that all tasks and the user share.
    /// </summary>
    public IReadOnlyList<TaskNotice> Notices { get; init; } = [];

    /// <summary>
    /// SHA-256 of the agent's final output, which is its claim or answer. Empty if there is no output. Later activities use only the output
    /// with this hash.
    /// </summary>
    public string SaidHash { get; init; } = "";

    /// <summary>Names of required subagents that the task's agent has called, or null if it called none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Called { get; init; }

    /// <summary>Result of verifying the work, or null if the workflow must start another activity to verify it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public VerifyResult? Verified { get; init; }
}
