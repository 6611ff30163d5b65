namespace Orchestrator.FakeAgent.Habits;

/// <summary>Styles in which an agent commits its work unless the script defines something else.</summary>
internal enum CommitStyle
{
    /// <summary>Never commits.</summary>
    Never,

    /// <summary>Commits once at the end, as the Claude CLI does when requested.</summary>
    Once,

    /// <summary>Commits after each file.</summary>
    Each,

    /// <summary>Amends the same commit after each file.</summary>
    Amend,

    /// <summary>Commits once, on a branch that the agent names itself.</summary>
    Branch,
}

/// <summary>Commits in the style of an agent. It does nothing outside a task's worktree.</summary>
/// <param name="style">The style.</param>
internal sealed class Committer(CommitStyle style)
{
    private readonly Lazy<bool> _commits = new(() => style != CommitStyle.Never && AgentGit.IsInTasksWorktree());
    private bool _begun;

    /// <summary>Derives the style of a task from a seed; half of the agents commit once.</summary>
    internal static CommitStyle Choose(int seed, string task)
    {
        // string.GetHashCode differs between processes.
        var mixed = task.Aggregate(seed, (sum, letter) => unchecked((sum * 31) + letter));
        return new Random(mixed).Next(8) switch
        {
            0 => CommitStyle.Never,
            1 => CommitStyle.Each,
            2 => CommitStyle.Amend,
            3 => CommitStyle.Branch,
            _ => CommitStyle.Once,
        };
    }

    /// <summary>Handles the change of a file.</summary>
    internal void AfterFile(string file)
    {
        if (style is CommitStyle.Each or CommitStyle.Amend && _commits.Value)
        {
            Commit($"Change {Path.GetFileName(file)}");
        }
    }

    /// <summary>Handles the end of the agent.</summary>
    internal void AtEnd()
    {
        if (!_commits.Value)
        {
            return;
        }

        if (style == CommitStyle.Branch)
        {
            AgentGit.Try("checkout", "--quiet", "-B", $"agent/{AgentScript.Task}");
        }

        Commit($"Do {AgentScript.Task}");
    }

    private void Commit(string message)
    {
        if (style == CommitStyle.Amend && _begun)
        {
            AgentGit.Try("add", "--all");
            AgentGit.Try("commit", "--quiet", "--amend", "--no-edit");
            return;
        }

        _begun |= AgentGit.Commit(message);
    }
}
