namespace Orchestrator.FakeAgent.Habits;

/// <summary>Habits of agents that leave other changes in the repository. The task succeeds, so its work lands, and the leftovers are
/// reported.</summary>
internal static class LeftoverHabits
{
    internal static IReadOnlyDictionary<string, Action<AgentWork>> All { get; } =
        new Dictionary<string, Action<AgentWork>>
        {
            ["leaves-branches"] = LeaveBranches,
            ["leaves-tags"] = LeaveTags,
            ["leaves-stash"] = LeaveStash,
            ["stashes-and-pops"] = StashAndPop,
            ["leaves-worktree-elsewhere"] = LeaveWorktreeElsewhere,
            ["changes-user-name"] = ChangeUserName,
            ["adds-remote"] = AddRemote,
            ["collects-garbage"] = CollectGarbage,
        };

    private static void LeaveBranches(AgentWork work)
    {
        work.Commit(1);
        AgentGit.Try("branch", $"agent/backup-{work.Task}");
        work.Commit(2);
        AgentGit.Try("branch", $"agent/old-{work.Task}", "HEAD~1");
        work.Commit(3);
    }

    private static void LeaveTags(AgentWork work)
    {
        work.CommitAll();
        AgentGit.Try("tag", $"agent-light-{work.Task}");
        AgentGit.Try("tag", "--annotate", "--message", "by the agent", $"agent-heavy-{work.Task}", "HEAD~1");
    }

    private static void LeaveStash(AgentWork work)
    {
        work.Commit(1);
        File.AppendAllText("README.md", $"a try of {work.Task}\n");
        if (!AgentGit.Try("stash", "push", "--quiet", "--message", $"a try of {work.Task}"))
        {
            AgentGit.Try("checkout", "--quiet", "--", "README.md");
        }

        work.Commit(2);
        work.Commit(3);
    }

    private static void StashAndPop(AgentWork work)
    {
        work.Commit(1);
        work.Write(2);
        work.Write(3);
        AgentGit.Try("add", "--all");

        // All worktrees have one common stash, so only the agent's own entry is popped, by its reference.
        if (AgentGit.Try("stash", "push", "--quiet", "--message", $"for a moment, {work.Task}"))
        {
            var own = AgentGit
                .Read("stash", "list", "--format=%gd %s")
                .Split('\n')
                .FirstOrDefault(line => line.EndsWith($", {work.Task}", StringComparison.Ordinal));
            AgentGit.Try("stash", "pop", "--quiet", own?.Split(' ')[0] ?? "stash@{0}");
        }

        work.WriteAll();
        AgentGit.Commit($"The rest of {work.Task}");
    }

    private static void LeaveWorktreeElsewhere(AgentWork work)
    {
        work.Commit(1);
        var elsewhere = Path.Combine(work.Beside, $"worktree-of-{work.Task}");
        if (AgentGit.Try("worktree", "add", "--quiet", "-b", $"agent/elsewhere-{work.Task}", elsewhere))
        {
            File.WriteAllText(Path.Combine(elsewhere, "try.txt"), "a try\n");
            AgentGit.Try("-C", elsewhere, "add", "try.txt");
            AgentGit.Try("-C", elsewhere, "commit", "--quiet", "--message", "A try");
        }

        work.Commit(2);
        work.Commit(3);
    }

    private static void ChangeUserName(AgentWork work)
    {
        AgentGit.Try("config", "user.name", $"Agent of {work.Task}");
        AgentGit.Try("config", "user.email", $"{work.Task}@agent.example");
        work.CommitAll();
    }

    private static void AddRemote(AgentWork work)
    {
        AgentGit.Try("remote", "add", $"agent-{work.Task}", "https://agent.example/repository.git");
        work.CommitAll();
    }

    private static void CollectGarbage(AgentWork work)
    {
        work.CommitAll();
        AgentGit.Try("gc", "--quiet");
    }
}
