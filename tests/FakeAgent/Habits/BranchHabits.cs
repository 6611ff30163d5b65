namespace Orchestrator.FakeAgent.Habits;

/// <summary>Where an agent commits: not always where its worktree was.</summary>
internal static class BranchHabits
{
    internal static IReadOnlyDictionary<string, Action<AgentWork>> All { get; } =
        new Dictionary<string, Action<AgentWork>>
        {
            ["own-branch"] = OnOwnBranch,
            ["own-branch-and-back"] = OnOwnBranchAndBack,
            ["detached"] = Detached,
            ["renames-its-branch"] = RenameBranch,
            ["orphan-branch"] = OnOrphanBranch,
        };

    private static void OnOwnBranch(AgentWork work)
    {
        AgentGit.Try("checkout", "--quiet", "-b", $"agent/own-{work.Task}");
        work.CommitAll();
    }

    /// <summary>Works on a branch and merges it into the one it was given.</summary>
    private static void OnOwnBranchAndBack(AgentWork work)
    {
        var given = AgentGit.Read("rev-parse", "--abbrev-ref", "HEAD");
        var isOwn = AgentGit.Try("checkout", "--quiet", "-b", $"agent/side-{work.Task}");
        work.CommitAll();
        if (isOwn)
        {
            AgentGit.Try("checkout", "--quiet", given);
            AgentGit.Try("merge", "--quiet", "--no-ff", "--no-edit", $"agent/side-{work.Task}");
            AgentGit.Try("branch", "--quiet", "-D", $"agent/side-{work.Task}");
        }
    }

    private static void Detached(AgentWork work)
    {
        work.Commit(1);
        AgentGit.Try("checkout", "--quiet", "--detach");
        work.Commit(2);
        work.Commit(3);
    }

    private static void RenameBranch(AgentWork work)
    {
        work.Commit(1);
        AgentGit.Try("branch", "--move", $"agent/renamed-{work.Task}");
        work.Commit(2);
        work.Commit(3);
    }

    /// <summary>A history that has nothing in common with the base, with the same files.</summary>
    private static void OnOrphanBranch(AgentWork work)
    {
        AgentGit.Try("checkout", "--quiet", "--orphan", $"agent/orphan-{work.Task}");
        work.CommitAll();
    }
}
