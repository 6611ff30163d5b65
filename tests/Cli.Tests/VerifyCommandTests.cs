using Xunit;

namespace Orchestrator.Cli.Tests;

public class VerifyCommandTests
{
    private const string Plan = """
        tasks:
          - {id: good, description: A, files_write: [a.txt], verification: [{command: grep -q right a.txt},
            {command: exit 3, required: false, description: advice}]}
          - {id: bad, description: B, files_write: [a.txt],
            verification: [{command: "echo found nothing; grep -q wrong a.txt", type: test}]}
          - {id: bare, description: C, files_write: [c.txt]}
        """;

    [Fact]
    public async Task Verify_PresentTree_RunsTheGatesAndSaysWhatFailed()
    {
        using var cli = Repository();

        var good = await cli.RunAsync("verify", "tasks.yaml", "good");
        var bad = await cli.RunAsync("verify", "tasks.yaml", "bad", "--json");
        var bare = await cli.RunAsync("verify", "tasks.yaml", "bare");

        Assert.Equal((0, 1, 1), (good.ExitCode, bad.ExitCode, bare.ExitCode));
        Assert.Contains("warn  advice: exit code 3", good.People, StringComparison.Ordinal);
        Assert.Contains("found nothing", bad.People, StringComparison.Ordinal);
        var gate = bad.Json["gates"]![0]!;
        Assert.Equal(
            ("bad", false, "failed", "logic", "test", 1),
            (
                (string?)bad.Json["task"],
                (bool)bad.Json["passed"]!,
                (string?)gate["result"],
                (string?)gate["failure"],
                (string?)gate["gate"]!["type"],
                (int)gate["exitCode"]!
            )
        );
        Assert.True(File.Exists((string)gate["evidence"]!));
        Assert.Contains("No gate checks task 'bare'", bare.People, StringComparison.Ordinal);
        Assert.Equal(2, (await cli.RunAsync("verify", "tasks.yaml", "gone")).ExitCode);
    }

    /// <summary>A plan with contracts keeps the detected type checks in addition to a task's own gates, as in a run.</summary>
    [Fact]
    public async Task Verify_PlanWithContracts_RunsTheTypeGatesThatWereFoundToo()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("Makefile", "typecheck:\n\ttrue\ntest:\n\tfalse\n");
        cli.Write(
            "tasks.yaml",
            """
            contracts:
              - {name: Store, file_path: store.py, methods: ["get(key: str) -> str"], consumers: [a]}
            tasks:
              - {id: a, description: A, files_write: [a.py], verification: [{command: ruff --version || true}]}
            """
        );

        var result = await cli.RunAsync("verify", "tasks.yaml", "a", "--yes", "--json");

        Assert.True(result.ExitCode == 0, result.People);
        Assert.Equal(
            [("ruff --version || true", "lint", "task"), ("make typecheck", "typecheck", "contracts")],
            result.Json["gates"]!
                .AsArray()
                .Select(gate => ((string?)gate!["command"], (string?)gate["gate"]!["type"], (string?)gate["source"]))
        );
    }

    [Fact]
    public async Task Verify_GatesOfAPhaseWithOneDescription_AreToldApart()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("plan.md", "# Plan\n\n| # | Phase | Status |\n|---|---|---|\n| 1 | [One](one.md) | Pending |\n");
        cli.Write(
            "one.md",
            "# Phase 1: One\n\n**Status:** Pending\n\n## Gates\n- test -f README.md: must pass\n- test -f other.md: must pass\n- true: is "
                + "quick\n\n## Tasks\n- [ ] 1.1 Write\n"
        );

        var result = await cli.RunAsync("verify", "plan.md", "1", "--json");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            ["test -f README.md: must pass", "test -f other.md: must pass", "is quick"],
            result.Json["gates"]!.AsArray().Select(gate => (string?)gate!["name"])
        );
    }

    [Fact]
    public async Task Verify_Commit_LooksAtThatCommitAndLeavesNothingBehind()
    {
        using var cli = Repository();
        cli.Write("a.txt", "wrong\n");

        var committed = await cli.RunAsync("verify", "tasks.yaml", "good", "--commit", "HEAD");
        var present = await cli.RunAsync("verify", "tasks.yaml", "good");
        var missing = await cli.RunAsync("verify", "tasks.yaml", "good", "--commit", "nowhere");

        Assert.True(committed.ExitCode == 0, committed.People);
        Assert.Equal((1, 2), (present.ExitCode, missing.ExitCode));
        Assert.Single(cli.Git("worktree", "list").Trim().Split('\n'));
    }

    [Fact]
    public async Task Verify_InALinkedWorktree_LooksAtItsFiles()
    {
        using var cli = Repository();
        cli.Git("worktree", "add", "-q", "linked");
        cli.Write("linked/a.txt", "wrong\n");

        var main = await cli.RunAsync("verify", "tasks.yaml", "good");
        var linked = await cli.RunAsync("verify", "tasks.yaml", "good", "--working-dir", "linked");

        Assert.Equal((0, 1), (main.ExitCode, linked.ExitCode));
    }

    [Fact]
    public async Task Verify_Again_TakesWhatPassedFromTheCacheUntilFilesChangeOrItIsToldOtherwise()
    {
        using var cli = Repository();

        var first = await cli.RunAsync("verify", "tasks.yaml", "good");
        var second = await cli.RunAsync("verify", "tasks.yaml", "good", "--json");
        var fresh = await cli.RunAsync("verify", "tasks.yaml", "good", "--fresh");
        cli.Write("another.txt", "new\n");
        var changed = await cli.RunAsync("verify", "tasks.yaml", "good");
        cli.Git("add", "another.txt");
        cli.Git("-c", "user.name=T", "-c", "user.email=t@localhost", "commit", "-qm", "another");
        var committed = await cli.RunAsync("verify", "tasks.yaml", "good");
        cli.Write("a.txt", "left\n");
        var broken = await cli.RunAsync("verify", "tasks.yaml", "good");

        Assert.Equal((0, 1), (first.ExitCode, broken.ExitCode));
        Assert.Contains("ok    grep -q right a.txt: passed (", first.People, StringComparison.Ordinal);
        Assert.Contains(
            "ok    grep -q right a.txt: taken from the cache: ran in 'orchestrate verify' at 20",
            second.People,
            StringComparison.Ordinal
        );
        var taken = second.Json["gates"]![0]!;
        Assert.Equal((true, "", 0), ((bool)taken["cached"]!, (string?)taken["run"], (int)taken["seconds"]!));
        Assert.Contains("advice: exit code 3", second.People, StringComparison.Ordinal); // What is red is never taken.
        Assert.Contains("right a.txt: passed (", fresh.People, StringComparison.Ordinal);
        Assert.Contains("right a.txt: passed (", changed.People, StringComparison.Ordinal);
        Assert.Contains("right a.txt: taken from the cache", committed.People, StringComparison.Ordinal); // The same files.
    }

    /// <summary>A gate gets the same environment as in a run. Its changes stay because the checkout belongs to the user.</summary>
    [Fact]
    public async Task Verify_GateThatChangesTheCheckout_HasItsOwnPortAndFolderAndNothingIsPutBack()
    {
        using var cli = new CliFixture();
        cli.Write("a.txt", "right\n");
        cli.Write(
            "tasks.yaml",
            """
            tasks:
              - id: a
                description: A
                files_write: [a.txt]
                verification: ['test -d "$TMPDIR" && echo $ORCHESTRATOR_PORT $ORCHESTRATOR_WORKTREE $TMPDIR > a.txt']
            """
        );
        cli.WithRepository();

        var verified = await cli.RunAsync("verify", "tasks.yaml", "a");

        Assert.True(verified.ExitCode == 0, verified.People);
        Assert.Matches(@"^\d{4,5} [a-z][a-z0-9_]{0,19} /\S+\n$", cli.Read("a.txt"));
    }

    [Fact]
    public async Task Verify_FailureFarAboveTheEnd_IsShownFirst()
    {
        using var cli = new CliFixture();
        cli.Write(
            "tasks.yaml",
            """
            tasks:
              - id: a
                description: A
                files_write: [a.txt]
                verification: ['echo "expected: 42 but was 41"; seq 100 140; exit 1']
            """
        );
        cli.WithRepository();

        var told = (await cli.RunAsync("verify", "tasks.yaml", "a")).People;

        Assert.Matches(@"(?s)exit code 1 [^\n]+\n +│ expected: 42 but was 41\n +│ …\n +│ 121\n.*│ 140\n", told);
    }

    private static CliFixture Repository()
    {
        var cli = new CliFixture();
        cli.Write("a.txt", "right\n");
        cli.Write("tasks.yaml", Plan);
        return cli.WithRepository();
    }
}
