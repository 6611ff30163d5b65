using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Agents side by side that use git in their own worktrees, as people do. Each is started once, and all that was done lands.</summary>
public class CommittingAgentTests
{
    private const string Commit = "git add . && git commit -qm";

    /// <summary>Each task writes its own file; while it does so the others are at work, which the files in the home folder make sure of.</summary>
    private static readonly (string Id, string Script)[] Habits =
    [
        ("commits", $"{Commit} one; echo 2 >> $f; {Commit} two"),
        ("amends", $"{Commit} one; echo 2 >> $f; git add . && git commit -q --amend -m other"),
        ("rebases", $"{Commit} one; echo 2 >> $f; {Commit} two; git reset -q --soft HEAD~2; git commit -qm squashed"),
        ("own-branch", $"git checkout -qb mine; {Commit} one; echo 2 >> $f"),
        ("renames", $"{Commit} one; git branch -m renamed; echo 2 >> $f"),
        ("detached", $"git checkout -q --detach; {Commit} one; echo 2 >> $f"),
        ("leaves", $"{Commit} one; git tag v1; git branch beside; git remote add there /nowhere; git config user.name Somebody; echo 2 >> $f"),
        ("stashes", "git add .; git stash -q; git stash pop -q; echo 2 >> $f"),
        ("locks", $"{Commit} one; echo 2 >> $f; : > \"$(git rev-parse --git-dir)/index.lock\""),
    ];

    [Theory]
    [InlineData("off")]
    public Task Run_AgentsWithHabitsSideBySide_EachIsStartedOnceAndAllLand(string sandbox) => RunAsync(sandbox, []);

    /// <summary>Confined, an agent can't write what all share, and git says so.</summary>
    [Agents.Tests.BubblewrapFact]
    public Task Run_ConfinedAgentsWithHabitsSideBySide_EachIsStartedOnceAndAllLand() => RunAsync("on", ["leaves", "stashes", "own-branch", "renames"]);

    private static async Task RunAsync(string sandbox, string[] refused)
    {
        using var cli = new CliFixture().WithRepository();
        var agent = Path.Combine(cli.Home, "agent.sh");
        var here = Path.Combine(cli.Folder, ".orchestrator", "here");
        Directory.CreateDirectory(here);
        File.WriteAllText(agent, $$"""
            export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x
            f=$ORCHESTRATOR_TASK.txt
            echo 1 > $f
            case $ORCHESTRATOR_TASK in
            {{string.Concat(Habits.Select(h => $"{h.Id}) {h.Script} ;;\n"))}}
            esac
            if ! grep -q 2 $f; then echo 2 >> $f; fi
            exit 0
            """);
        cli.Write(".orchestrator/config.yaml", $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\npermissions: {{sandbox: {sandbox}}}\n");
        cli.Write("tasks.yaml", "tasks:\n" + string.Concat(Habits.Select(h => $"  - {{id: {h.Id}, description: Work, files_write: [{h.Id}.txt], max_retries: 0, verification: [{{command: grep -q 2 {h.Id}.txt}}]}}\n")));
        cli.Environment["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache");

        var run = await cli.RunAsync("run", "--yes", "--workers", "9");

        Assert.True(run.ExitCode == 0, run.People);
        var tasks = (await cli.RunAsync("status", "--json")).Json["tasks"]!.AsArray();
        Assert.All(tasks, task => Assert.Equal(("merged", 1, 1), ((string?)task!["state"], (int)task["round"]!, (int)task["starts"]!)));
        Assert.All(Habits, habit => Assert.Equal("1\n2\n", cli.Git("show", $"main:{habit.Id}.txt")));
        Assert.Equal("", cli.Git("status", "--porcelain", "--untracked-files=no"));
        foreach (var (id, said) in (((string, string)[])[("own-branch", "a branch of its own, mine"), ("leaves", "config:remote.there.url was added")]).Where(e => !refused.Contains(e.Item1)))
            Assert.Contains(said, (string)tasks.Single(task => (string?)task!["id"] == id)!["reason"]!, StringComparison.Ordinal);
    }
}
