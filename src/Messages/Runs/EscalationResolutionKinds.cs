using System.ComponentModel.DataAnnotations;
using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>Ways in which a user can resolve the escalation of a run.</summary>
public static class EscalationResolutionKinds
{
    /// <summary>The user has repaired the run with commits on the staging branch.</summary>
    public const string ManualFix = "manual-fix";

    /// <summary>The planner replaces the tasks that did not succeed with new tasks.</summary>
    public const string Replan = "replan";

    /// <summary>The run ends. Its work is retained under a ref.</summary>
    public const string Abort = "abort";

    /// <summary>All ways in which a user can resolve the escalation of a run.</summary>
    public static IReadOnlyList<string> All { get; } = [ManualFix, Replan, Abort];
}

/// <summary>
/// Command that decides how a run continues if it is <see cref="RunStateNames.Escalated"/> or
/// <see cref="RunStateNames.AwaitingPromotion"/>.
/// </summary>
/// <param name="Way">One of <see cref="EscalationResolutionKinds"/>.</param>
/// <param name="Reason">Reason given by the user, for the record. A planner also reads it.</param>
/// <param name="By">The user and their client, such as <c>kim@laptop</c>; empty if unknown.</param>
[MessageExample("""{"way":"manual-fix","reason":"the parser is repaired by hand","by":"kim@laptop"}""")]
public sealed record ResolveEscalationArguments(
    [property: AllowedValues(EscalationResolutionKinds.ManualFix, EscalationResolutionKinds.Replan, EscalationResolutionKinds.Abort)]
        string Way,
    string Reason = "",
    string By = ""
) : SteeringUpdateArguments
{
    /// <summary>Ids of the tasks that <see cref="EscalationResolutionKinds.ManualFix"/> resolves, or null for all tasks that did not
    /// succeed.</summary>
    public IReadOnlyList<string>? Tasks { get; init; }

    /// <inheritdoc cref="ApprovalDecisionArguments.Shown"/>
    public string Shown { get; init; } = "";
}

/// <summary>Request to find the commits that a user made on the staging branch since the run's last merge.</summary>
/// <param name="Staging">Name of the run's staging branch.</param>
/// <param name="BaseCommit">Base commit of the run.</param>
/// <param name="StagingTip">Staging commit after the run's last merge.</param>
public sealed record FindManualFixInput(
    string RunId,
    RepositoryReference Repository,
    string PlanHash,
    string Staging,
    string BaseCommit,
    string StagingTip
);

/// <summary>Commits that a user made on the staging branch.</summary>
public sealed record ManualFixCommits
{
    /// <summary>Sentence that explains why the commits can't be accepted; empty if they can.</summary>
    public string Refusal { get; init; } = "";

    /// <summary>Id of the user's last commit on the staging branch.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Number of the user's commits.</summary>
    public int Commits { get; init; }

    /// <summary>Subject lines of the user's first few commits, and the number of remaining commits.</summary>
    public string Summary { get; init; } = "";
}

/// <summary>Request to verify a user's commits with the gates of the whole run.</summary>
/// <param name="Fix">The run, with its position of staging.</param>
/// <param name="Commit">The last of the user's commits.</param>
public sealed record VerifyFixInput(FindManualFixInput Fix, string Commit)
{
    /// <summary>Ids of tasks whose work is not on the staging branch. The gates of these tasks are skipped.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];
}

/// <summary>Result of verifying a user's commits.</summary>
public sealed record ManualFixVerdict
{
    /// <summary>Sentence that explains why the commits were rejected; empty if they were accepted.</summary>
    public string Refusal { get; init; } = "";

    /// <summary>New tip of the staging branch, which includes the user's commits.</summary>
    public string Commit { get; init; } = "";

    /// <summary>
    /// Verdicts of the gates, or null if this call did not run them, for example because an earlier call had already merged the commits.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GateSummary? Gates { get; init; }

    /// <summary>
    /// Path of the file with the output of the failed gate or with the list of lost changes, relative to the repository. Empty if there is
    /// neither.
    /// </summary>
    public string Evidence { get; init; } = "";
}
