namespace Orchestrator.FakeAgent.Habits;

/// <summary>
/// Actions of agents beyond their task, by name; README.md lists them. An agent with a habit writes its three files
/// (<see cref="AgentWork"/>) in its own way.
/// </summary>
internal static class HabitTable
{
    private static readonly Dictionary<string, Action<AgentWork>> All = new[]
    {
        CommitHabits.All,
        BranchHabits.All,
        LeftoverHabits.All,
        BrokenGitHabits.All,
        ProcessHabits.All,
        SpoilingHabits.All,
    }
        .SelectMany(family => family)
        .ToDictionary();

    /// <summary>Runs a habit.</summary>
    /// <param name="name">Name of the habit.</param>
    /// <param name="work">Work of the task.</param>
    /// <param name="mends">True if the agent has learned of the fault of its habit and repairs it.</param>
    /// <returns>False if the habit is unknown.</returns>
    internal static bool Play(string name, AgentWork work, bool mends)
    {
        if (!All.TryGetValue(name, out var habit))
        {
            return false;
        }

        (mends ? Mend : habit)(work);
        return true;
    }

    /// <summary>Repairs the fault after feedback: restores deleted files, removes foreign changes, and writes the task's own
    /// work.</summary>
    private static void Mend(AgentWork work)
    {
        var staging = AgentGit.Read("for-each-ref", "--format=%(refname)", "refs/heads/orchestrator/*/staging").Split('\n')[^1];
        var first = AgentGit.Read("merge-base", "HEAD", staging);
        var gone = AgentGit.Read("diff", "--name-only", "--diff-filter=D", first).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (gone.Length > 0)
        {
            AgentGit.Try(["checkout", "--quiet", first, "--", .. gone]);
        }

        work.WriteAll();
        SpoilingHabits.TakeBack(work);
        AgentGit.Commit($"Mend {work.Task}");
    }
}
