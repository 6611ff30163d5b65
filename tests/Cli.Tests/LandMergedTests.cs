using System.Text.Json.Nodes;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A run of which one task fails: what is merged of it lands, and the rest is repaired or left out later.</summary>
public sealed class LandMergedTests
{
    private const string Plan = """
        tasks:
          - {id: good, description: Good, files_write: [good.txt], verification: [{command: test -s good.txt}]}
          - {id: bad, description: Bad, files_write: [bad.txt], verification: [{command: grep -q GOOD bad.txt}], max_retries: 0}
          - {id: after, description: After, files_write: [after.txt], depends_on: [bad], verification: [{command: test -s after.txt}]}
        """;

    // The second task does well only once a user says so.
    private const string Agent =
        "[ $ORCHESTRATOR_TASK = bad ] && [ ! -e \"$HOME/well\" ] && { echo half > bad.txt; exit 0; }; echo GOOD > $ORCHESTRATOR_TASK.txt";

    [Fact]
    public async Task Land_MergedOfARunThatNeedsAPerson_LandsThatAndTheRestLater()
    {
        using var cli = RunCommandTests.Repository(Agent);
        cli.Write("tasks.yaml", Plan);
        var start = cli.Git("rev-parse", "main").Trim();
        Assert.Equal(1, (await cli.RunAsync("run", "--yes")).ExitCode);

        // What a failed task has done is shown with its content.
        Assert.Contains("+half", (await cli.RunAsync("diff", "bad")).Output, StringComparison.Ordinal);
        var asked = (await cli.RunAsync("status", "--all")).Output;
        var questions = (await cli.RunAsync("status", "--json")).Json["questions"]!.AsArray();
        var whole = await cli.RunAsync("land");
        var landed = await cli.RunAsync("land", "--merged", "--yes");
        var afterward = (await cli.RunAsync("status", "--all")).Output;
        var part = cli.Git("rev-parse", "main").Trim();
        var status = (await cli.RunAsync("status", "--json")).Json;
        var report = (await cli.RunAsync("report", "--full")).Output;
        var again = await cli.RunAsync("land", "--merged");

        Assert.Equal((2, 0, 2), (whole.ExitCode, landed.ExitCode, again.ExitCode));
        Assert.Contains("--merged", whole.People, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^ +orchestrate land \S+ --merged$", asked);

        // It is what is recommended, and nothing says afterward that its work is on staging alone.
        Assert.All(questions, question => Assert.EndsWith(" --merged", (string)question!["commands"]![0]!, StringComparison.Ordinal));
        Assert.Contains("merged work stays on staging", asked, StringComparison.Ordinal);
        Assert.DoesNotContain("on staging", landed.People[landed.People.IndexOf("main is at", StringComparison.Ordinal)..]);
        Assert.DoesNotContain("on staging", afterward, StringComparison.Ordinal);
        Assert.DoesNotContain("on staging", report, StringComparison.Ordinal);
        Assert.DoesNotContain("land ", afterward, StringComparison.Ordinal);
        Assert.DoesNotContain("--merged", report, StringComparison.Ordinal);
        Assert.Equal("good.txt", cli.Git("diff", "--name-only", start, part).Trim());
        Assert.Equal(("escalated", part), ((string?)status["state"], (string?)status["landedCommit"]));
        Assert.Contains($"landed: {part[..12]} on main", report, StringComparison.Ordinal);
        Assert.DoesNotContain("not on main yet", report, StringComparison.Ordinal);

        File.WriteAllText(Path.Combine(cli.Home, "well"), "");
        Assert.Equal(4, (await cli.RunAsync("retry", "bad", "--no-resume")).ExitCode);
        var finished = await cli.RunAsync("resume", "--yes");
        var end = cli.Git("rev-parse", "main").Trim();

        Assert.True(finished.ExitCode == 0, finished.People);
        Assert.Equal("after.txt\nbad.txt", cli.Git("diff", "--name-only", part, end).Trim());

        // What was landed in two steps is taken back as one.
        Assert.Equal(0, (await cli.RunAsync("abort", "run", "--yes")).ExitCode);
        Assert.Equal(start, cli.Git("rev-parse", "main").Trim());
    }

    /// <summary>A yes in advance does not pay again for a plan that landed in part. A run that merges nothing new lands nothing.</summary>
    [Fact]
    public async Task Run_PlanOfWhichAPartHasLanded_IsPaidAgainOnlyWhereItIsMeant()
    {
        using var cli = RunCommandTests.Repository(Agent);
        cli.Write("tasks.yaml", Plan);
        Assert.Equal(1, (await cli.RunAsync("run", "--yes")).ExitCode);
        Assert.Equal(0, (await cli.RunAsync("land", "--merged", "--yes")).ExitCode);
        var part = cli.Git("rev-parse", "main").Trim();

        var refused = await cli.RunAsync("run", "--yes");
        var meant = await cli.RunAsync("run", "--yes", "--again");
        var asked = (await cli.RunAsync("status", "--all")).Output;
        var landed = await cli.RunAsync("land", "--merged", "--yes");

        Assert.True(refused.ExitCode == 3, refused.People);
        Assert.Contains($"a part of its work has landed ({part[..12]}", refused.People, StringComparison.Ordinal);
        Assert.Equal(1, meant.ExitCode);
        Assert.DoesNotContain("--merged", asked, StringComparison.Ordinal);
        Assert.DoesNotContain("on staging", asked, StringComparison.Ordinal);
        Assert.True(landed.ExitCode == 2, landed.People);
        Assert.Equal(part, cli.Git("rev-parse", "main").Trim());
    }

    /// <summary>A merge by the user drops work of a run of which a task has failed: what is recommended first is what works.</summary>
    [Fact]
    public async Task Land_MergedDropsWork_RecommendedCommandLands()
    {
        using var cli = RunCommandTests.Repository(Agent + "; [ $ORCHESTRATOR_TASK = bad ] || echo by the task > two.txt");
        cli.Write("tasks.yaml", Plan.Replace("[good.txt]", "[good.txt, two.txt]", StringComparison.Ordinal));
        Assert.Equal(1, (await cli.RunAsync("run", "--yes")).ExitCode);
        var run = (string)(await cli.RunAsync("status", "--json")).Json["runId"]!;
        cli.Write("two.txt", "by a person\n");
        cli.Git("add", "two.txt");
        cli.Git("-c", "user.name=P", "-c", "user.email=p@localhost", "commit", "-q", "-m", "meanwhile");
        var conflict = await cli.RunAsync("land", "--merged", "--yes");
        cli.Git("worktree", "add", "-q", "../fix", $"orchestrator/{run}/staging");
        cli.Git("-C", "../fix", "-c", "user.name=P", "-c", "user.email=p@localhost", "merge", "-q", "-X", "theirs", "main");
        var refused = await cli.RunAsync("land", "--merged", "--yes");
        Assert.True((conflict.ExitCode, refused.ExitCode) == (1, 1), conflict.People + refused.People);

        var recommended = (string)(await cli.RunAsync("status", "--json")).Json["questions"]![0]!["commands"]![0]!;
        Assert.Equal($"orchestrate land {run} --merged --accept-losses", recommended);
        var landed = await cli.RunAsync([.. recommended.Split(' ').Skip(1), "--yes"]);

        Assert.True(landed.ExitCode == 0, landed.People);
        Assert.Equal(("by a person\n", "GOOD\n"), (cli.Git("show", "main:two.txt"), cli.Git("show", "main:good.txt")));
    }

    /// <summary>One task failed and two wait for an answer. The merged work lands anyway, and each task continues later.</summary>
    [Fact]
    public async Task Land_MergedWhileTasksWaitForAPerson_LandsThatAndTheyGoOn()
    {
        using var cli = RunCommandTests.Repository(
            "[ $ORCHESTRATOR_TASK = asks ] && [ ! -e \"$HOME/well\" ] && echo '{\"status\": \"blocked\", \"reason\": \"a decision\"}' > "
                + ".task-status.json; "
                + Agent
        );
        cli.Write(
            "tasks.yaml",
            """
            tasks:
              - {id: good, description: Good, files_write: [good.txt]}
              - {id: bad, description: Bad, files_write: [bad.txt], verification: [{command: grep -q GOOD bad.txt}], max_retries: 0}
              - {id: asks, description: Asks, files_write: [asks.txt]}
              - {id: later, description: Later, files_write: [later.txt], depends_on: [good], requires_approval: true}
            """
        );
        var start = cli.Git("rev-parse", "main").Trim();
        Assert.Equal(3, (await cli.RunAsync("run", "--yes")).ExitCode);

        var landed = await cli.RunAsync("land", "--merged", "--yes");

        Assert.True(landed.ExitCode == 0, landed.People);
        Assert.Equal("good.txt", cli.Git("diff", "--name-only", start, "main").Trim());
        Assert.DoesNotContain("on staging", landed.People, StringComparison.Ordinal);
        var status = (await cli.RunAsync("status", "--json")).Json;
        Assert.Equal("blocked awaiting-approval", StatesOf(status, "asks", "later"));
        Assert.Equal(2, (await cli.RunAsync("land", "--merged")).ExitCode);

        await File.WriteAllTextAsync(Path.Combine(cli.Home, "well"), "");
        Assert.Equal(4, (await cli.RunAsync("approve", "later", "--no-resume")).ExitCode);
        Assert.Equal(4, (await cli.RunAsync("retry", "bad", "--no-resume")).ExitCode);
        var finished = await cli.RunAsync("retry", "asks", "--guidance", "yes", "--resume");

        Assert.True(finished.ExitCode == 0, finished.People);
        Assert.Equal("asks.txt\nbad.txt\ngood.txt\nlater.txt", cli.Git("diff", "--name-only", start, "main").Trim());
    }

    private static string StatesOf(JsonNode status, params string[] tasks) =>
        string.Join(' ', tasks.Select(id => (string?)status["tasks"]!.AsArray().Single(task => (string?)task!["id"] == id)!["state"]));

    /// <summary>
    /// If no process works on the run, 'approve' asks at a terminal whether to continue it; without a terminal an option decides.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Approve_NobodyWorksOnTheRun_GoesOnAsAnswered(bool isTerminal)
    {
        using var cli = RunCommandTests.Repository("echo x > $ORCHESTRATOR_TASK.txt");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], requires_approval: true}\n");
        Assert.Equal(3, (await cli.RunAsync("run", "--yes")).ExitCode);

        var approved = isTerminal
            ? await cli.RunAsync(new RecordingTerminal { Answer = true }, "approve", "a")
            : await cli.RunAsync("approve", "a", "--resume");
        var both = await cli.RunAsync("approve", "a", "--resume", "--no-resume");

        Assert.True(approved.ExitCode == 0, approved.People);
        Assert.Equal("x\n", cli.Git("show", "main:a.txt"));
        Assert.Equal(2, both.ExitCode);
    }

    /// <summary>Landed without merge commits, in two steps: nothing of the run is left behind, and all of it can be taken back.</summary>
    [Fact]
    public async Task Land_MergedAndTheRestBySquash_HasACommitForEachTaskAndLeavesNothing()
    {
        using var cli = RunCommandTests.Repository(Agent);
        cli.Write("tasks.yaml", Plan);
        var start = cli.Git("rev-parse", "main").Trim();
        Assert.Equal(1, (await cli.RunAsync("run", "--yes", "--land", "squash")).ExitCode);
        Assert.Equal(0, (await cli.RunAsync("land", "--merged")).ExitCode);
        Assert.Equal("Good", cli.Git("log", "--format=%s", $"{start}..main").Trim());

        File.WriteAllText(Path.Combine(cli.Home, "well"), "");
        await cli.RunAsync("retry", "bad", "--no-resume");
        var finished = await cli.RunAsync("resume", "--yes");

        Assert.True(finished.ExitCode == 0, finished.People);
        Assert.Equal("Good\nBad\nAfter", cli.Git("log", "--reverse", "--format=%s", $"{start}..main").Trim());
        Assert.Equal(
            "good bad after",
            cli.Git("log", "--reverse", "--format=%(trailers:key=Orchestrator-Task,valueonly,separator=%x2c)", $"{start}..main")
                .Trim()
                .Replace('\n', ' ')
        );
        Assert.Empty(cli.Git("rev-list", "--merges", "main"));
        Assert.Empty(cli.Git("for-each-ref", "refs/heads/orchestrator"));
        Assert.Equal("", cli.Git("status", "--porcelain", "--untracked-files=no"));
        Assert.Equal(0, (await cli.RunAsync("abort", "run", "--yes")).ExitCode);
        Assert.Equal(start, cli.Git("rev-parse", "main").Trim());
    }

    [Fact]
    public async Task Run_PlanOfARunThatIsOpen_IsAskedAbout()
    {
        using var cli = RunCommandTests.Repository(Agent);
        cli.Write("tasks.yaml", Plan);
        await cli.TrustAsync();
        Assert.Equal(1, (await cli.RunAsync("run", "--yes")).ExitCode);
        var open = (string)(await cli.RunAsync("status", "--json")).Json["runId"]!;

        var again = await cli.RunAsync("run");

        Assert.Equal(3, again.ExitCode);
        Assert.Contains($"'orchestrate resume {open}'", again.People, StringComparison.Ordinal);
        Assert.Single(Directory.GetDirectories(Path.Combine(cli.Folder, ".orchestrator", "runs")));
    }

    [Fact]
    public async Task Cancel_FailedTaskAndWhatDependsOnIt_TheRunLandsWithoutThem()
    {
        using var cli = RunCommandTests.Repository(Agent);
        cli.Write("tasks.yaml", Plan);
        Assert.Equal(1, (await cli.RunAsync("run", "--yes")).ExitCode);

        var alone = await cli.RunAsync("cancel", "bad");
        var open = await cli.RunAsync("resume", "--yes");
        var dependants = await cli.RunAsync("cancel", "bad", "--dependants");
        var closed = await cli.RunAsync("resume", "--yes");

        Assert.Contains("after can't run without bad", alone.People, StringComparison.Ordinal);
        Assert.Equal((4, 1, 4), (alone.ExitCode, open.ExitCode, dependants.ExitCode));
        Assert.Contains("--dependents", open.People, StringComparison.Ordinal);
        Assert.True(closed.ExitCode == 0, closed.People);
        Assert.Contains("1 of 3 tasks merged, 2 cancelled", closed.People, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(cli.Folder, "good.txt")));
    }
}
