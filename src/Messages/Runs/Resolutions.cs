using System.ComponentModel.DataAnnotations;
using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>Options for a run that can't go on by itself.</summary>
public static class Resolutions
{
    /// <summary>A person has fixed it by commits on staging.</summary>
    public const string ManualFix = "manual-fix";

    /// <summary>The planner makes other tasks in place of those that did not end well.</summary>
    public const string Replan = "replan";

    /// <summary>The run ends; its work is kept under a ref.</summary>
    public const string Abort = "abort";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [ManualFix, Replan, Abort];
}

/// <summary>Decides how a run goes on that is <see cref="RunStates.Escalated"/> or <see cref="RunStates.AwaitingPromotion"/>.</summary>
/// <param name="Way">One of <see cref="Resolutions"/>.</param>
/// <param name="Reason">Why, for the record; a planner reads it, too.</param>
/// <param name="By">The person and their client, such as <c>kim@laptop</c>; empty: unknown.</param>
[MessageExample("""{"way":"manual-fix","reason":"the parser is repaired by hand","by":"kim@laptop"}""")]
public sealed record ResolutionCommand(
    [property: AllowedValues(Resolutions.ManualFix, Resolutions.Replan, Resolutions.Abort)] string Way,
    string Reason = "",
    string By = ""
)
{
    /// <summary>With <see cref="Resolutions.ManualFix"/>: the tasks that are fixed; null: all that did not end well.</summary>
    public IReadOnlyList<string>? Tasks { get; init; }

    /// <inheritdoc cref="ApprovalCommand.Shown"/>
    public string Shown { get; init; } = "";
}

/// <summary>Asks for a person's commits on staging since the run's last merge.</summary>
/// <param name="Staging">Its staging branch.</param>
/// <param name="BaseCommit">Where the run began.</param>
/// <param name="StagingTip">Where the run has left staging.</param>
public sealed record LookAtFixInput(
    string RunId,
    RepositoryReference Repository,
    string PlanHash,
    string Staging,
    string BaseCommit,
    string StagingTip
);

/// <summary>A person's commits on staging.</summary>
public sealed record FixLook
{
    /// <summary>Why they are not accepted, a sentence; empty where they may be.</summary>
    public string Refusal { get; init; } = "";

    /// <summary>The last commit.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Number of commits.</summary>
    public int Commits { get; init; }

    /// <summary>The first of their subjects.</summary>
    public string Summary { get; init; } = "";
}

/// <summary>Asks for the gates of the whole run to be run on a person's commits, which are accepted if they pass.</summary>
/// <param name="Fix">The run, and its position of staging.</param>
/// <param name="Commit">The last of their commits.</param>
public sealed record VerifyFixInput(LookAtFixInput Fix, string Commit)
{
    /// <summary>Tasks whose work is not on staging even so: their own gates are not run.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];
}

/// <summary>Gate result of a person's commits.</summary>
public sealed record FixVerdict
{
    /// <summary>Why they are not accepted, a sentence; empty where they are.</summary>
    public string Refusal { get; init; } = "";

    /// <summary>Position of staging now: our merge of their commits.</summary>
    public string Commit { get; init; } = "";

    /// <summary>The verdict of the gates; null where they were run before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GateSummary? Gates { get; init; }

    /// <summary>Output of a failed gate, relative to the repository; empty where there is none.</summary>
    public string Evidence { get; init; } = "";
}
