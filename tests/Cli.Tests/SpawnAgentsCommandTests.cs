using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Tasks in words, side by side: each leaves a branch of its own, and nothing is merged.</summary>
public sealed class SpawnAgentsCommandTests
{
    private const string Agent = "echo \"$ORCHESTRATOR_TASK\" >> README.md";

    [Fact]
    public async Task Spawn_TasksThatConflict_LeavesABranchOfEachAndTheTargetAsItWas()
    {
        using var cli = await RunCommandTests.Repository(Agent).TrustAsync();
        var before = cli.Git("rev-parse", "main");
        cli.Write("more.md", "# Ideas\n\n- Third one\n- [x] Done before\n");

        var run = await cli.RunAsync("spawn", "First one", "Second one", "--from", "more.md", "--yes");
        var status = (await cli.RunAsync("status", "--json")).Json;

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal(before, cli.Git("rev-parse", "main"));
        Assert.Equal("completed", (string?)status["state"]);
        Assert.Equal(3, (int)status["counts"]!["kept"]!);
        Assert.Equal(0, (int)status["counts"]!["merged"]!);
        foreach (var task in (string[])["first-one", "second-one", "third-one"])
        {
            var branch = $"orchestrator/{(string?)status["runId"]}/t/{task}";
            Assert.Equal($"Hello\n{task}\n", cli.Git("show", $"{branch}:README.md"));
            Assert.Equal(before, cli.Git("rev-parse", $"{branch}^"));
        }
        Assert.Equal("", cli.Git("branch", "--list", "*/staging"));
        Assert.Single(cli.Git("worktree", "list").Split('\n', StringSplitOptions.RemoveEmptyEntries), line => !line.Contains(".pool"));
        var report = await cli.RunAsync("report", "--full");
        Assert.Contains("/t/second-one", report.Output, StringComparison.Ordinal);
        Assert.Contains("| third-one | kept |", report.Output, StringComparison.Ordinal);

        // Branches that nobody has merged are work that nobody else has.
        var cleanup = await cli.RunAsync("cleanup", "--keep", "0");
        Assert.Equal(0, cleanup.ExitCode);
        Assert.Equal(3, cli.Git("branch", "--list", "orchestrator/*").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Spawn_SameTaskSeveralTimes_StartsAnAgentForEach()
    {
        using var cli = await RunCommandTests.Repository(Agent).TrustAsync();

        var run = await cli.RunAsync("spawn", "--n", "3", "Speed it up", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Contains("3 of 3 tasks on branches, 3 agent starts", run.People, StringComparison.Ordinal);
        Assert.Contains("t/speed-it-up-3", cli.Git("branch", "--list", "orchestrator/*"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Spawn_ToPick_TakesTheBestByEvidenceAndKeepsTheOthers()
    {
        using var cli = await RunCommandTests
            .Repository(
                "case $ORCHESTRATOR_TASK in *-1) exit 7;; *-2) seq 100 > made.txt;; *-3) echo ok > made.txt;; esac; echo more >> README.md"
            )
            .TrustAsync();
        cli.WriteUser("max_remediations: 0\n");

        var run = await cli.RunAsync("spawn", "--n", "3", "--pick", "Speed it up", "--yes");
        var id = (string)(await cli.RunAsync("status", "--json")).Json["runId"]!;
        var again = await cli.RunAsync("pick", id);
        var wrong = await cli.RunAsync("spawn", "--pick", "Speed it up");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Contains("1. speed-it-up-3: ", run.Output, StringComparison.Ordinal);
        Assert.Contains(
            $"Picked speed-it-up-3, because it changes fewer lines. Its work is on orchestrator/{id}/picked/speed-it-up.",
            run.Output,
            StringComparison.Ordinal
        );
        Assert.Equal(
            cli.Git("rev-parse", $"orchestrator/{id}/t/speed-it-up-3"),
            cli.Git("rev-parse", $"orchestrator/{id}/picked/speed-it-up")
        );
        Assert.Equal("ok\n", cli.Git("show", $"orchestrator/{id}/picked/speed-it-up:made.txt"));
        Assert.Contains("t/speed-it-up-2", cli.Git("branch", "--list", "orchestrator/*"), StringComparison.Ordinal);
        Assert.Contains("3. speed-it-up-1: failed", run.Output, StringComparison.Ordinal);
        Assert.Equal(0, again.ExitCode);
        Assert.Contains("Picked speed-it-up-3", again.Output, StringComparison.Ordinal);
        Assert.Equal(2, wrong.ExitCode);
    }

    [Fact]
    public async Task Spawn_IntoARunAtWork_AddsTheTask()
    {
        using var cli = await RunCommandTests
            .Repository($"while [ $ORCHESTRATOR_TASK = wait-for-it ] && ! [ -e \"$HOME/go\" ]; do sleep 0.05; done; {Agent}")
            .TrustAsync();
        var run = cli.RunAsync("spawn", "Wait for it", "--yes");
        await Wait.UntilAsync(async () => (await cli.RunAsync("status")).Output.Contains("executing", StringComparison.Ordinal));

        var added = await cli.RunAsync("spawn", "--run", "spawn", "Wait for it", "Another one");
        var refused = await cli.RunAsync("spawn", "--run", "spawn", "Third", "--land", "merge");
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "go"), "");
        var ended = await run;
        var late = await cli.RunAsync("spawn", "--run", "spawn", "Too late");

        Assert.True(added.ExitCode == 0, added.People);
        Assert.Contains("2 more tasks: wait-for-it-2, another-one", added.People, StringComparison.Ordinal);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--land applies only to a new run", refused.People, StringComparison.Ordinal);
        Assert.True(ended.ExitCode == 0, ended.People);
        Assert.Contains("3 of 3 tasks on branches", ended.People, StringComparison.Ordinal);
        Assert.Equal(2, late.ExitCode);
        Assert.Contains("/t/another-one", cli.Git("branch", "--list", "orchestrator/*"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Spawn_OneTaskFails_KeepsTheOthersAndWaitsForADecision()
    {
        using var cli = await RunCommandTests.Repository($"case $ORCHESTRATOR_TASK in bad-*) exit 7;; esac; {Agent}").TrustAsync();

        var run = await cli.RunAsync("spawn", "Good one", "Bad one", "--yes");
        var skip = await cli.RunAsync("skip", (string)(await cli.RunAsync("status", "--json")).Json["runId"]! + "/bad-one", "--yes");

        Assert.Equal(1, run.ExitCode);
        Assert.True(skip.ExitCode == 0, skip.People);
        Assert.Contains("completed", skip.People, StringComparison.Ordinal);
        Assert.Contains("t/good-one", cli.Git("branch", "--list", "orchestrator/*"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Spawn_ToLandByMerge_MergesThemLikeAPlan()
    {
        using var cli = await RunCommandTests.Repository("echo x > \"$ORCHESTRATOR_TASK.txt\"").TrustAsync();

        var run = await cli.RunAsync("spawn", "One", "Two", "--land", "merge", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("README.md\none.txt\ntwo.txt\n", cli.Git("ls-tree", "--name-only", "main"));
    }

    [Fact]
    public async Task Run_PlanWithDependencies_IsRefusedWhereNothingIsMerged()
    {
        using var cli = await RunCommandTests.Repository(Agent).TrustAsync();
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, parallel: true}\n  - {id: b, description: B, depends_on: [a]}\n");

        var run = await cli.RunAsync("run", "--land", "branches", "--yes");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("Task b depends on a, but would not see that work", run.People, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("The task describes no work: it is empty.", "")]
    [InlineData("The command names no task.")]
    [InlineData("--n 0: a task needs at least one agent.", "A", "--n", "0")]
    [InlineData("The file none.md does not exist", "--from", "none.md")]
    [InlineData("list.md: line 2 is neither a list item nor indented below one", "--from", "list.md")]
    [InlineData("empty.md is empty.", "--from", "empty.md")]
    public async Task Spawn_NothingToDo_IsRefusedBeforeAnythingStarts(string message, params string[] arguments)
    {
        using var cli = RunCommandTests.Repository(Agent);
        cli.Write("list.md", "- One\nand more\n");
        cli.Write("empty.md", "\n");

        var refused = await cli.RunAsync(["spawn", .. arguments]);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(message, refused.People, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(cli.Folder, ".orchestrator", "runs")));
    }
}
