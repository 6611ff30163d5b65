using System.Diagnostics;

namespace Orchestrator.FakeAgent.Habits;

/// <summary>Ordinary ways to commit the agent's own work on its own branch.</summary>
internal static class CommitHabits
{
    internal static IReadOnlyDictionary<string, Action<AgentWork>> All { get; } =
        new Dictionary<string, Action<AgentWork>>
        {
            ["commits-never"] = work => work.WriteAll(),
            ["commits-once"] = CommitOnce,
            ["commits-each"] = work => work.CommitAll(),
            ["commits-in-background"] = CommitInBackground,
            ["amends"] = Amend,
            ["squashes"] = Squash,
            ["rebases"] = Rebase,
            ["resets"] = Reset,
            ["reverts"] = Revert,
            ["commits-foreign-and-takes-it-back"] = CommitForeignAndTakeItBack,
            ["merges-main"] = MergeMain,
        };

    private static void CommitOnce(AgentWork work)
    {
        work.WriteAll();
        AgentGit.Commit($"Do {work.Task}");
    }

    /// <summary>Ends the agent while its last commit is still running.</summary>
    private static void CommitInBackground(AgentWork work)
    {
        work.Commit(1);
        work.Commit(2);
        work.Write(3);
        using var shell = Process.Start(
            "/bin/sh",
            ["-c", "(sleep 0.2; git add -A; git commit -qm background) >/dev/null 2>&1 </dev/null &"]
        );
        shell.WaitForExit();
    }

    private static void Amend(AgentWork work)
    {
        work.Commit(1);
        for (var part = 2; part <= 3; part++)
        {
            work.Write(part);
            AgentGit.Try("add", "--all");
            AgentGit.Try("commit", "--quiet", "--amend", "--no-edit");
        }
    }

    private static void Squash(AgentWork work)
    {
        var begin = AgentGit.Read("rev-parse", "HEAD");
        work.CommitAll();
        AgentGit.Try("reset", "--quiet", "--soft", begin);
        AgentGit.Commit($"All of {work.Task}");
    }

    /// <summary>Reorders the agent's commits and squashes two of them.</summary>
    private static void Rebase(AgentWork work)
    {
        var begin = AgentGit.Read("rev-parse", "HEAD");
        work.CommitAll();
        AgentGit.TryWith(
            new Dictionary<string, string>
            {
                ["GIT_SEQUENCE_EDITOR"] = "sed -i -e '1{h;d}' -e '2{G}' -e '3s/^pick/fixup/'",
                ["GIT_EDITOR"] = "true",
            },
            "rebase",
            "--interactive",
            begin
        );
    }

    private static void Reset(AgentWork work)
    {
        work.CommitAll();
        AgentGit.Try("reset", "--quiet", "--hard", "HEAD~2");
        work.Commit(2);
        work.Commit(3);
        AgentGit.Try("reset", "--quiet", "HEAD~1");
    }

    private static void Revert(AgentWork work)
    {
        work.CommitAll();
        AgentGit.Try("revert", "--no-edit", "HEAD");
        AgentGit.Try("revert", "--no-edit", "HEAD");
    }

    /// <summary>Changes a file that the task does not own in one commit and reverts it in a later one. Only the final state
    /// counts.</summary>
    private static void CommitForeignAndTakeItBack(AgentWork work)
    {
        work.Commit(1);
        File.AppendAllText("README.md", "by the way\n");
        AgentGit.Commit("By the way");
        work.Commit(2);
        AgentGit.Try("checkout", "--quiet", "HEAD~2", "--", "README.md");
        AgentGit.Commit("Not my file");
        work.Commit(3);
    }

    private static void MergeMain(AgentWork work)
    {
        work.CommitAll();
        AgentGit.Try("merge", "--quiet", "--no-edit", "main");
        AgentGit.Try("rebase", "--quiet", "main");
    }
}
