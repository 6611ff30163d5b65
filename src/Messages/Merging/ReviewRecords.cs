using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messages;

/// <summary>The review of a run, modeled as a task. Users can see, pause, retry and skip it like any other task.</summary>
public static class ReviewTaskDefinition
{
    /// <summary>Task id of the review. Task ids of a plan never start with a dot.</summary>
    public const string Id = ".review";

    /// <summary>Creates the task outline that represents the review in the scheduler.</summary>
    public static TaskOutline Of(RunReviewOptions rule) =>
        new()
        {
            Id = Id,
            Title = rule.Picks ? "Which of equal results is the best" : "Review of the whole change",
            Account = rule.Agent,
            Timeout = rule.Timeout,
        };
}

/// <summary>Options for the review of a run before it lands.</summary>
public sealed record RunReviewOptions
{
    /// <summary>Name of the reviewer's agent. Tasks with the same agent share its account.</summary>
    public required string Agent { get; init; }

    /// <summary>Maximum number of review rounds before a user has to decide.</summary>
    [Range(1, 100)]
    public int MaxRounds { get; init; } = 3;

    /// <summary>Time limit for a single answer.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>
    /// True if the reviewer does not review the change. Instead, when the results of tasks with identical descriptions are equally good
    /// according to the evidence, the reviewer picks the best one.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Picks { get; init; }
}

/// <summary>
/// Request to compare the results of tasks whose descriptions are identical. The activity stores questions for the reviewer if several
/// results are equally good according to the evidence.
/// </summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Repository">Repository of the run.</param>
/// <param name="PlanHash">SHA-256 of the run's plan.</param>
/// <param name="BaseCommit">The common base commit of the tasks.</param>
/// <param name="Results">The tasks that have succeeded.</param>
public sealed record CompareIdenticalTasksInput(
    [property: ValidTemporalIdentifier] string RunId,
    RepositoryReference Repository,
    string PlanHash,
    string BaseCommit,
    IReadOnlyList<TaskProgress> Results
);

/// <summary>Outcome of comparing the results of tasks with identical descriptions.</summary>
/// <param name="Count">Number of questions for the reviewer.</param>
public sealed record TiedTaskResultSearchResult(int Count)
{
    /// <summary>SHA-256 of the stored plan, including the questions for the reviewer, if any.</summary>
    public string PlanHash { get; init; } = "";

    /// <summary>Comparisons that the reviewer can't make, each as a clause that includes the reason.</summary>
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

    /// <summary>Commit on the staging branch that the round reviews.</summary>
    public required string Tip { get; init; }

    /// <summary>
    /// Ids of the tasks that were created for findings and then skipped or cancelled by a user, who thereby overruled the findings.
    /// </summary>
    public IReadOnlyList<string> Overruled { get; init; } = [];
}

/// <summary>Possible states of a review round, including its verdicts.</summary>
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
    /// SHA-256 of the manifest that an earlier execution of the round stored (<see cref="ReviewPreparationResult.SaidHash"/>), or empty if
    /// there was none.
    /// </summary>
    /// <inheritdoc cref="ReviewPreparationResult.SaidHash"/>
    public string SaidHash { get; init; } = "";
}

/// <summary>Result of the preparation of a review round.</summary>
public sealed record ReviewPreparationResult
{
    /// <summary>Sentence that explains why the round can't be reviewed; empty if it can.</summary>
    public string Fault { get; init; } = "";

    /// <summary>
    /// Number of questions for the reviewer: one for each part of the change, or one for each group of results to compare. 0 if no change
    /// needs a review.
    /// </summary>
    public int Parts { get; init; }

    /// <summary>Numbers, from 1, of the parts about which the reviewer has already given a valid answer.</summary>
    public IReadOnlyList<int> Answered { get; init; } = [];

    /// <summary>Number of the reviewer's last agent run in this run, or 0 if there was none.</summary>
    public int LastStart { get; init; }

    /// <summary>
    /// SHA-256 of a manifest of the review round so far. The manifest lists the round's questions and accepted answers with their hashes.
    /// Later activities use only the listed files.
    /// </summary>
    public string SaidHash { get; init; } = "";
}

/// <summary>Request to conclude a review round in which the reviewer has answered the questions about all parts.</summary>
public sealed record ConcludeReviewInput(string RunId, RepositoryReference Repository, string PlanHash, ReviewRound Round)
{
    /// <inheritdoc cref="ReviewPreparationResult.SaidHash"/>
    public string SaidHash { get; init; } = "";

    /// <summary>Smallest number of open findings that requires a user's decision. Fewer findings become tasks. Null for no limit.</summary>
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

    /// <summary>Ids of the findings of earlier rounds that a user has overruled.</summary>
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
