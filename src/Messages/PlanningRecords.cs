namespace Orchestrator.Messages;

/// <summary>The planner as a task of its run: people see, pause and retry it like any other.</summary>
public static class PlannerTask
{
    /// <summary>Its id. A plan that a planner made may have no task of this name.</summary>
    public const string Id = "planner";
}

/// <summary>What a planner is asked for.</summary>
public sealed record PlanningOptions
{
    /// <summary>A plan, which is the usual thing.</summary>
    public const string Plan = "plan";

    /// <summary>Tasks for the backlog.</summary>
    public const string Tasks = "tasks";

    /// <summary>Subtasks of a task of the backlog.</summary>
    public const string Subtasks = "subtasks";

    /// <summary><see cref="Plan"/>, <see cref="Tasks"/> or <see cref="Subtasks"/>.</summary>
    [JsonPropertyName("makes")]
    public string Makes { get; set; } = Plan;

    /// <summary>The task that gets the subtasks.</summary>
    [JsonPropertyName("parent")]
    public string? Parent { get; init; }

    /// <summary>Look thoroughly at what there is first.</summary>
    [JsonPropertyName("research")]
    public bool Research { get; init; }

    /// <summary>Tag of a backlog that has tags; null: the one in use.</summary>
    [JsonPropertyName("tag")]
    public string? Tag { get; init; }

    /// <summary>What it makes goes into the backlog.</summary>
    [JsonIgnore]
    public bool IsForBacklog => Makes is Tasks or Subtasks;
}

/// <summary>Asks for everything that planning needs to be stored in the run's folder: the request, the planner's settings, its prompt, its
/// worktree.</summary>
public sealed record BeginPlanningInput(string RunId, RepositoryReference Repository, OrchestrationInput Input);

/// <summary>What the run needs to know of its planner.</summary>
public sealed record PlanningBegun
{
    /// <summary>Why nothing can be planned, each a whole message.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>First line of the request.</summary>
    public string Title { get; init; } = "";

    /// <summary>Name of the planner.</summary>
    public string Agent { get; init; } = "";

    /// <summary>Limit of one answer.</summary>
    public TimeSpan Timeout { get; init; }
    public RunRules Rules { get; init; } = new();
}

/// <summary>Asks the planner for one answer: begun, or taken up where it is.</summary>
public sealed record AskPlannerInput
{
    public required string RunId { get; init; }
    public required RepositoryReference Repository { get; init; }

    /// <summary>Turn of the planner, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>Number of the start: names its folder. The same number never asks twice.</summary>
    public required int Start { get; init; }

    /// <summary>Conversation to go on with; empty: a new one.</summary>
    public string Session { get; init; } = "";

    /// <summary>What was wrong with the last answer: a file relative to the repository; empty in the first attempt.</summary>
    public string ProblemsFile { get; init; } = "";

    /// <summary>Words of a person for this start.</summary>
    public string Guidance { get; init; } = "";

    /// <summary>It is not to be begun: what an earlier call left at work is stopped, or its outcome taken where it has ended.</summary>
    public bool Stop { get; init; }

    /// <summary>It was held, and nothing is begun by this call: it ends when the hold does (<see cref="FailureClasses.Held"/>).</summary>
    public bool AwaitRelease { get; init; }

    /// <summary>Which other plan of the run it is asked for, from 1; 0: the first one.</summary>
    public int Replan { get; init; }
}

/// <summary>Asks for an answer to be read and checked like any plan.</summary>
public sealed record JudgeAnswerInput(string RunId, RepositoryReference Repository, int Start)
{
    /// <inheritdoc cref="AskPlannerInput.Replan"/>
    public int Replan { get; init; }
}

/// <summary>What became of an answer.</summary>
public sealed record AnswerJudgement
{
    /// <summary>What is wrong with it; empty when it is a plan.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>All of it in a file relative to the repository, for the next attempt.</summary>
    public string ProblemsFile { get; init; } = "";

    /// <summary>What it is, for people.</summary>
    public string Message { get; init; } = "";
}

/// <summary>Asks for the finished plan to be put where the run's start wanted it, and for the planner's worktree to be removed.</summary>
public sealed record EndPlanningInput(string RunId, RepositoryReference Repository, string? Output, bool Overwrite)
{
    /// <inheritdoc cref="AskPlannerInput.Replan"/>
    public int Replan { get; init; }
}
