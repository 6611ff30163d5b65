namespace Orchestrator.Plans;

/// <summary>Values of <c>git.land</c>, which selects how a run's finished staging branch lands.</summary>
public static class LandingMode
{
    /// <summary>Moves the target to the staging branch, which contains merge commits.</summary>
    public const string Merge = "merge";

    /// <summary>Adds one commit per task to the target, without merge commits.</summary>
    public const string Squash = "squash";

    /// <summary>Adds the tasks' own commits to the target in sequence, one per attempt, without merge commits.</summary>
    public const string Rebase = "rebase";

    /// <summary>Opens a pull request.</summary>
    public const string PullRequest = "pr";

    /// <summary>Leaves the run's work on the staging branch.</summary>
    public const string Branch = "branch";

    /// <summary>Merges nothing. Each task's verified work stays on a separate branch.</summary>
    public const string Branches = "branches";

    /// <summary>All values. The first one is the default.</summary>
    public static IReadOnlyList<string> All { get; } = [Merge, Squash, Rebase, PullRequest, Branch, Branches];

    /// <summary>True if the landing mode moves the target branch.</summary>
    public static bool MovesTarget(string way) => way is Merge or Squash or Rebase;
}
