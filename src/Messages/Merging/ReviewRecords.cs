using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messages;

/// <summary>The review of a run as one of its tasks: people see, pause, retry and skip it like any other.</summary>
public static class ReviewTask
{
    /// <summary>The id of the review as a task: no task of a plan begins with a dot.</summary>
    public const string Id = ".review";

    /// <summary>The review's outline for scheduling.</summary>
    public static TaskOutline Of(ReviewRule rule) =>
        new()
        {
            Id = Id,
            Title = rule.Picks ? "Which of equal results is the best" : "Review of the whole change",
            Account = rule.Agent,
            Timeout = rule.Timeout,
        };
}

/// <summary>The rule by which a run is reviewed before it lands.</summary>
public sealed record ReviewRule
{
    /// <summary>The reviewer: tasks of the same agent share its account.</summary>
    public required string Agent { get; init; }

    /// <summary>Rounds before a person decides.</summary>
    [Range(1, 100)]
    public int MaxRounds { get; init; } = 3;

    /// <summary>Limit of one answer.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>The reviewer is asked only which result of a task is the best, where evidence does not decide.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Picks { get; init; }
}

/// <summary>Asks for results of tasks with the same text between which evidence does not decide.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Repository">The repository.</param>
/// <param name="PlanHash">The run's plan.</param>
/// <param name="BaseCommit">The commit that all began from.</param>
/// <param name="Results">The tasks that have ended well.</param>
public sealed record FindTiesInput(
    [property: Identifier] string RunId,
    RepositoryReference Repository,
    string PlanHash,
    string BaseCommit,
    IReadOnlyList<TaskProgress> Results
);

/// <summary>Results between which evidence does not decide.</summary>
/// <param name="Count">How many questions that are.</param>
public sealed record TiesFound(int Count)
{
    /// <summary>SHA-256 of the stored plan with the questions.</summary>
    public string PlanHash { get; init; } = "";

    /// <summary>The questions that the reviewer can't answer, and why, each a clause.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>One round of a review.</summary>
public sealed record ReviewRound
{
    /// <summary>From 1.</summary>
    public required int Number { get; init; }

    /// <summary>The run's base commit.</summary>
    public required string Base { get; init; }

    /// <summary>Tip of the previous round; empty: the whole change is reviewed.</summary>
    public string Since { get; init; } = "";

    /// <summary>The reviewed commit of staging.</summary>
    public required string Tip { get; init; }

    /// <summary>Tasks that a person has skipped or cancelled: the findings that they were made for are overruled.</summary>
    public IReadOnlyList<string> Overruled { get; init; } = [];
}

/// <summary>Result of a review round.</summary>
public static class ReviewVerdicts
{
    /// <summary>There is no answer yet.</summary>
    public const string Asked = "asked";

    /// <summary>Nothing prevents landing.</summary>
    public const string Accepted = "accepted";

    /// <summary>Findings have become tasks of the run.</summary>
    public const string Findings = "findings";

    /// <summary>Findings are open, and a person decides.</summary>
    public const string Escalated = "escalated";

    /// <summary>There was no change to review.</summary>
    public const string Empty = "nothing-changed";

    /// <summary>A person has decided that the run lands without acceptance.</summary>
    public const string Overruled = "overruled";
}

/// <summary>Asks for a round to be prepared: the change is stored in the run's folder, in parts.</summary>
public sealed record BeginReviewInput(string RunId, RepositoryReference Repository, string PlanHash, ReviewRound Round)
{
    /// <summary>From an earlier execution of the round; empty: there is none.</summary>
    /// <inheritdoc cref="ReviewBegun.SaidHash"/>
    public string SaidHash { get; init; } = "";
}

/// <summary>A prepared round.</summary>
public sealed record ReviewBegun
{
    /// <summary>Why it can't be reviewed, a sentence; empty where it can.</summary>
    public string Fault { get; init; } = "";

    /// <summary>Number of questions for the reviewer; 0: there is no change to review.</summary>
    public int Parts { get; init; }

    /// <summary>Parts with an answer, from 1.</summary>
    public IReadOnlyList<int> Answered { get; init; } = [];

    /// <summary>Number of the last agent run of a reviewer in this run.</summary>
    public int LastStart { get; init; }

    /// <summary>SHA-256 of the round so far: a list of its questions and of its accepted answers, with the hash of each. Later steps use no
    /// others.</summary>
    public string SaidHash { get; init; } = "";
}

/// <summary>Asks for the result of a round, all parts of which have answers.</summary>
public sealed record ConcludeReviewInput(string RunId, RepositoryReference Repository, string PlanHash, ReviewRound Round)
{
    /// <inheritdoc cref="ReviewBegun.SaidHash"/>
    public string SaidHash { get; init; } = "";

    /// <summary>Findings become tasks only where fewer than so many stand: with more a person decides. Null: no limit.</summary>
    public int? TasksBelow { get; init; }
}

/// <summary>Result of a round. The run decides whether findings become tasks.</summary>
public sealed record ReviewConclusion
{
    /// <summary>Open findings that prevent landing, including earlier ones.</summary>
    public int Standing { get; init; }

    /// <summary>Number of remarks that prevent nothing.</summary>
    public int Remarks { get; init; }

    /// <summary>Something was reviewed.</summary>
    public bool WasRead { get; init; }

    /// <summary>Findings of earlier rounds that a person has overruled.</summary>
    public IReadOnlyList<string> Overruled { get; init; } = [];

    /// <summary>Agent and model.</summary>
    public string Reviewer { get; init; } = "";

    /// <summary>The findings in short, for people.</summary>
    public string Message { get; init; } = "";

    /// <summary>All of them, in a file relative to the repository.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>SHA-256 of the stored plan with tasks for the new findings; the unchanged plan where there are none.</summary>
    public string PlanHash { get; init; } = "";

    /// <summary>The tasks that the findings have become, the last ones of that plan.</summary>
    public IReadOnlyList<TaskOutline> Tasks { get; init; } = [];
}

/// <summary>Asks for the reviewer's worktree to be removed.</summary>
public sealed record EndReviewInput(string RunId, RepositoryReference Repository, string PlanHash);
