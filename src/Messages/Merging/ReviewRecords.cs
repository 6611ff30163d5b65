using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messages;

/// <summary>The review of a run, modeled as a task. Users can see, pause, retry and skip it like any other task.</summary>
public static class ReviewTaskDefinition
{
    /// <summary>Task id of the review. Task ids of a plan never start with a dot.</summary>
    public const string Id = ".review";

    /// <summary>Creates the review's task outline for the scheduler.</summary>
    public static TaskOutline Of(RunReviewOptions rule) =>
        new()
        {
            Id = Id,
            Title = rule.Picks ? "Which of equal results is the best" : "Review of the whole change",
            Account = rule.Agent,
            Timeout = rule.Timeout,
        };
}

/// <summary>Rule for reviewing a run before it lands.</summary>
public sealed record RunReviewOptions
{
    /// <summary>Name of the agent that reviews. Tasks with the same agent share its account.</summary>
    public required string Agent { get; init; }

    /// <summary>Maximum number of review rounds before a user decides.</summary>
    [Range(1, 100)]
    public int MaxRounds { get; init; } = 3;

    /// <summary>Time limit for a single answer.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>
    /// True if the reviewer does not review the change, but only picks the best of several tasks' results when the evidence does not
    /// decide.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Picks { get; init; }
}

/// <summary>
/// Request to compare the results of tasks whose descriptions are identical. If the evidence does not decide, questions for the reviewer
/// are stored.
/// </summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Repository">Repository of the run.</param>
/// <param name="PlanHash">SHA-256 of the run's plan.</param>
/// <param name="BaseCommit">The common base commit of the tasks.</param>
/// <param name="Results">The tasks that have succeeded.</param>
public sealed record CompareIdenticalTasksInput(
    [property: TemporalIdentifier] string RunId,
    RepositoryReference Repository,
    string PlanHash,
    string BaseCommit,
    IReadOnlyList<TaskProgress> Results
);

/// <summary>Outcome of comparing the results of tasks with identical descriptions, when the evidence could not rank the results.</summary>
/// <param name="Count">Number of questions for the reviewer.</param>
public sealed record IdenticalTaskComparisonResult(int Count)
{
    /// <summary>SHA-256 of the stored plan that includes the questions.</summary>
    public string PlanHash { get; init; } = "";

    /// <summary>Comparisons that can't be left to the reviewer, each as a clause with the reason.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>One round in which a reviewer reviews a run's change.</summary>
public sealed record ReviewRound
{
    /// <summary>Number of the round, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>The run's base commit.</summary>
    public required string Base { get; init; }

    /// <summary>Commit reviewed in the previous round. Empty if this round reviews the whole change.</summary>
    public string Since { get; init; } = "";

    /// <summary>Staging commit that the round reviews.</summary>
    public required string Tip { get; init; }

    /// <summary>
    /// Ids of tasks that were created for findings and that a user skipped or cancelled. The findings of these tasks are overruled.
    /// </summary>
    public IReadOnlyList<string> Overruled { get; init; } = [];
}

/// <summary>Verdicts of a review round.</summary>
public static class ReviewStateNames
{
    /// <summary>The reviewer was asked, but has not answered yet.</summary>
    public const string Asked = "asked";

    /// <summary>The reviewer found nothing that prevents landing.</summary>
    public const string Accepted = "accepted";

    /// <summary>The findings have become tasks of the run.</summary>
    public const string Findings = "findings";

    /// <summary>Some findings are open, and a user has to decide on them.</summary>
    public const string Escalated = "escalated";

    /// <summary>The run made no change that needs a review.</summary>
    public const string Empty = "nothing-changed";

    /// <summary>A user has decided to land the run without the reviewer's acceptance.</summary>
    public const string Overruled = "overruled";
}

/// <summary>
/// Request to prepare a review round. The activity divides the run's change into parts and stores them in the run's folder.
/// </summary>
public sealed record PrepareReviewInput(string RunId, RepositoryReference Repository, string PlanHash, ReviewRound Round)
{
    /// <summary>
    /// Hash of the answers of an earlier execution of the round (<see cref="ReviewPreparationResult.SaidHash"/>). Empty if none exists.
    /// </summary>
    /// <inheritdoc cref="ReviewPreparationResult.SaidHash"/>
    public string SaidHash { get; init; } = "";
}

/// <summary>Result of the preparation of a review round.</summary>
public sealed record ReviewPreparationResult
{
    /// <summary>Sentence that explains why the round can't be reviewed; empty if it can.</summary>
    public string Fault { get; init; } = "";

    /// <summary>Number of questions for the reviewer, one for each part of the change. 0 if no change needs a review.</summary>
    public int Parts { get; init; }

    /// <summary>Numbers (from 1) of the parts for which the reviewer has answered the question.</summary>
    public IReadOnlyList<int> Answered { get; init; } = [];

    /// <summary>Number of the reviewer's most recent agent run in this run.</summary>
    public int LastStart { get; init; }

    /// <summary>
    /// SHA-256 of a manifest of the review round so far. The manifest lists the round's questions and accepted answers with their hashes.
    /// Later activities use only the listed files.
    /// </summary>
    public string SaidHash { get; init; } = "";
}

/// <summary>Request to conclude a review round for which the reviewer has answered all parts.</summary>
public sealed record ConcludeReviewInput(string RunId, RepositoryReference Repository, string PlanHash, ReviewRound Round)
{
    /// <inheritdoc cref="ReviewPreparationResult.SaidHash"/>
    public string SaidHash { get; init; } = "";

    /// <summary>
    /// Minimum number of open findings for which a user has to decide. If there are fewer, the findings become tasks. Null for no limit.
    /// </summary>
    public int? TasksBelow { get; init; }
}

/// <summary>Result of a review round. The run decides whether the findings become tasks.</summary>
public sealed record ReviewConclusion
{
    /// <summary>Number of open findings that prevent landing, including findings from earlier rounds.</summary>
    public int Standing { get; init; }

    /// <summary>Number of remarks that do not prevent landing.</summary>
    public int Remarks { get; init; }

    /// <summary>True if the reviewer has read at least one part of the change.</summary>
    public bool WasRead { get; init; }

    /// <summary>Findings of earlier rounds that a user has overruled.</summary>
    public IReadOnlyList<string> Overruled { get; init; } = [];

    /// <summary>Name of the reviewer's agent and model.</summary>
    public string Reviewer { get; init; } = "";

    /// <summary>Short text for users about the findings.</summary>
    public string Message { get; init; } = "";

    /// <summary>Path of the file with all findings, relative to the repository.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>SHA-256 of the stored plan, which includes tasks for the new findings, if any.</summary>
    public string PlanHash { get; init; } = "";

    /// <summary>Tasks created from the findings. They are the last tasks of the plan.</summary>
    public IReadOnlyList<TaskOutline> Tasks { get; init; } = [];
}

/// <summary>Request to remove the reviewer's worktree.</summary>
public sealed record EndReviewInput(string RunId, RepositoryReference Repository, string PlanHash);
