namespace Orchestrator.Plans;

/// <summary>The use of the finished staging branch of a run (<c>git.land</c>).</summary>
public static class LandingWay
{
    /// <summary>The target is moved to staging, with its merge commits.</summary>
    public const string Merge = "merge";

    /// <summary>The target gets one commit for each task, without merge commits.</summary>
    public const string Squash = "squash";

    /// <summary>The target gets the tasks' own commits one after the other, one for each attempt, without merge commits.</summary>
    public const string Rebase = "rebase";

    /// <summary>A pull request is opened.</summary>
    public const string PullRequest = "pr";

    /// <summary>Nothing more: staging is the result.</summary>
    public const string Branch = "branch";

    /// <summary>Nothing is merged: each task's verified work stays on a branch of its own.</summary>
    public const string Branches = "branches";

    /// <summary>All of them, the default first.</summary>
    public static IReadOnlyList<string> All { get; } = [Merge, Squash, Rebase, PullRequest, Branch, Branches];

    /// <summary>True where the target is moved.</summary>
    public static bool MovesTarget(string way) => way is Merge or Squash or Rebase;
}
