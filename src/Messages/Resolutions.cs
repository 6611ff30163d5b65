using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messages;

/// <summary>A person's ways out of a run that can't go on by itself.</summary>
public static class Resolutions
{
    /// <summary>They have mended it themselves, by commits on staging.</summary>
    public const string ManualFix = "manual-fix";

    /// <summary>The planner makes other tasks in place of those that did not end well.</summary>
    public const string Replan = "replan";

    /// <summary>The run ends; what it had reached is kept under a ref.</summary>
    public const string Abort = "abort";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [ManualFix, Replan, Abort];
}

/// <summary>Says how a run goes on that is <see cref="RunStates.Escalated"/> or <see cref="RunStates.AwaitingPromotion"/>.</summary>
/// <param name="Way">One of <see cref="Resolutions"/>.</param>
/// <param name="Reason">Why, for the record; a planner reads it, too.</param>
/// <param name="By">Who, and from where, such as <c>kim@laptop</c>; empty: it was not said.</param>
[MessageExample("""{"way":"manual-fix","reason":"the parser is mended by hand","by":"kim@laptop"}""")]
public sealed record ResolveCommand(
    [property: AllowedValues(Resolutions.ManualFix, Resolutions.Replan, Resolutions.Abort)] string Way,
    string Reason = "",
    string By = ""
)
{
    /// <summary>With <see cref="Resolutions.ManualFix"/>: the tasks that are mended; null: all that did not end well.</summary>
    public IReadOnlyList<string>? Tasks { get; init; }
}

/// <summary>Asks what a person has committed on staging since the run has merged there last.</summary>
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
    /// <summary>Why they can't be taken, a sentence; empty where they can.</summary>
    public string Refusal { get; init; } = "";

    /// <summary>The last of them.</summary>
    public string Commit { get; init; } = "";

    /// <summary>How many there are.</summary>
    public int Commits { get; init; }

    /// <summary>The first of their subjects.</summary>
    public string Summary { get; init; } = "";
}

/// <summary>Asks for the gates of the whole run to be run on a person's commits, which count from then on where the gates hold.</summary>
/// <param name="Fix">The run, and where it has left staging.</param>
/// <param name="Commit">The last of their commits.</param>
public sealed record VerifyFixInput(LookAtFixInput Fix, string Commit)
{
    /// <summary>Tasks whose work is not on staging even so: gates that they brought themselves are not asked.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];
}

/// <summary>What the gates said of a person's commits.</summary>
public sealed record FixVerdict
{
    /// <summary>Why they do not count, a sentence; empty where they do.</summary>
    public string Refusal { get; init; } = "";

    /// <summary>Where staging is now: our merge of their commits.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Gates that hold and all, such as <c>2/2</c>; empty where they were run before.</summary>
    public string Gates { get; init; } = "";

    /// <summary>What a gate printed that does not hold, relative to the repository; empty where there is none.</summary>
    public string Evidence { get; init; } = "";
}
