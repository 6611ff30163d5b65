namespace Orchestrator.FakeAgent.Habits;

/// <summary>
/// What agents do beside their task, by name; README.md lists them. An agent with a habit writes its three files (<see cref="AgentWork"/>)
/// in its own way.
/// </summary>
internal static class HabitTable
{
    private static readonly Dictionary<string, Action<AgentWork>> All = new[]
    {
        CommitHabits.All,
        BranchHabits.All,
        LeavingHabits.All,
        BrokenGitHabits.All,
        ProcessHabits.All,
        SpoilingHabits.All,
    }
        .SelectMany(family => family)
        .ToDictionary();

    /// <summary>Does it.</summary>
    /// <param name="name">The habit.</param>
    /// <param name="work">The task's work.</param>
    /// <param name="mends">The agent has learned what is wrong with its habit, and mends what it did.</param>
    /// <returns>False when nobody knows such a habit.</returns>
    internal static bool Play(string name, AgentWork work, bool mends)
    {
        if (!All.TryGetValue(name, out var habit))
        {
            return false;
        }

        (mends ? Mend : habit)(work);
        return true;
    }

    /// <summary>What an agent does that was told what is wrong: the files as they were, nothing foreign, and its own work.</summary>
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
