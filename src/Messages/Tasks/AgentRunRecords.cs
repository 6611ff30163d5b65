using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messages;

/// <summary>One call of an agent: starts one agent run, or attaches to it.</summary>
public abstract record AgentCallInput
{
    /// <summary>The agent's attempt, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>Number of the agent run: names its folder. The same number never starts a second process, and is never paid for
    /// twice.</summary>
    public required int Start { get; init; }

    /// <summary>Conversation to continue; empty: a new one.</summary>
    public string Session { get; init; } = "";

    /// <summary>File with the problems of the last attempt, relative to the repository; empty in the first.</summary>
    public string ProblemsFile { get; init; } = "";

    /// <summary>A person's guidance for this agent run.</summary>
    public string Guidance { get; init; } = "";

    /// <summary>Nothing is started: an agent left by an earlier call is stopped, or its outcome returned if it has ended.</summary>
    public bool Stop { get; init; }

    /// <summary>True if the agent was held: this call starts nothing and ends with the hold (<see cref="FailureClass.Held"/>).</summary>
    public bool AwaitRelease { get; init; }
}

/// <summary>Calls the agent of a task, which works in the task's worktree.</summary>
public sealed record RunAgentInput : AgentCallInput
{
    public required TaskInput Task { get; init; }
    public required PreparedTask Prepared { get; init; }

    /// <summary>The agent, where it is another one than the task's own; null: its own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Agent { get; init; }

    /// <summary>The number of rejections of the task's work before this attempt; conflicts with others' work do not count.</summary>
    public int Failures { get; init; }

    /// <summary>Result of the agent's request; empty: there was none.</summary>
    public string Answer { get; init; } = "";
}

/// <summary>Calls an agent that only reads and answers: a planner or a reviewer.</summary>
public sealed record AskAgentInput : AgentCallInput
{
    public required AgentQuestion Question { get; init; }

    /// <summary>The machine tells the workflow before it begins the agent, as in <see cref="RunRules.IsShared"/>. False where an earlier
    /// version of the program asks.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsAnnounced { get; init; }
}

/// <summary>Asks for an answer to be validated and stored.</summary>
/// <param name="Question">What was asked.</param>
/// <param name="Start">Number of the agent run that answered.</param>
/// <param name="AnswerHash"><see cref="AgentRunResult.SaidHash"/> of that agent run; empty: it gave no answer.</param>
public sealed record JudgeAnswerInput(AgentQuestion Question, int Start, string AnswerHash);

/// <summary>The question to an agent that only reads and answers: exactly one of a plan, a review and an answer for another
/// agent.</summary>
public sealed record AgentQuestion
{
    [Identifier]
    public required string RunId { get; init; }
    public required RepositoryReference Repository { get; init; }

    /// <summary>The run's plan; empty where there is none yet.</summary>
    public string PlanHash { get; init; } = "";

    /// <summary>A plan is asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PlanningQuestion? Planning { get; init; }

    /// <summary>A review of a part of a change is asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReviewQuestion? Review { get; init; }

    /// <summary>An answer for the agent of a task is asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TaskQuestion? Task { get; init; }
}

/// <summary>A plan is asked for.</summary>
/// <param name="Replan">Number of the other plan in this run, from 1; 0: the first plan.</param>
/// <param name="PlanningHash">As <see cref="PlanningBegun.PlanningHash"/>.</param>
public sealed record PlanningQuestion([property: Range(0, int.MaxValue)] int Replan, string PlanningHash);

/// <summary>A review of one part of a change is asked for.</summary>
/// <param name="Round">The round of the review.</param>
/// <param name="Part">Which part, from 1.</param>
/// <param name="SaidHash">As <see cref="ReviewBegun.SaidHash"/>.</param>
public sealed record ReviewQuestion(ReviewRound Round, [property: Range(1, int.MaxValue)] int Part, string SaidHash);

/// <summary>An answer for the agent of a task is asked for.</summary>
/// <param name="Task">The task.</param>
/// <param name="Start">Number of the agent run that asks.</param>
/// <param name="SaidHash"><see cref="AgentRunResult.SaidHash"/> of that agent run.</param>
public sealed record TaskQuestion(TaskInput Task, int Start, string SaidHash);

/// <summary>Result of validating an answer.</summary>
public sealed record AnswerJudgement
{
    /// <summary>Faults; empty when it is valid.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>All faults in a file relative to the repository, for the next attempt.</summary>
    public string ProblemsFile { get; init; } = "";

    /// <summary>Description of the result, for people; to a question of a task's agent, the answer. Empty: a person has to
    /// answer.</summary>
    public string Message { get; init; } = "";

    /// <summary>SHA-256 of what was accepted: the plan or the tasks; of a review all its questions and answers by now.</summary>
    public string SaidHash { get; init; } = "";

    /// <summary>To a question of a task's agent: why a person has to answer; else empty.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LeftToPerson { get; init; }

    /// <summary>To a question of a task's agent: the planner's model, or the agent if its model is unknown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? By { get; init; }

    /// <summary>To a question of a task's agent: file with question and answer, relative to the repository.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? File { get; init; }
}

/// <summary>Result of one agent run.</summary>
public sealed record AgentRunResult
{
    /// <summary>The reason why it did not end well, or none.</summary>
    public required FailureClass FailureClass { get; init; }

    /// <summary>The agent's claim, or what went wrong.</summary>
    public string Message { get; init; } = "";
    public bool ClaimedDone { get; init; }

    /// <summary>The error, in a sentence, of an agent whose program ended with one but left work, which is verified all the same, and goes
    /// back to the agent unless that said that it is done. Else empty.</summary>
    public string EndedWith { get; init; } = "";

    /// <summary>Stopped before its process was started, so it does not count.</summary>
    public bool NeverBegun { get; init; }

    /// <summary>True if the machine refused to start it, for a reason that hardly passes by itself: repeated a few times, it is
    /// final.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsRefused { get; init; }

    /// <summary>True where it was begun on another machine, which the run was moved from: only what was shared of it is here.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LeftElsewhere { get; init; }

    /// <summary>Not all that it has made may leave its host: what looks like a secret, or is too large.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasUnshared { get; init; }
    public string Session { get; init; } = "";
    public decimal Cost { get; init; }
    public long Tokens { get; init; }
    public int Turns { get; init; }

    /// <summary>When a usage limit ends, or its account is tried again: the same for all that wait for it; null where unknown.</summary>
    public DateTimeOffset? ResetAt { get; init; }

    /// <summary>When its task is to ask again, at or after <see cref="ResetAt"/>: one after the other; null: the task decides.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>The budget that is used up; null: none is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BudgetStatus? Budget { get; init; }

    /// <summary>Signature of the failure, without task-specific parts; empty where it did not fail, or where the task itself may be the
    /// reason.</summary>
    public string Signature { get; init; } = "";

    /// <summary>Folder of the agent run, relative to the repository.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Changes meanwhile in what all tasks and the user share.</summary>
    public IReadOnlyList<TaskNotice> Notices { get; init; } = [];

    /// <summary>SHA-256 of what the agent has left for later steps, its claim or its answer, when it ended. These steps use nothing else;
    /// empty: it left nothing.</summary>
    public string SaidHash { get; init; } = "";

    /// <summary>The agents that the task requires and its agent has called; null: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Called { get; init; }
}
