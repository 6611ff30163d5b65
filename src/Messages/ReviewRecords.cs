using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messages;

/// <summary>The review of a run as one of its tasks: people see, pause, retry and skip it like any other.</summary>
public static class ReviewTask
{
    /// <summary>Its id: no task of a plan begins with a dot.</summary>
    public const string Id = ".review";

    /// <summary>As the schedule knows it.</summary>
    public static TaskOutline Of(ReviewRule rule) =>
        new()
        {
            Id = Id,
            Title = "Review of the whole change",
            Account = rule.Agent,
            Timeout = rule.Timeout,
        };
}

/// <summary>How a run is reviewed before it lands.</summary>
public sealed record ReviewRule
{
    /// <summary>Who reviews: tasks of the same agent share its account.</summary>
    public required string Agent { get; init; }

    /// <summary>Rounds before a person decides.</summary>
    [Range(1, 100)]
    public int MaxRounds { get; init; } = 3;

    /// <summary>Limit of one answer.</summary>
    public TimeSpan Timeout { get; init; }
}

/// <summary>One round of a review.</summary>
public sealed record ReviewRound
{
    /// <summary>From 1.</summary>
    public required int Number { get; init; }

    /// <summary>What the run began from.</summary>
    public required string Base { get; init; }

    /// <summary>What the round before has seen; empty: the whole change is looked at.</summary>
    public string Since { get; init; } = "";

    /// <summary>What is looked at: staging.</summary>
    public required string Tip { get; init; }

    /// <summary>Tasks that a person has skipped or cancelled: findings that they were made of count no more.</summary>
    public IReadOnlyList<string> Overruled { get; init; } = [];
}

/// <summary>What a round of a review came to.</summary>
public static class ReviewVerdicts
{
    /// <summary>There is no answer yet.</summary>
    public const string Asked = "asked";

    /// <summary>Nothing stands in the way of landing.</summary>
    public const string Accepted = "accepted";

    /// <summary>Findings have become tasks of the run.</summary>
    public const string Findings = "findings";

    /// <summary>Findings stand, and a person decides.</summary>
    public const string Escalated = "escalated";

    /// <summary>There was nothing to look at: nobody has reviewed anything.</summary>
    public const string Empty = "nothing-changed";

    /// <summary>A person has decided that the run lands without the reviewer's yes.</summary>
    public const string Overruled = "overruled";
}

/// <summary>Asks for a round to be made ready: what is to be read is stored in the run's folder, in parts.</summary>
public sealed record BeginReviewInput(string RunId, RepositoryReference Repository, string PlanHash, ReviewRound Round);

/// <summary>A round that is ready.</summary>
public sealed record ReviewBegun
{
    /// <summary>Why it can't be reviewed, a sentence; empty where it can.</summary>
    public string Fault { get; init; } = "";

    /// <summary>Questions that the reviewer is asked; 0: there is nothing to look at.</summary>
    public int Parts { get; init; }

    /// <summary>Those that have their answer already, from 1.</summary>
    public IReadOnlyList<int> Answered { get; init; } = [];

    /// <summary>Number of the last start of a reviewer in this run.</summary>
    public int LastStart { get; init; }
}

/// <summary>Asks the reviewer about one part: begun, or taken up where it is.</summary>
public sealed record AskReviewerInput
{
    public required string RunId { get; init; }
    public required RepositoryReference Repository { get; init; }
    public required string PlanHash { get; init; }
    public required ReviewRound Round { get; init; }

    /// <summary>Which part, from 1.</summary>
    public required int Part { get; init; }

    /// <summary>Turn of the reviewer, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>Number of the start: names its folder. The same number never asks twice.</summary>
    public required int Start { get; init; }

    /// <summary>Conversation to go on with; empty: a new one.</summary>
    public string Session { get; init; } = "";

    /// <inheritdoc cref="AskPlannerInput.ProblemsFile"/>
    public string ProblemsFile { get; init; } = "";

    /// <inheritdoc cref="AskPlannerInput.Guidance"/>
    public string Guidance { get; init; } = "";

    /// <inheritdoc cref="AskPlannerInput.Stop"/>
    public bool Stop { get; init; }

    /// <inheritdoc cref="AskPlannerInput.AwaitRelease"/>
    public bool AwaitRelease { get; init; }
}

/// <summary>Asks for an answer about one part to be read, and kept where it can be.</summary>
public sealed record JudgeReviewInput(
    string RunId,
    RepositoryReference Repository,
    string PlanHash,
    ReviewRound Round,
    int Part,
    int Start
);

/// <summary>Asks what a round came to, of which all parts have their answers.</summary>
public sealed record ConcludeReviewInput(string RunId, RepositoryReference Repository, string PlanHash, ReviewRound Round);

/// <summary>What a round came to. Whether findings become tasks is the run's decision.</summary>
public sealed record ReviewConclusion
{
    /// <summary>Findings that stand in the way, earlier ones among them.</summary>
    public int Standing { get; init; }

    /// <summary>What was remarked and stops nothing.</summary>
    public int Remarks { get; init; }

    /// <summary>Something was looked at.</summary>
    public bool WasRead { get; init; }

    /// <summary>Findings of earlier rounds that a person has overruled.</summary>
    public IReadOnlyList<string> Overruled { get; init; } = [];

    /// <summary>Agent and model.</summary>
    public string Reviewer { get; init; } = "";

    /// <summary>The findings in short, for people.</summary>
    public string Message { get; init; } = "";

    /// <summary>All of them, in a file relative to the repository.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>SHA-256 of the plan with tasks for the new findings, which is stored; the plan as it was where there are none.</summary>
    public string PlanHash { get; init; } = "";

    /// <summary>Those tasks, which are the last of that plan.</summary>
    public IReadOnlyList<TaskOutline> Tasks { get; init; } = [];
}

/// <summary>Asks for what a round has made to be tidied up: the reviewer's worktree.</summary>
public sealed record EndReviewInput(string RunId, RepositoryReference Repository, string PlanHash);
