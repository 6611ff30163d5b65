using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Landed, retained and lost work is reported correctly, and none of it is dropped without a proof or a user's consent.</summary>
public sealed class LandedWorkTests
{
    private const string Plan = """
        tasks:
          - {id: one, description: One, files_write: [one.txt], verification: [{command: grep -q GOOD one.txt}], max_retries: 0}
        """;

    [Fact]
    public async Task Landed_TakenBackByAPerson_IsNotSaidToBeThere()
    {
        using var cli = RunCommandTests.Repository("echo GOOD > one.txt");
        cli.Write("tasks.yaml", Plan);
        var start = cli.Git("rev-parse", "main").Trim();
        Assert.Equal(0, (await cli.RunAsync("run", "--yes")).ExitCode);
        var landed = cli.Git("rev-parse", "main").Trim();

        Assert.Contains($"landed: {landed[..12]} on main\n", (await cli.RunAsync("report")).Output, StringComparison.Ordinal);
        cli.Git("reset", "-q", "--hard", start);
        var report = await cli.RunAsync("report");
        var show = await cli.RunAsync("show");
        var status = await cli.RunAsync("status");
        var history = await cli.RunAsync("history");
        var json = (await cli.RunAsync("status", "--json")).Json;

        Assert.Contains($"landed: {landed[..12]} on main, which no longer contains it", report.Output, StringComparison.Ordinal);
        Assert.Contains($"{landed[..12]} on main, which no longer contains it", show.Output, StringComparison.Ordinal);
        Assert.Contains("completed (no longer on main)", status.Output, StringComparison.Ordinal);
        Assert.Contains("completed (no longer on main)", history.Output, StringComparison.Ordinal);
        Assert.True((bool?)json["landedGone"]);

        // Squashed it is there again by its content; reverted it is not.
        cli.Git("merge", "-q", "--squash", landed);
        Commit(cli, "squashed");
        Assert.False((bool?)(await cli.RunAsync("status", "--json")).Json["landedGone"]);
        cli.Git("reset", "-q", "--hard", landed);
        cli.Git("rm", "-q", "one.txt");
        Commit(cli, "reverted");
        Assert.True((bool?)(await cli.RunAsync("status", "--json")).Json["landedGone"]);

        // Nothing has to be moved, so nobody is asked.
        cli.Git("reset", "-q", "--hard", start);
        var aborted = await cli.RunAsync("abort", (string)json["runId"]!);
        Assert.True(aborted.ExitCode == 0, aborted.People);
        Assert.Equal(start, cli.Git("rev-parse", "main").Trim());
    }

    /// <summary>A snapshot of a failed attempt from which the next one did not continue: nothing of it is in what landed.</summary>
    [Fact]
    public async Task Kept_WorkThatIsNotInWhatLanded_StaysAndIsNamed()
    {
        using var cli = RunCommandTests.Repository("[ -e \"$HOME/well\" ] && { echo GOOD > one.txt; exit 0; }; echo half > one.txt");
        cli.Write("tasks.yaml", Plan);
        Assert.Equal(1, (await cli.RunAsync("run", "--yes")).ExitCode);
        var run = (string)(await cli.RunAsync("status", "--json")).Json["runId"]!;
        var wip = $"refs/orchestrator/wip/{run}/one";
        Assert.Equal("half\n", cli.Git("show", $"{wip}:one.txt"));

        var worktree = Path.Combine(cli.Folder, ".worktrees", run, "one");
        cli.Git("-C", worktree, "reset", "-q", "--hard", "main");
        await File.WriteAllTextAsync(Path.Combine(worktree, "one.txt"), "by a person\n");
        cli.Git("-C", worktree, "add", "one.txt");
        cli.Git("-C", worktree, "-c", "user.name=P", "-c", "user.email=p@localhost", "commit", "-q", "-m", "mine");
        cli.Git("worktree", "remove", "--force", "--force", worktree);
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "well"), "");
        await cli.RunAsync("retry", "one", "--no-resume");
        var finished = await cli.RunAsync("resume", "--yes");

        Assert.True(finished.ExitCode == 0, finished.People);
        Assert.Equal("half\n", cli.Git("show", $"{wip}:one.txt"));
        Assert.Contains(wip, (await cli.RunAsync("show", $"{run}/one")).Output, StringComparison.Ordinal);
        Assert.Contains(wip, (await cli.RunAsync("report")).Output, StringComparison.Ordinal);
        await cli.RunAsync("cleanup", run, "--yes");
        Assert.Equal("half\n", cli.Git("show", $"{wip}:one.txt"));
    }

    /// <summary>A user resolves a conflict with the target as told, and drops what a task has brought.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Promote_ResolutionThatDropsWork_LandsWhenAPersonSaysSo(bool byOption)
    {
        using var cli = RunCommandTests.Repository("echo GOOD > one.txt; echo by the task > two.txt");
        cli.Write("tasks.yaml", Plan.Replace("[one.txt]", "[one.txt, two.txt]", StringComparison.Ordinal));
        cli.Write("one.txt", "in the way\n");
        Assert.Equal(3, (await cli.RunAsync("run", "--yes")).ExitCode);
        var run = (string)(await cli.RunAsync("status", "--json")).Json["runId"]!;
        var staging = $"orchestrator/{run}/staging";
        File.Delete(Path.Combine(cli.Folder, "one.txt"));
        cli.Write("two.txt", "by a person\n");
        cli.Git("add", "two.txt");
        Commit(cli, "meanwhile");

        var conflict = await cli.RunAsync("land");
        Assert.Equal(3, conflict.ExitCode);
        Assert.Contains("conflicts with the run's work in two.txt", conflict.People, StringComparison.Ordinal);
        cli.Git("worktree", "add", "-q", "../fix", staging);
        cli.Git("-C", "../fix", "-c", "user.name=P", "-c", "user.email=p@localhost", "merge", "-q", "-X", "theirs", "main");
        var tip = cli.Git("rev-parse", staging).Trim();

        var refused = await cli.RunAsync("land");
        Assert.Equal((3, tip), (refused.ExitCode, cli.Git("rev-parse", staging).Trim()));
        Assert.Contains("two.txt:1 of one ('by the task')", refused.People, StringComparison.Ordinal);
        Assert.Contains($"orchestrate land {run} --accept-losses", refused.People, StringComparison.Ordinal);
        if (!byOption)
        {
            Assert.Equal(3, (await cli.RunAsync(new RecordingTerminal { Answer = false }, "land")).ExitCode);
        }
        var landed = byOption
            ? await cli.RunAsync("land", "--accept-losses")
            : await cli.RunAsync(new RecordingTerminal { Answer = true }, "land");

        Assert.True(landed.ExitCode == 0, landed.People);
        Assert.Equal("by a person\n", cli.Git("show", "main:two.txt"));
        Assert.Equal("GOOD\n", cli.Git("show", "main:one.txt"));
        Assert.Contains("1 of them accepted by a user: two.txt:1 of one ('by the task')", (await cli.RunAsync("report")).Output);
        Assert.Contains("accept losses", cli.Git("log", "--format=%s", "main"), StringComparison.Ordinal);

        // Without that commit, which changes no file, all of it is there still.
        cli.Git("reset", "-q", "--keep", "main~1");
        Assert.False((bool?)(await cli.RunAsync("status", "--json")).Json["landedGone"]);
    }

    private static void Commit(CliFixture cli, string message) =>
        cli.Git("-c", "user.name=P", "-c", "user.email=p@localhost", "commit", "-q", "-m", message);
}
