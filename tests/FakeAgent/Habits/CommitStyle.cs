namespace Orchestrator.FakeAgent.Habits;

/// <summary>How an agent commits what it does when nothing else is asked of it.</summary>
internal enum CommitStyle
{
    /// <summary>Leaves that to others.</summary>
    Never,

    /// <summary>Once, at the end, as the Claude CLI does when it is asked to.</summary>
    Once,

    /// <summary>After each file.</summary>
    Each,

    /// <summary>After each file, always into the same commit.</summary>
    Amend,

    /// <summary>Once, on a branch of a name that it thought of itself.</summary>
    Branch,
}

/// <summary>Commits in the style of an agent. Outside a task's worktree it does nothing.</summary>
/// <param name="style">The style.</param>
internal sealed class Committer(CommitStyle style)
{
    private readonly Lazy<bool> _commits = new(() => style != CommitStyle.Never && AgentGit.IsInTasksWorktree());
    private bool _begun;

    /// <summary>The style that a seed gives to a task; half of the agents commit once.</summary>
    internal static CommitStyle Choose(int seed, string task)
    {
        // string.GetHashCode differs from process to process.
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

    /// <summary>A file was changed.</summary>
    internal void AfterFile(string file)
    {
        if (style is CommitStyle.Each or CommitStyle.Amend && _commits.Value)
        {
            Commit($"Change {Path.GetFileName(file)}");
        }
    }

    /// <summary>The agent is done.</summary>
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
