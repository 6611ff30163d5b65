using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A run that can't continue by itself, and a user who says how it continues.</summary>
public sealed class ResolveTests
{
    private const string Plan = """
        tasks:
          - {id: good, description: Good, files_write: [good.txt], verification: [{command: test -s good.txt}]}
          - {id: bad, description: Bad, files_write: [bad.txt], max_retries: 0, verification: [
              {command: "if [ -e $HOME/slow ]; then touch $HOME/slow.begun; sleep 120; fi;
              grep -q GOOD bad.txt || { echo no GOOD in bad.txt; exit 1; }"}]}
          - {id: after, description: After, files_write: [after.txt], depends_on: [bad], verification: [{command: test -s after.txt}]}
        """;

    private const string Agent = "[ $ORCHESTRATOR_TASK = bad ] && { echo half > bad.txt; exit 0; }; echo GOOD > $ORCHESTRATOR_TASK.txt";

    [Fact]
    public async Task Resolve_ManualFix_CountsOnceItsCommitsHoldTheGatesAndTheRunLands()
    {
        using var cli = await EscalatedAsync();
        var run = (string)(await cli.RunAsync("status", "--json")).Json["runId"]!;
        var staging = $"orchestrator/{run}/staging";
        var report = (await cli.RunAsync("report", run, "--escalation")).Output;
        var named = (await cli.RunAsync("status", run)).Output + (await cli.RunAsync("show", run)).Output;

        // What a user has to know is in one file, and each way out with its commands.
        Assert.Contains("no GOOD in bad.txt", report, StringComparison.Ordinal);
        Assert.Contains("Tasks that did not run because of it: after.", report, StringComparison.Ordinal);
        Assert.Contains($"git worktree add ../{run}-fix {staging}", report, StringComparison.Ordinal);
        Assert.Contains($"orchestrate resolve {run} manual-fix", report, StringComparison.Ordinal);
        Assert.Contains($"orchestrate resolve {run} abort", report, StringComparison.Ordinal);
        Assert.Contains($"Details for the decision: orchestrate report {run} --escalation", named, StringComparison.Ordinal);
        Assert.Contains($"decide    orchestrate report {run} --escalation", named, StringComparison.Ordinal);

        var nothing = await cli.RunAsync("resolve", run, "manual-fix", "--yes");
        cli.Git("worktree", "add", "-q", "../fix", staging);
        await File.WriteAllTextAsync(Path.Combine(cli.Folder, "..", "fix", "bad.txt"), "not well\n");
        var uncommitted = await cli.RunAsync("resolve", run, "manual-fix", "--yes");
        Commit(cli, "half a fix");
        var red = await cli.RunAsync("resolve", run, "manual-fix", "--yes");
        await File.WriteAllTextAsync(Path.Combine(cli.Folder, "..", "fix", "bad.txt"), "GOOD\n");
        Commit(cli, "the whole fix");
        var fixedTip = cli.Git("rev-parse", staging).Trim();
        cli.Git("-C", "../fix", "reset", "-q", "--hard", "main");
        var lost = await cli.RunAsync("resolve", run, "manual-fix", "--yes");
        cli.Git("-C", "../fix", "reset", "-q", "--hard", fixedTip);
        var mended = await cli.RunAsync("resolve", run, "manual-fix", "--yes", "--reason", "by hand");

        Assert.Equal((1, 1, 1, 1), (nothing.ExitCode, uncommitted.ExitCode, red.ExitCode, lost.ExitCode));
        Assert.Contains("has no new commit", nothing.People, StringComparison.Ordinal);
        Assert.Contains("uncommitted changes: bad.txt", uncommitted.People, StringComparison.Ordinal);
        Assert.Contains("no GOOD in bad.txt", red.People, StringComparison.Ordinal);
        Assert.Contains("no longer contains the run's merges", lost.People, StringComparison.Ordinal);
        Assert.True(mended.ExitCode == 0, mended.People);
        Assert.Equal("GOOD\n", cli.Git("show", "main:bad.txt"));
        Assert.Equal("GOOD\n", cli.Git("show", "main:after.txt"));
        Assert.Contains("the whole fix", cli.Git("log", "--format=%s", "main"), StringComparison.Ordinal);
        var shown = (await cli.RunAsync("show", $"{run}/bad")).Output;
        Assert.Matches(@"resolved: resolved by \S+@\S+: by hand: 2 commits on", shown);
        var status = (await cli.RunAsync("status", run, "--json")).Json;
        Assert.Equal(
            ("completed", 1, 2),
            ((string?)status["state"], (int)status["counts"]!["resolved"]!, (int)status["counts"]!["merged"]!)
        );

        // What is decided is decided.
        var again = await cli.RunAsync("resolve", run, "manual-fix", "--yes");
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("has ended: completed", again.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_KilledWhileItsGatesRun_GoesOnWithResumeAndTakesTheFixOnce()
    {
        using var cli = await EscalatedAsync();
        var run = (string)(await cli.RunAsync("status", "--json")).Json["runId"]!;
        cli.Git("worktree", "add", "-q", "../fix", $"orchestrator/{run}/staging");
        await File.WriteAllTextAsync(Path.Combine(cli.Folder, "..", "fix", "bad.txt"), "GOOD\n");
        Commit(cli, "the fix");
        var slow = Path.Combine(cli.Home, "slow");
        await File.WriteAllTextAsync(slow, "");

        using var resolving = EngineTakeOverTests.StartProcess(cli, "resolve", run, "manual-fix", "--yes");
        await Wait.UntilAsync(() => File.Exists(slow + ".begun"));
        resolving.Kill();
        await resolving.WaitForExitAsync();
        var killed = (string?)(await cli.RunAsync("status", run, "--json")).Json["state"];
        File.Delete(slow);
        var resumed = await cli.RunAsync("resume", run, "--yes");

        Assert.Equal("integrating", killed);
        Assert.True(resumed.ExitCode == 0, resumed.People);
        Assert.Equal("GOOD\n", cli.Git("show", "main:after.txt"));
        Assert.Equal(1, cli.Git("log", "--format=%s", "main").Split("Merge a manual fix").Length - 1);
    }

    [Fact]
    public async Task Resolve_Abort_KeepsWhatWasMergedAndLeavesTheTarget()
    {
        using var cli = await EscalatedAsync();
        var run = (string)(await cli.RunAsync("status", "--json")).Json["runId"]!;
        var (before, reached) = (cli.Git("rev-parse", "main"), cli.Git("rev-parse", $"orchestrator/{run}/staging"));

        var wrong = await cli.RunAsync("resolve", run, "abort", "--task", "bad");
        var early = await cli.RunAsync("approve", "plan", "--run", run);
        var aborted = await cli.RunAsync("resolve", run, "abort", "--reason", "not wanted any more");

        Assert.Equal((2, 2, 0), (wrong.ExitCode, early.ExitCode, aborted.ExitCode));
        Assert.Contains("The plan is not waiting for an answer; the run is escalated.", early.People, StringComparison.Ordinal);
        Assert.Equal((before, reached), (cli.Git("rev-parse", "main"), cli.Git("rev-parse", $"refs/orchestrator/aborted/{run}")));
        Assert.Matches(@"aborted by \S+@\S+: not wanted any more", (await cli.RunAsync("report", run, "--full")).Output);
    }

    [Fact]
    public async Task Resolve_Replan_ThePlannerHearsWhatFailedAndItsTasksLandTheRun()
    {
        const string Planner = """
            if [ $ORCHESTRATOR_TASK = .replan ]; then
              cat > "$HOME/asked"; ls > "$HOME/seen"
              echo '{"tasks": [{"id": "bad-2", "description": "Better", "prompt": "Write GOOD",
                "files_write": ["bad.txt", "after.txt"], "depends_on": [],
                "verification": ["grep -q GOOD bad-2.txt || grep -q GOOD bad.txt"]}]}'
              exit 0
            fi
            [ $ORCHESTRATOR_TASK = bad-2 ] && { echo GOOD > bad.txt; echo GOOD > after.txt; exit 0; }

            """;
        using var cli = await EscalatedAsync(agent: Planner + Agent, planner: "mine", yes: false);
        var run = (string)(await cli.RunAsync("status", "--json")).Json["runId"]!;

        var asked = await cli.RunAsync("resolve", run, "replan", "--yes", "--reason", "write GOOD at once");
        var approved = await cli.RunAsync("approve", "plan", "--no-resume");
        var finished = await cli.RunAsync("resume", run);

        Assert.True(asked.ExitCode == 3, asked.People);
        Assert.Contains("Another plan was made: 1 task (bad-2).", asked.People, StringComparison.Ordinal);
        Assert.Equal(4, approved.ExitCode);
        Assert.True(finished.ExitCode == 0, finished.People);
        var told = await File.ReadAllTextAsync(Path.Combine(cli.Home, "asked"));
        Assert.Contains("no GOOD in bad.txt", told, StringComparison.Ordinal);
        Assert.Contains("write GOOD at once", told, StringComparison.Ordinal);
        Assert.Contains("- good: Good (good.txt)", told, StringComparison.Ordinal);
        Assert.Contains("- after: After (after.txt)", told, StringComparison.Ordinal);

        // It sees what is merged, not what is checked out.
        Assert.Contains("good.txt", await File.ReadAllTextAsync(Path.Combine(cli.Home, "seen")), StringComparison.Ordinal);
        Assert.Equal("GOOD\n", cli.Git("show", "main:bad.txt"));
        var status = (await cli.RunAsync("status", run, "--json")).Json;
        Assert.Equal((2, 2), ((int)status["counts"]!["merged"]!, (int)status["counts"]!["superseded"]!));
        Assert.Matches(
            "another plan: bad, after replaced by bad-2, as .+@.+ asked|another plan: after, bad replaced",
            (await cli.RunAsync("report", run, "--full")).Output
        );
        Assert.False(Directory.Exists(Path.Combine(cli.Folder, ".worktrees", run, ".replan")));
    }

    [Fact]
    public async Task Resolve_ReplanWithoutAPlannerThatCanWork_SaysSoAndChangesNothing()
    {
        using var cli = await EscalatedAsync(planner: "nobody");
        var run = (string)(await cli.RunAsync("status", "--json")).Json["runId"]!;

        var refused = await cli.RunAsync("resolve", run, "replan", "--yes");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("The planner 'nobody' is unknown (planner.agent).", refused.People, StringComparison.Ordinal);
        Assert.Equal("escalated", (string?)(await cli.RunAsync("status", run, "--json")).Json["state"]);
    }

    [Theory]
    [InlineData("replann", "manual-fix")]
    [InlineData("", "WAY")]
    public async Task Resolve_NoWayOut_SaysWhichThereAre(string way, string said)
    {
        using var cli = await EscalatedAsync(run: false);

        var result = await cli.RunAsync(way.Length == 0 ? ["resolve", "run"] : ["resolve", "run", way]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(said, result.People, StringComparison.Ordinal);
    }

    private static async Task<CliFixture> EscalatedAsync(bool run = true, string agent = Agent, string? planner = null, bool yes = true)
    {
        var cli = RunCommandTests.Repository(agent);
        if (planner is not null)
        {
            cli.Environment["ORCHESTRATOR_PLANNER__AGENT"] = planner;
        }
        cli.Write("tasks.yaml", Plan);
        if (run)
        {
            await cli.TrustAsync();
            var ended = await cli.RunAsync(yes ? ["run", "--yes"] : ["run"]);
            Assert.True(ended.ExitCode == 1, ended.People);
        }
        return cli;
    }

    private static void Commit(CliFixture cli, string subject)
    {
        cli.Git("-C", "../fix", "add", "-A");
        cli.Git("-C", "../fix", "-c", "user.name=P", "-c", "user.email=p@example.com", "commit", "-qm", subject);
    }
}
