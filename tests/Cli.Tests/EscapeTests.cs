using Orchestrator.Agents.Tests;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>An agent that tries to get out of its task: each way is refused, undone or put aside, and named.</summary>
public class EscapeTests
{
    private const string Common = "common=$(git rev-parse --git-common-dir); ";

    /// <summary>Each task: what its agent does, and what its end must say. What it does to its own work fails it; what it does to what all
    /// share could be somebody else's doing, so that its own work is merged anyway.</summary>
    private static readonly (string Id, string Owns, string Script, string Said)[] Tries =
    [
        ("link-out", "'*.txt'", "ln -s ../../../../outside escape.txt", "symbolic link"),
        ("link-into-git", "'*.txt'", "ln -s .git/config escape.txt", "symbolic link"),
        (
            "hard-link",
            "'*.txt'",
            Common + "ln \"$common/config\" escape.txt; printf '[core]\\n\\tpager = evil\\n' >> escape.txt",
            "+the setting core.pager was added"
        ),
        (
            "hook",
            "'*.txt'",
            Common
                + "echo x > a.txt; mkdir -p \"$common/hooks\"; echo evil > \"$common/hooks/post-commit\"; chmod +x "
                + "\"$common/hooks/post-commit\"",
            "+hooks/post-commit was added"
        ),
        (
            "filter",
            ".gitattributes",
            "echo '* filter=evil' > .gitattributes; git config filter.evil.clean 'touch /tmp/evil; cat'",
            "+the setting filter.evil.clean was added"
        ),
        (
            "attributes",
            "'*.txt'",
            Common + "echo x > a.txt; mkdir -p \"$common/info\"; echo '* -text' > \"$common/info/attributes\"",
            "+info/attributes was added"
        ),
        (
            "nested",
            "'sub/**'",
            "git init -q sub; echo x > sub/a; git -C sub add a; git -C sub -c user.name=x -c user.email=x commit -qm x",
            "repository of its own"
        ),
        ("case-rename", "'*.txt'", "git mv README.md Readme.md", "README.md' was deleted"),
        ("case-twin", "'*.md'", "echo x > ReadMe.md", "differs only in letter case"),
        ("mode", "'*.txt'", "echo x > a.txt; chmod +x README.md", "README.md' was changed"),
        ("git-file", "'*.txt'", "echo x > a.txt; echo 'gitdir: /tmp/evil' > .git", "+/.git was changed"),
        ("git-folder", "'*.txt'", "echo x > a.txt; rm .git; git init -q .", "+/.git was changed"),
        ("stash", "'*.txt'", "echo x > a.txt; git stash drop -q", "+WIP on main: "),
        (
            "move-staging",
            "'*.txt'",
            "echo x > staging.txt; git add staging.txt; git commit -qm x; git update-ref "
                + "\"refs/heads/orchestrator/$ORCHESTRATOR_RUN/staging\" HEAD",
            "+had been moved by another program and was restored"
        ),
        (
            "move-main",
            "'*.txt'",
            "echo x > main.txt; git add main.txt; git commit -qm x; git update-ref refs/heads/main HEAD",
            "+refs/heads/main was changed"
        ),
        (
            "base",
            "'*.txt'",
            "echo x > base.txt; git add base.txt; git commit -qm x; git update-ref \"refs/orchestrator/base/$ORCHESTRATOR_RUN\" HEAD",
            "+"
        ),
        (
            "other-worktree",
            "'*.txt'",
            Common
                + "echo x > a.txt; git -C \"$ORCHESTRATOR_REPOSITORY\" worktree list -v >/dev/null; for w in "
                + "\"$common\"/worktrees/verify-*; do printf '[core]\\n\\tfsmonitor = evil\\n' > \"$w/config.worktree\"; done",
            "+the setting core.fsmonitor in worktrees/verify-"
        ),
        ("kill-parent", "'*.txt'", "echo x > a.txt; case $ORCHESTRATOR_START in */1) kill -9 $PPID ;; esac; exit 3", "exit code"),
        (
            "daemon",
            "'*.txt'",
            "setsid sh -c 'echo $$ > \"$HOME/daemon\"; sleep 600' </dev/null >/dev/null 2>&1 & while [ ! -s \"$HOME/daemon\" ]; do sleep "
                + "0.05; done; echo x > b.txt",
            "+"
        ),
    ];

    [Fact]
    public async Task Run_AgentThatTriesToGetOut_IsRefusedOrUndoneAndNamed()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("README.md", "the user's\n");
        cli.Git("-c", "user.name=T", "-c", "user.email=t@localhost", "stash", "push", "-q");
        var agent = Path.Combine(cli.Home, "agent.sh");
        File.WriteAllText(
            agent,
            $"HOME='{cli.Home}'; export HOME\nexport GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x\n"
                + $"case $ORCHESTRATOR_TASK in\n{string.Concat(Tries.Select(t => $"{t.Id}) {t.Script} ;;\n"))}esac\n"
        );
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\npermissions: {{sandbox: off}}\n"
        );
        cli.Write(
            "tasks.yaml",
            "tasks:\n"
                + string.Concat(
                    Tries.Select(t =>
                        $"  - {{id: {t.Id}, description: Try, files_write: [{t.Owns}], max_retries: 0, verification: [{{command: "
                        + $"'true'}}]}}\n"
                    )
                )
        );
        cli.Environment["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache");
        cli.Environment.Remove(Unconfined.Variable);
        var before = cli.Git("for-each-ref", "refs/heads/main") + cli.Git("config", "--list", "--local");
        var stash = cli.Git("rev-parse", "refs/stash").Trim();

        await cli.RunAsync("run", "--yes", "--workers", "1"); // So many tasks without a test need a person's yes.
        await cli.RunAsync("approve", "plan");
        var run = await cli.RunAsync("resume", "--yes");

        Assert.True(run.ExitCode == 1, run.People);
        var status = (await cli.RunAsync("status", "--json")).Json;
        var events = (await cli.RunAsync("events", "--json")).Output;
        var wrong = Tries
            .Select(t => (t.Id, t.Said, Task: status["tasks"]!.AsArray().Single(n => (string?)n!["id"] == t.Id)!))
            .Where(t =>
                (string?)t.Task["state"] != (t.Said[0] == '+' ? "merged" : "failed")
                || !$"{t.Task["reason"]} {Said(t.Id)}".Contains(t.Said.TrimStart('+'), StringComparison.Ordinal)
            )
            .Select(t => $"{t.Id}: {t.Task["state"]}: {t.Task["reason"]} {Said(t.Id)}")
            .ToList();
        string Said(string id) =>
            string.Join(
                ' ',
                events
                    .Split('\n')
                    .Where(line =>
                        line.Contains($"\"task\":\"{id}\"", StringComparison.Ordinal)
                        // Staging is the run's, and so is the event that says it was put back.
                        || (id == "move-staging" && line.Contains("\"task\":null", StringComparison.Ordinal))
                    )
            );
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Equal(before, cli.Git("for-each-ref", "refs/heads/main") + cli.Git("config", "--list", "--local"));
        Assert.Contains(stash, cli.Git("for-each-ref", "refs/orchestrator/foreign"), StringComparison.Ordinal);
        Assert.Equal("", cli.Git("status", "--porcelain", "--untracked-files=no"));
        Assert.False(File.Exists("/tmp/evil"));
        var stat = $"/proc/{File.ReadAllText(Path.Combine(cli.Home, "daemon")).Trim()}/stat";
        Assert.True(!File.Exists(stat) || File.ReadAllText(stat).Contains(") Z", StringComparison.Ordinal), "the daemon lives");
    }

    /// <summary>Changes of the common git folder: a confined agent makes them in one of its own, where the user's stash is not.</summary>
    private static readonly (string Id, string Script)[] Closed =
    [
        ("config", "git config core.pager evil"),
        ("hook", "mkdir -p \"$common/hooks\" && echo evil >\"$common/hooks/post-commit\""),
        ("attributes", "mkdir -p \"$common/info\" && echo '* -text' >\"$common/info/attributes\""),
        ("stash", "git stash pop -q"),
        ("stash-push", "echo more >>README.md && git stash push -q"),
        ("main", "git update-ref refs/heads/main HEAD"),
        ("staging", "git update-ref \"refs/heads/orchestrator/$ORCHESTRATOR_RUN/staging\" HEAD"),
        ("result", "git update-ref refs/orchestrator/base/evil HEAD"),
        ("branch", "git branch -f evil"),
        ("worktree", "git worktree add -q ../evil"),
        ("gone", "rm -r \"$common/refs/heads\""),
    ];

    [BubblewrapFact]
    public async Task Run_AgentThatIsConfined_ChangesNothingOfTheSharedGitFolderAndWorksInItsOwn()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("README.md", "the user's\n");
        cli.Git("-c", "user.name=T", "-c", "user.email=t@localhost", "stash", "push", "-q");
        var agent = Path.Combine(cli.Home, "agent.sh");
        var tries = Closed.Select(c => $"try {c.Id} '{c.Script.Replace("'", "'\\''", StringComparison.Ordinal)}'\n");
        File.WriteAllText(
            agent,
            $$$"""
            export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x
            common=$(git rev-parse --git-common-dir)
            try() { if sh -c "$2" >>said.txt 2>&1; then echo "$1: done" >>a.txt; else echo "$1: refused" >>a.txt; fi; }
            export common
            {{{string.Concat(tries)}}}
            git checkout -q README.md
            rm said.txt
            try commit 'git add a.txt && git commit -qm mine && git log --oneline -1'
            try hook-allows 'echo "{\"tool_name\":\"Write\",\"tool_input\":{\"file_path\":\"$PWD/b.txt\"}}" |
              "{{{Path.Combine(AppContext.BaseDirectory, "orchestrate")}}}" hook --policy "$ORCHESTRATOR_START/policy" | grep deny'
            try claim '"{{{Path.Combine(AppContext.BaseDirectory, "orchestrate")}}}" done --task a --status completed --reason inside'
            mv said.txt "$ORCHESTRATOR_START/out/said.txt"
            """
        );
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\npermissions: {{sandbox: on}}\n"
        );
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [{command: test -f a.txt}]}\n");
        cli.Environment["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache");
        cli.Environment.Remove(Unconfined.Variable);
        var before =
            cli.Git("for-each-ref", "refs/heads/evil", "refs/stash") + cli.Git("config", "--list", "--local") + cli.Git("stash", "list");

        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal(
            [
                .. Closed.Select(c => $"{c.Id}: {(c.Id is "stash" or "worktree" ? "refused" : "done")}"),
                "commit: done",
                "hook-allows: done",
                "claim: done",
            ],
            cli.Read("a.txt").TrimEnd().Split('\n')
        );
        Assert.Equal(
            before,
            cli.Git("for-each-ref", "refs/heads/evil", "refs/stash") + cli.Git("config", "--list", "--local") + cli.Git("stash", "list")
        );
        Assert.Empty(Directory.GetDirectories(cli.Folder, "evil", SearchOption.AllDirectories));
        var task = (await cli.RunAsync("status", "--json")).Json["tasks"]![0]!;
        Assert.Equal(("merged", 1, 1), ((string?)task["state"], (int)task["attempt"]!, (int)task["starts"]!));
        Assert.Equal(
            "inside",
            AgentOutcomeClaim
                .TryRead(
                    Directory.GetDirectories(Path.Combine(cli.Folder, ".orchestrator/runs"), "1", SearchOption.AllDirectories).Single()
                )!
                .Reason
        );
    }

    [Theory]
    [Trait("Category", "Full")]
    [InlineData("auto", "sandbox", 1, "Agents must be confined")]
    public Task Run_BubblewrapIsNeededAndDoesNotWork_IsSaidBeforeAnythingIsPaid(
        string sandbox,
        string isolation,
        int exitCode,
        string said
    ) => Run_BubblewrapIsThereAndDoesNotWork_IsSaidBeforeAnythingIsPaid(sandbox, isolation, exitCode, said);

    [Theory]
    [InlineData("on", "worktree", 5, "No agent would start")]
    [InlineData("auto", "worktree", 0, "Agents and gates are not confined")]
    public async Task Run_BubblewrapIsThereAndDoesNotWork_IsSaidBeforeAnythingIsPaid(
        string sandbox,
        string isolation,
        int exitCode,
        string said
    )
    {
        using var cli = new CliFixture().WithRepository();
        var broken = Path.Combine(cli.Home, "bwrap");
        File.WriteAllText(broken, "#!/bin/sh\necho 'no namespaces for you' >&2\nexit 1\n");
        cli.Git("-c", $"alias.executable=!chmod +x '{broken}'", "executable");
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [touch, a.txt]}}}}\ndisk: {{reserve: 1}}\npermissions: {{sandbox: {sandbox}}}\n"
        );
        cli.Write(
            "tasks.yaml",
            $"tasks:\n  - {{id: a, description: A, files_write: [a.txt], isolation: {isolation}, verification: [{{command: test -f "
                + $"a.txt}}]}}\n"
        );
        var orchestrate = new TestKit.OrchestrateProgram(
            cli.Folder,
            new Dictionary<string, string?>
            {
                ["HOME"] = cli.Home,
                ["PATH"] = $"{cli.Home}:{cli.Environment["PATH"]}",
                [Unconfined.Variable] = null,
            }
        );

        var run = await orchestrate.RunAsync("run", "--yes");
        await orchestrate.RunAsync("trust", "--yes");
        var check = await orchestrate.RunAsync("check");

        var people = run.StandardOutput.Text + run.StandardError.Text;
        Assert.True(run.ExitCode == exitCode, people);
        Assert.Contains(said, people, StringComparison.Ordinal);
        Assert.Contains("no namespaces for you", people, StringComparison.Ordinal);
        Assert.Contains("no namespaces for you", check.StandardOutput.Text + check.StandardError.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AgentThatWritesIntoTheUsersCheckout_IsNamedAtTheEnd()
    {
        using var cli = new CliFixture().WithRepository();
        var agent = Path.Combine(cli.Home, "agent.sh");
        File.WriteAllText(
            agent,
            "echo x > a.txt; echo stray > ../../../stray.txt; echo stray > \"$ORCHESTRATOR_REPOSITORY/absolute.txt\"\n"
        );
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\n"
        );
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [{command: test -f a.txt}]}\n");
        cli.Environment["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache");

        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Contains("absolute.txt, stray.txt", run.People, StringComparison.Ordinal);
        Assert.DoesNotContain("stray.txt", cli.Git("ls-tree", "-r", "--name-only", "main"), StringComparison.Ordinal);
    }
}
