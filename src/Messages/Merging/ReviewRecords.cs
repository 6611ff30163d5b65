using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messages;

/// <summary>The review of a run as one of its tasks. Users can see, pause, retry and skip it like any other task.</summary>
public static class ReviewTask
{
    /// <summary>Task id of the review. Task ids of a plan never start with a dot.</summary>
    public const string Id = ".review";

    /// <summary>Creates the review's outline for scheduling.</summary>
    public static TaskOutline Of(ReviewRule rule) =>
        new()
        {
            Id = Id,
            Title = rule.Picks ? "Which of equal results is the best" : "Review of the whole change",
            Account = rule.Agent,
            Timeout = rule.Timeout,
        };
}

/// <summary>Rule for reviewing a run before it lands.</summary>
public sealed record ReviewRule
{
    /// <summary>Agent of the reviewer. Tasks with the same agent share its account.</summary>
    public required string Agent { get; init; }

    /// <summary>Maximum number of rounds before a user decides.</summary>
    [Range(1, 100)]
    public int MaxRounds { get; init; } = 3;

    /// <summary>Time limit of a single answer.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>True if the reviewer only picks the best result of a task where the evidence is inconclusive.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Picks { get; init; }
}

/// <summary>Request to find results of tasks with the same text where the evidence is inconclusive.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Repository">The repository.</param>
/// <param name="PlanHash">The run's plan.</param>
/// <param name="BaseCommit">The common base commit of the tasks.</param>
/// <param name="Results">The tasks that have succeeded.</param>
public sealed record FindTiesInput(
    [property: Identifier] string RunId,
    RepositoryReference Repository,
    string PlanHash,
    string BaseCommit,
    IReadOnlyList<TaskProgress> Results
);

/// <summary>Results that the evidence could not rank.</summary>
/// <param name="Count">Number of questions for the reviewer.</param>
public sealed record TiesFound(int Count)
{
    /// <summary>SHA-256 of the stored plan with the questions.</summary>
    public string PlanHash { get; init; } = "";

    /// <summary>Questions that the reviewer can't answer, each a clause with the reason.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>One round of a review.</summary>
public sealed record ReviewRound
{
    /// <summary>Number of the round, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>The run's base commit.</summary>
    public required string Base { get; init; }

    /// <summary>Tip of the previous round; empty to review the whole change.</summary>
    public string Since { get; init; } = "";

    /// <summary>The reviewed commit of staging.</summary>
    public required string Tip { get; init; }

    /// <summary>Tasks that a user has skipped or cancelled, which overrules the findings they were created for.</summary>
    public IReadOnlyList<string> Overruled { get; init; } = [];
}

/// <summary>Result of a review round.</summary>
public static class ReviewVerdicts
{
    /// <summary>No answer has arrived yet.</summary>
    public const string Asked = "asked";

    /// <summary>The reviewer found nothing that prevents landing.</summary>
    public const string Accepted = "accepted";

    /// <summary>Findings have become tasks of the run.</summary>
    public const string Findings = "findings";

    /// <summary>Findings are open, and a user decides.</summary>
    public const string Escalated = "escalated";

    /// <summary>The run had no change to review.</summary>
    public const string Empty = "nothing-changed";

    /// <summary>A user has decided to land the run without the reviewer's acceptance.</summary>
    public const string Overruled = "overruled";
}

/// <summary>Request to prepare a round. The change is stored in parts in the run's folder.</summary>
public sealed record BeginReviewInput(string RunId, RepositoryReference Repository, string PlanHash, ReviewRound Round)
{
    /// <summary>Hash from an earlier execution of the round; empty for none.</summary>
    /// <inheritdoc cref="ReviewBegun.SaidHash"/>
    public string SaidHash { get; init; } = "";
}

/// <summary>Result of preparing a review round.</summary>
public sealed record ReviewBegun
{
    /// <summary>Sentence with the reason why the round can't be reviewed; empty if it can.</summary>
    public string Fault { get; init; } = "";

    /// <summary>Number of questions for the reviewer; 0 if no change needs a review.</summary>
    public int Parts { get; init; }

    /// <summary>Numbers of the answered parts, from 1.</summary>
    public IReadOnlyList<int> Answered { get; init; } = [];

    /// <summary>Number of the run's most recent reviewer agent run.</summary>
    public int LastStart { get; init; }

    /// <summary>SHA-256 of a manifest of the round so far, which lists its questions and accepted answers with their hashes. Later steps
    /// use only the listed files.</summary>
    public string SaidHash { get; init; } = "";
}

/// <summary>Request to conclude a round whose parts are all answered.</summary>
public sealed record ConcludeReviewInput(string RunId, RepositoryReference Repository, string PlanHash, ReviewRound Round)
{
    /// <inheritdoc cref="ReviewBegun.SaidHash"/>
    public string SaidHash { get; init; } = "";

    /// <summary>Upper bound (exclusive) of open findings that become tasks. With more findings a user decides. Null for no
    /// limit.</summary>
    public int? TasksBelow { get; init; }
}

/// <summary>Result of a round. The run decides whether the findings become tasks.</summary>
public sealed record ReviewConclusion
{
    /// <summary>Number of open findings that prevent landing, including earlier ones.</summary>
    public int Standing { get; init; }

    /// <summary>Number of remarks that do not prevent landing.</summary>
    public int Remarks { get; init; }

    /// <summary>True if the reviewer has read a change.</summary>
    public bool WasRead { get; init; }

    /// <summary>Findings of earlier rounds that a user has overruled.</summary>
    public IReadOnlyList<string> Overruled { get; init; } = [];

    /// <summary>Agent and model of the reviewer.</summary>
    public string Reviewer { get; init; } = "";

    /// <summary>Short text of the findings for users.</summary>
    public string Message { get; init; } = "";

    /// <summary>File with all findings, relative to the repository.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>SHA-256 of the stored plan with tasks for the new findings, or of the unchanged plan without new findings.</summary>
    public string PlanHash { get; init; } = "";

    /// <summary>Tasks created from the findings, which are the last tasks of that plan.</summary>
    public IReadOnlyList<TaskOutline> Tasks { get; init; } = [];
}

/// <summary>Request to remove the reviewer's worktree.</summary>
public sealed record EndReviewInput(string RunId, RepositoryReference Repository, string PlanHash);
