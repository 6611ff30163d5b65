namespace Orchestrator.FakeAgent.Habits;

/// <summary>Habits of agents that commit on another branch than that of their worktree.</summary>
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

    /// <summary>Works on a separate branch and merges it into the task's branch.</summary>
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

    /// <summary>Creates a history that has no common ancestor with the base, with the same files.</summary>
    private static void OnOrphanBranch(AgentWork work)
    {
        AgentGit.Try("checkout", "--quiet", "--orphan", $"agent/orphan-{work.Task}");
        work.CommitAll();
    }
}
