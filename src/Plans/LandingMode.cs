namespace Orchestrator.Plans;

/// <summary>Values of <c>git.land</c>: ways to land a run's finished staging branch.</summary>
public static class LandingMode
{
    /// <summary>Moves the target to the staging branch, including its merge commits.</summary>
    public const string Merge = "merge";

    /// <summary>Adds one commit per task to the target, without merge commits.</summary>
    public const string Squash = "squash";

    /// <summary>Adds the tasks' own commits to the target in sequence, one per attempt, without merge commits.</summary>
    public const string Rebase = "rebase";

    /// <summary>Opens a pull request.</summary>
    public const string PullRequest = "pr";

    /// <summary>Leaves the staging branch as the result.</summary>
    public const string Branch = "branch";

    /// <summary>Merges nothing; each task's verified work stays on its own branch.</summary>
    public const string Branches = "branches";

    /// <summary>All values; the default comes first.</summary>
    public static IReadOnlyList<string> All { get; } = [Merge, Squash, Rebase, PullRequest, Branch, Branches];

    /// <summary>True if the landing moves the target branch.</summary>
    public static bool MovesTarget(string way) => way is Merge or Squash or Rebase;
}
