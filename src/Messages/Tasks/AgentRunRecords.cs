using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messages;

/// <summary>One call of an agent, which starts an agent run or attaches to a running one.</summary>
public abstract record AgentCallInput
{
    /// <summary>Number of the attempt, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>Number of the agent run, which also names its folder. The same number never starts a second process, and is never paid for
    /// twice.</summary>
    public required int Start { get; init; }

    /// <summary>Conversation to continue; empty for a new one.</summary>
    public string Session { get; init; } = "";

    /// <summary>File with the problems of the last attempt, relative to the repository; empty for the first attempt.</summary>
    public string ProblemsFile { get; init; } = "";

    /// <summary>A user's guidance for this agent run.</summary>
    public string Guidance { get; init; } = "";

    /// <summary>True to start nothing. An agent left by an earlier call is stopped, or its outcome is returned if it has ended.</summary>
    public bool Stop { get; init; }

    /// <summary>True to wait while the agent is held. The call starts nothing and returns when the hold is released
    /// (<see cref="FailureClass.Held"/>).</summary>
    public bool AwaitRelease { get; init; }
}

/// <summary>Calls the agent of a task, which works in the task's worktree.</summary>
public sealed record RunAgentInput : AgentCallInput
{
    public required TaskInput Task { get; init; }
    public required PreparedTask Prepared { get; init; }

    /// <summary>Replacement for the task's own agent, or null to use the task's own agent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Agent { get; init; }

    /// <summary>Number of times the task's work was rejected before this attempt, not counting conflicts with other tasks.</summary>
    public int Failures { get; init; }

    /// <summary>Result of the agent's request; empty without a request.</summary>
    public string Answer { get; init; } = "";
}

/// <summary>Calls a read-only agent, which only answers: a planner or a reviewer.</summary>
public sealed record AskAgentInput : AgentCallInput
{
    public required AgentQuestion Question { get; init; }

    /// <summary>True if the host announces the agent to the workflow before starting it, as in <see cref="RunRules.IsShared"/>. False in
    /// requests by an earlier version of the program.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsAnnounced { get; init; }
}

/// <summary>Request to validate and store an answer.</summary>
/// <param name="Question">The question.</param>
/// <param name="Start">Number of the answering agent run.</param>
/// <param name="AnswerHash"><see cref="AgentRunResult.SaidHash"/> of that agent run; empty if it gave no answer.</param>
public sealed record JudgeAnswerInput(AgentQuestion Question, int Start, string AnswerHash);

/// <summary>Question to a read-only agent, which requests exactly one of a plan, a review, or an answer for another agent.</summary>
public sealed record AgentQuestion
{
    [Identifier]
    public required string RunId { get; init; }
    public required RepositoryReference Repository { get; init; }

    /// <summary>Hash of the run's plan; empty before the run has a plan.</summary>
    public string PlanHash { get; init; } = "";

    /// <summary>Request for a plan, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PlanningQuestion? Planning { get; init; }

    /// <summary>Request to review a part of a change, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReviewQuestion? Review { get; init; }

    /// <summary>Request to answer the agent of a task, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TaskQuestion? Task { get; init; }
}

/// <summary>Request for a plan.</summary>
/// <param name="Replan">Number of the replanning in this run, from 1; 0 for the first plan.</param>
/// <param name="PlanningHash">As <see cref="PlanningPreparation.PlanningHash"/>.</param>
public sealed record PlanningQuestion([property: Range(0, int.MaxValue)] int Replan, string PlanningHash);

/// <summary>Request to review one part of a change.</summary>
/// <param name="Round">Round of the review.</param>
/// <param name="Part">Number of the part, from 1.</param>
/// <param name="SaidHash">As <see cref="ReviewPreparation.SaidHash"/>.</param>
public sealed record ReviewQuestion(ReviewRound Round, [property: Range(1, int.MaxValue)] int Part, string SaidHash);

/// <summary>Request to answer the agent of a task.</summary>
/// <param name="Task">The task.</param>
/// <param name="Start">Number of the asking agent run.</param>
/// <param name="SaidHash"><see cref="AgentRunResult.SaidHash"/> of that agent run.</param>
public sealed record TaskQuestion(TaskInput Task, int Start, string SaidHash);

/// <summary>Result of validating an answer.</summary>
public sealed record AnswerJudgement
{
    /// <summary>Faults of the answer; empty if it is valid.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>File with all faults for the next attempt, relative to the repository.</summary>
    public string ProblemsFile { get; init; } = "";

    /// <summary>Description of the result for users. For a question of a task's agent, the answer; empty if a user has to
    /// answer.</summary>
    public string Message { get; init; } = "";

    /// <summary>SHA-256 of the accepted result: the plan, the tasks, or all questions and answers of a review so far.</summary>
    public string SaidHash { get; init; } = "";

    /// <summary>For a question of a task's agent: reason why a user has to answer; empty otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LeftToPerson { get; init; }

    /// <summary>For a question of a task's agent: the planner's model, or its agent if the model is unknown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? By { get; init; }

    /// <summary>For a question of a task's agent: file with question and answer, relative to the repository.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? File { get; init; }
}

/// <summary>Result of a single agent run.</summary>
public sealed record AgentRunResult
{
    /// <summary>Class of the failure, or <see cref="FailureClass.None"/>.</summary>
    public required FailureClass FailureClass { get; init; }

    /// <summary>The agent's claim, or the error.</summary>
    public string Message { get; init; } = "";
    public bool ClaimedDone { get; init; }

    /// <summary>Sentence with the error of an agent program that failed but left work; empty otherwise. The work is verified, and is
    /// returned to the agent unless the agent reported completion.</summary>
    public string EndedWith { get; init; } = "";

    /// <summary>True if the agent was stopped before its process started, so the run does not count.</summary>
    public bool NeverBegun { get; init; }

    /// <summary>True if the host refused to start the agent for a reason that is unlikely to pass. Final after a few
    /// repetitions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsRefused { get; init; }

    /// <summary>True if the agent was started on the run's previous host, so only its shared data is available here.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LeftElsewhere { get; init; }

    /// <summary>True if part of the agent's work can't leave its host, because it may be a secret or is too large.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasUnshared { get; init; }
    public string Session { get; init; } = "";
    public decimal Cost { get; init; }
    public long Tokens { get; init; }
    public int Turns { get; init; }

    /// <summary>Time at which a usage limit resets, or the account is probed, equal for all tasks that wait for it; null if
    /// unknown.</summary>
    public DateTimeOffset? ResetAt { get; init; }

    /// <summary>Time at which the task retries, at or after <see cref="ResetAt"/>, staggered between tasks; null to let the task
    /// decide.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>The used-up budget, or null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BudgetStatus? Budget { get; init; }

    /// <summary>Signature of the failure without task-specific parts. Empty without a failure, or if the task itself may be the
    /// cause.</summary>
    public string Signature { get; init; } = "";

    /// <summary>Folder of the agent run, relative to the repository.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Changes during the agent run to things that all tasks and the user share.</summary>
    public IReadOnlyList<TaskNotice> Notices { get; init; } = [];

    /// <summary>SHA-256 of the agent's final output, a claim or an answer. Later steps use only this output; empty if the agent left
    /// none.</summary>
    public string SaidHash { get; init; } = "";

    /// <summary>Agents required by the task that its agent has called, or null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Called { get; init; }
}
