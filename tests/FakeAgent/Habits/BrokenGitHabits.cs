using System.Diagnostics;
using System.Globalization;

namespace Orchestrator.FakeAgent.Habits;

/// <summary>Habits of agents that leave an unfinished git operation. Its leftovers are in the agent's own worktree, and the files are
/// complete.</summary>
internal static class BrokenGitHabits
{
    internal static IReadOnlyDictionary<string, Action<AgentWork>> All { get; } =
        new Dictionary<string, Action<AgentWork>>
        {
            ["leaves-index-lock"] = LeaveIndexLock,
            ["dies-in-git"] = DieInGit,
            ["kills-its-git"] = KillItsGit,
            ["hangs-in-git"] = HangInGit,
            ["leaves-rebase"] = LeaveRebase,
            ["leaves-merge"] = LeaveMerge,
            ["leaves-bisect"] = LeaveBisect,
        };

    private static string IndexLock => Path.Combine(AgentGit.Read("rev-parse", "--absolute-git-dir"), "index.lock");

    private static void LeaveIndexLock(AgentWork work)
    {
        work.Commit(1);
        work.Write(2);
        work.Write(3);
        File.WriteAllText(IndexLock, "");
    }

    private static void KillItsGit(AgentWork work)
    {
        work.Commit(1);
        work.Write(2);
        using var git = StartCommitThatWaits();
        git.Kill();
        git.WaitForExit();
        work.Write(3);
        AgentGit.Commit("refused, since the lock is there");
    }

    /// <summary>Kills the whole agent while its git holds the index lock, as when the machine runs out of memory.</summary>
    private static void DieInGit(AgentWork work)
    {
        work.Commit(1);
        work.Write(2);
        work.Write(3);
        using var git = StartCommitThatWaits();
        git.Kill();
        Process.GetCurrentProcess().Kill();
    }

    /// <summary>Makes git wait for an editor that is never closed, so that the agent reaches its time limit.</summary>
    private static void HangInGit(AgentWork work)
    {
        work.Commit(1);
        work.Write(2);
        work.Write(3);
        using var git = StartCommitThatWaits();
        Thread.Sleep(Timeout.Infinite);
    }

    private static void LeaveRebase(AgentWork work)
    {
        var begin = AgentGit.Read("rev-parse", "HEAD");
        work.CommitAll();
        AgentGit.TryWith(
            new Dictionary<string, string> { ["GIT_SEQUENCE_EDITOR"] = "sed -i -e '/Part 3/s/^pick/edit/'" },
            "rebase",
            "--interactive",
            begin
        );
    }

    /// <summary>Starts a merge with another commit and rewrites a file, but never commits the merge.</summary>
    private static void LeaveMerge(AgentWork work)
    {
        var side = AgentGit.Read("rev-parse", "HEAD");
        work.CommitAll();
        var path = Path.Combine(work.Task, "part1.txt");
        var tree = AgentGit.Read("rev-parse", $"{side}^{{tree}}");
        var other = AgentGit.Read("commit-tree", tree, "-p", side, "-m", "the other side");
        AgentGit.Try("merge", "--no-commit", "--no-ff", other);
        File.WriteAllText(path, File.ReadAllText(path));
    }

    private static void LeaveBisect(AgentWork work)
    {
        var begin = AgentGit.Read("rev-parse", "HEAD");
        work.CommitAll();
        AgentGit.Try("bisect", "start", "HEAD", begin);
        AgentGit.Try("checkout", "--quiet", "HEAD");
        work.WriteAll();
    }

    private static Process StartCommitThatWaits()
    {
        // With --all, git keeps the index locked until the editor is closed.
        AgentGit.Try("add", "--all");
        var held = IndexLock;
        var editor = string.Create(CultureInfo.InvariantCulture, $"sh -c 'sleep 600; true {Environment.ProcessId}'");
        var git = AgentGit.Start(new Dictionary<string, string> { ["GIT_EDITOR"] = editor, ["TERM"] = "dumb" }, "commit", "--all");
        while (!File.Exists(held) && !git.HasExited)
        {
            Thread.Sleep(10);
        }

        return git;
    }
}
