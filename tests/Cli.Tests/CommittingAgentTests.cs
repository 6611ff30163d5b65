using Orchestrator.Agents.Tests;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>
/// Agents that use git in their own worktrees, as people do, all at work at the same time. Each is started once, and all that was done
/// lands.
/// </summary>
public class CommittingAgentTests
{
    private const string Commit = "git add . && git commit -qm";

    /// <summary>Each task writes its own file, with a habit of its agent's.</summary>
    private static readonly (string Id, string Script)[] Habits =
    [
        ("commits", $"{Commit} one; echo 2 >> $f; {Commit} two"),
        ("amends", $"{Commit} one; echo 2 >> $f; git add . && git commit -q --amend -m other"),
        ("rebases", $"{Commit} one; echo 2 >> $f; {Commit} two; git reset -q --soft HEAD~2; git commit -qm squashed"),
        ("own-branch", $"git checkout -qb mine; {Commit} one; echo 2 >> $f"),
        ("renames", $"{Commit} one; git branch -m renamed; echo 2 >> $f"),
        ("detached", $"git checkout -q --detach; {Commit} one; echo 2 >> $f"),
        (
            "leaves",
            $"{Commit} one; git tag v1; git branch beside; setting remote.there.url /nowhere; setting user.name Somebody; echo 2 >> $f"
        ),
        ("stashes", "git add .; git stash -q; git stash pop -q; echo 2 >> $f"),
        ("locks", $"{Commit} one; echo 2 >> $f; : > \"$(git rev-parse --git-dir)/index.lock\""),
    ];

    [Fact]
    public Task Run_AgentsWithHabitsSideBySide_EachIsStartedOnceAndAllLand() => RunAsync("off");

    /// <summary>Confined, an agent can't write what all share, and git says so.</summary>
    [BubblewrapFact]
    public Task Run_ConfinedAgentsWithHabitsSideBySide_EachIsStartedOnceAndAllLand() => RunAsync("on");

    private static async Task RunAsync(string sandbox)
    {
        using var cli = new CliFixture().WithRepository();
        cli.Environment.Remove(Unconfined.Variable);
        var agent = Path.Combine(cli.Home, "agent.sh");
        Directory.CreateDirectory(Path.Combine(cli.Home, "meet"));
        File.WriteAllText(
            agent,
            $$"""
            export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x
            # git does not wait for the lock of its settings, which 'git branch -m' of a neighbour may hold at this moment.
            setting() { while LC_ALL=C git config "$@" 2>&1 | grep -q 'File exists'; do sleep 0.05; done; }
            f=$ORCHESTRATOR_TASK.txt
            echo 1 > $f
            : > "{{cli.Home}}/meet/here-$ORCHESTRATOR_TASK"
            while [ $(ls "{{cli.Home}}/meet" | grep -c here-) -lt COUNT ]; do sleep 0.05; done
            case $ORCHESTRATOR_TASK in
            {{string.Concat(Habits.Select(h => $"{h.Id}) {h.Script} ;;\n"))}}
            esac
            if ! grep -q 2 $f; then echo 2 >> $f; fi
            exit 0
            """.Replace("COUNT", $"{Habits.Length}", StringComparison.Ordinal)
        );
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\npermissions: {{sandbox: "
                + $"{sandbox}, paths: [~/meet]}}\n"
        );
        cli.Write(
            "tasks.yaml",
            "tasks:\n"
                + string.Concat(
                    Habits.Select(h =>
                        $"  - {{id: {h.Id}, description: Work, files_write: [{h.Id}.txt], max_retries: 0, verification: [{{command: grep "
                        + $"-q 2 {h.Id}.txt}}]}}\n"
                    )
                )
        );
        cli.Environment["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache");

        var run = await cli.RunAsync("run", "--yes", "--workers", "9");

        Assert.True(run.ExitCode == 0, run.People);
        var tasks = (await cli.RunAsync("status", "--json")).Json["tasks"]!.AsArray();
        Assert.All(tasks, task => Assert.Equal(("merged", 1, 1), ((string?)task!["state"], (int)task["attempt"]!, (int)task["starts"]!)));
        Assert.All(Habits, habit => Assert.Equal("1\n2\n", cli.Git("show", $"main:{habit.Id}.txt")));
        Assert.Equal("", cli.Git("status", "--porcelain", "--untracked-files=no"));
        if (sandbox == "off")
        {
            Assert.Contains(
                "the agent worked on its own branch mine",
                (string)tasks.Single(task => (string?)task!["id"] == "own-branch")!["reason"]!,
                StringComparison.Ordinal
            );
            var events = (await cli.RunAsync("events", "--json")).Output;
            Assert.All(
                (string[])["remote.there.url", "user.name", "refs/tags/v1", "refs/heads/beside"],
                name => Assert.Single(events.Split('\n'), line => line.Contains(name + " was added", StringComparison.Ordinal))
            );
        }
    }
}
