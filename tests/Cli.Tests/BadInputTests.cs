using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>
/// Gates, agents and repositories that misbehave: each works, or is refused with place and cure; none hangs or takes the run with it.
/// </summary>
public class BadInputTests
{
    /// <summary>Each task: what its agent does, its gate, and what its end must say; empty where it has to be merged.</summary>
    private static readonly (string Id, string Script, string Gate, string Said)[] Tries =
    [
        (
            "gate-never-ends",
            "echo x > gate-never-ends.txt",
            "{command: 'test -f gate-never-ends.txt && sleep 600', timeout: 1}",
            "Gate failed"
        ),
        (
            "gate-floods",
            "echo x > gate-floods.txt",
            "{command: 'test -f gate-floods.txt && head -c 100000000 /dev/zero', timeout: 120}",
            ""
        ),
        ("gate-kills-group", "echo x > gate-kills-group.txt", "{command: 'test -f gate-kills-group.txt && kill -9 0'}", "Gate failed"),
        ("half-json", "echo x > half-json.txt; printf '{\"type\":\"result\",\"is_er'", "{command: 'test -f half-json.txt'}", ""),
        ("long-line", "echo x > long-line.txt; head -c 50000000 /dev/zero | tr '\\0' x", "{command: 'test -f long-line.txt'}", ""),
        (
            "invalid-utf8",
            "echo x > invalid-utf8.txt; printf '\\377\\376\\300bad\\n'; printf '\\377' >&2",
            "{command: 'test -f invalid-utf8.txt'}",
            ""
        ),
        ("prints-nothing", "echo x > prints-nothing.txt", "{command: 'test -f prints-nothing.txt'}", ""),
        ("does-nothing", "true", "{command: 'test -f does-nothing.txt'}", "without changing any file"),
    ];

    [Fact]
    public async Task Run_GatesAndAgentsThatMisbehave_EndAsTheyShouldAndTheOthersAreMerged()
    {
        using var cli = Repository(string.Concat(Tries.Select(t => $"{t.Id}) {t.Script} ;;\n")));
        cli.Write(
            "tasks.yaml",
            "tasks:\n"
                + string.Concat(
                    Tries.Select(t =>
                        $"  - {{id: {t.Id}, description: Try, files_write: [{t.Id}.txt], max_retries: 0, verification: [{t.Gate}]}}\n"
                    )
                )
        );

        var run = await cli.RunAsync("run", "--yes", "--approve-risk", "100", "--workers", "4");

        Assert.True(run.ExitCode == 1, run.People);
        var tasks = (await cli.RunAsync("status", "--json")).Json["tasks"]!.AsArray();
        var wrong = Tries
            .Select(t => (t.Id, t.Said, Task: tasks.Single(n => (string?)n!["id"] == t.Id)!))
            .Where(t =>
                (string?)t.Task["state"] != (t.Said.Length > 0 ? "failed" : "merged")
                || !((string)t.Task["reason"]!).Contains(t.Said, StringComparison.Ordinal)
            )
            .Select(t => $"{t.Id}: {t.Task["state"]}: {t.Task["reason"]}");
        Assert.Equal("", string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("autocrlf")]
    [InlineData("sparse")]
    [InlineData("separate-git-dir")]
    [InlineData("failing-hooks")]
    [InlineData("others-worktrees")]
    [InlineData("signing")]
    public async Task Run_OddRepository_Lands(string kind)
    {
        using var cli = Repository("*) printf 'new\\n' > a.txt ;;\n");
        switch (kind)
        {
            case "autocrlf":
                cli.Git("config", "core.autocrlf", "true");
                break;
            case "sparse":
                cli.Write("inside/x", "x\n");
                cli.Write("outside/y", "y\n");
                cli.Git("add", "inside", "outside");
                cli.Git("-c", "user.name=T", "-c", "user.email=t@localhost", "commit", "-qm", "folders");
                cli.Git("sparse-checkout", "set", "inside");
                break;
            case "separate-git-dir":
                cli.Git("init", "-q", "--separate-git-dir", Path.Combine(cli.Home, "elsewhere.git"));
                break;
            case "failing-hooks":
                foreach (var hook in (string[])["pre-commit", "commit-msg", "post-checkout", "pre-merge-commit", "reference-transaction"])
                {
                    cli.Write($".git/hooks/{hook}", "#!/bin/sh\nexit 1\n");
                }
                cli.Git("-c", "alias.executable=!chmod +x .git/hooks/*", "executable");
                break;
            case "others-worktrees":
                cli.Git("worktree", "add", "-q", "-b", "theirs", Path.Combine(cli.Home, "theirs"));
                Directory.CreateDirectory(Path.Combine(cli.Folder, ".git/worktrees/half"));
                break;
            default:
                cli.Git("config", "commit.gpgSign", "true");
                cli.Git("config", "gpg.program", "/bin/false");
                break;
        }

        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [{command: test -f a.txt}]}\n");
        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("new", cli.Read("a.txt").TrimEnd());
        Assert.Equal("", cli.Git("status", "--porcelain", "--untracked-files=no"));
        Assert.Equal("new\n", cli.Git("cat-file", "blob", "main:a.txt"));
        if (kind == "others-worktrees")
        {
            Assert.Contains("theirs", cli.Git("worktree", "list"), StringComparison.Ordinal);
        }
    }

    /// <summary>A read-only disk, to which nothing can be written.</summary>
    [Fact]
    public async Task Run_NothingCanBeWritten_NamesThePlaceAndTheCure()
    {
        using var cli = Repository("*) true ;;\n");
        cli.Write(".orchestrator/logs", "a file in the folder's place\n");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");

        var run = await cli.RunAsync("run", "--yes");

        Assert.Equal(5, run.ExitCode);
        Assert.Contains(Path.Combine(cli.Folder, ".orchestrator/logs"), run.People, StringComparison.Ordinal);
        Assert.Contains("Check that the log folder is writable and its disk is not full", run.People, StringComparison.Ordinal);
    }

    private static CliFixture Repository(string cases)
    {
        var cli = new CliFixture().WithRepository();
        var agent = cli.WriteAgent($"case $ORCHESTRATOR_TASK in\n{cases}esac\n");
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\n"
        );
        cli.Environment["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache");
        return cli;
    }
}
