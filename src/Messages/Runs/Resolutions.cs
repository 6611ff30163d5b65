using System.ComponentModel.DataAnnotations;
using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>Resolutions for an escalated run.</summary>
public static class Resolutions
{
    /// <summary>A user has fixed it with commits on staging.</summary>
    public const string ManualFix = "manual-fix";

    /// <summary>The planner replaces the failed tasks with other tasks.</summary>
    public const string Replan = "replan";

    /// <summary>The run ends, and its work is retained under a ref.</summary>
    public const string Abort = "abort";

    /// <summary>All resolutions.</summary>
    public static IReadOnlyList<string> All { get; } = [ManualFix, Replan, Abort];
}

/// <summary>Decides how a run continues that is <see cref="RunStates.Escalated"/> or <see cref="RunStates.AwaitingPromotion"/>.</summary>
/// <param name="Way">One of <see cref="Resolutions"/>.</param>
/// <param name="Reason">The reason, for the record. A planner also reads it.</param>
/// <param name="By">The user and their client, such as <c>kim@laptop</c>; empty if unknown.</param>
[MessageExample("""{"way":"manual-fix","reason":"the parser is repaired by hand","by":"kim@laptop"}""")]
public sealed record ResolutionCommand(
    [property: AllowedValues(Resolutions.ManualFix, Resolutions.Replan, Resolutions.Abort)] string Way,
    string Reason = "",
    string By = ""
)
{
    /// <summary>The fixed tasks for <see cref="Resolutions.ManualFix"/>, or null for all tasks that did not succeed.</summary>
    public IReadOnlyList<string>? Tasks { get; init; }

    /// <inheritdoc cref="ApprovalCommand.Shown"/>
    public string Shown { get; init; } = "";
}

/// <summary>Request to find a user's commits on staging since the run's last merge.</summary>
/// <param name="Staging">The run's staging branch.</param>
/// <param name="BaseCommit">Base commit of the run.</param>
/// <param name="StagingTip">Commit at which the run left staging.</param>
public sealed record FindManualFixInput(
    string RunId,
    RepositoryReference Repository,
    string PlanHash,
    string Staging,
    string BaseCommit,
    string StagingTip
);

/// <summary>A user's commits on staging.</summary>
public sealed record ManualFixCommits
{
    /// <summary>Sentence with the reason why the commits are not accepted; empty if they may be.</summary>
    public string Refusal { get; init; } = "";

    /// <summary>Id of the last commit.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Number of a user's commits.</summary>
    public int Commits { get; init; }

    /// <summary>Subjects of the user's first commits.</summary>
    public string Summary { get; init; } = "";
}

/// <summary>Request to run the gates of the whole run on a user's commits, which are accepted if the gates pass.</summary>
/// <param name="Fix">The run, and its position of staging.</param>
/// <param name="Commit">The last of the user's commits.</param>
public sealed record VerifyFixInput(FindManualFixInput Fix, string Commit)
{
    /// <summary>Tasks whose work is still not on staging. Their own gates are not run.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];
}

/// <summary>Gate result for a user's commits.</summary>
public sealed record ManualFixVerdict
{
    /// <summary>Sentence with the reason why the commits are not accepted; empty if they are.</summary>
    public string Refusal { get; init; } = "";

    /// <summary>New position of staging: orchestrate's merge of the user's commits.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Verdict of the gates, or null if they had run before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GateSummary? Gates { get; init; }

    /// <summary>File with the output of a failed gate, relative to the repository; empty for none.</summary>
    public string Evidence { get; init; } = "";
}
