using Orchestrator.Cli.Console;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary><c>schedule</c> through the command line, on the embedded engine.</summary>
public sealed class ManageSchedulesCommandTests
{
    [Fact]
    public async Task Schedule_CreatedAndStarted_RunsWithItsLimitsAndSaysWhatCameOfIt()
    {
        using var cli = await RepositoryAsync();
        var created = await cli.RunAsync(
            "schedule",
            "create",
            "nightly",
            "--at",
            "22:00",
            "--days",
            "mon-fri",
            "--until",
            "07:00",
            "--max-cost",
            "40",
            "--zone",
            "Europe/Berlin"
        );
        using var working = new InterruptHandler();
        var terminal = new RecordingTerminal();
        var worker = cli.RunAsync(terminal, working, "worker", "--yes");
        await Wait.UntilAsync(() => terminal.People.Contains("Working on", StringComparison.Ordinal) || worker.IsCompleted);

        var started = await cli.RunAsync("schedule", "run-now", "night");
        await Wait.UntilAsync(async () => (string?)(await FireAsync(cli))?["state"] == RunStateNames.Completed);
        var listed = await cli.RunAsync("schedule");
        var fire = (await FireAsync(cli))!;
        working.Raise();

        Assert.Equal((0, 0, 0, 0), (created.ExitCode, started.ExitCode, listed.ExitCode, (await worker).ExitCode));
        Assert.Contains("No process serves this repository's engine now", created.People, StringComparison.Ordinal);
        Assert.DoesNotContain("No process serves", listed.People, StringComparison.Ordinal);
        Assert.Contains(
            "22:00 mon,tue,wed,thu,fri (Europe/Berlin)  tasks.yaml, until 07:00, at most $40",
            listed.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("ran: run-nightly-", listed.Output, StringComparison.Ordinal);
        Assert.All(["due", "dispatched", "began", "ended"], name => Assert.NotNull(fire[name]));
        Assert.Equal("one\n", cli.Git("show", "main:one.txt"));
    }

    /// <summary>Looking must not serve the engine: that would start what is due, and nobody would work on it.</summary>
    [Fact]
    public async Task List_EngineThatNobodyServes_IsReadFromItsFileAndStartsNothing()
    {
        using var cli = await RepositoryAsync();
        await cli.RunAsync("schedule", "create", "nightly", "--cron", "* * * * *");

        var listed = await cli.RunAsync("schedule", "list", "--json");

        Assert.False((bool)listed.Json["served"]!);
        Assert.Equal("* * * * *", (string)listed.Json["schedules"]![0]!["cron"]!);
        Assert.Equal(10, listed.Json["schedules"]![0]!["next"]!.AsArray().Count);
        Assert.False(Directory.Exists(Path.Combine(cli.Folder, ".orchestrator", "runs")));
    }

    [Fact]
    public async Task Schedule_PausedResumedAndDeleted_IsListedSo()
    {
        using var cli = await RepositoryAsync();
        await cli.RunAsync("schedule", "create", "nightly", "--at", "22:00");

        var twice = await cli.RunAsync("schedule", "create", "nightly", "--at", "23:00");
        await cli.RunAsync("schedule", "pause", "nightly", "--reason", "release week");
        var paused = await cli.RunAsync("schedule", "list");
        await cli.RunAsync("schedule", "resume", "nightly");
        var resumed = await cli.RunAsync("schedule", "list");
        var cut = await cli.RunAsync("schedule", "delete", "nightl");
        var deleted = await cli.RunAsync("schedule", "delete", "nightly");
        var none = await cli.RunAsync("schedule", "delete", "nightly");

        Assert.Equal((2, 0, 2), (twice.ExitCode, deleted.ExitCode, none.ExitCode));
        Assert.Equal(2, cut.ExitCode);
        Assert.Contains("orchestrate schedule delete nightly", cut.People, StringComparison.Ordinal);
        Assert.Contains("paused: release week", paused.Output, StringComparison.Ordinal);
        Assert.Contains("22:00 daily", resumed.Output, StringComparison.Ordinal);
        Assert.Contains("next: ", resumed.Output, StringComparison.Ordinal);
        Assert.Contains("This repository has no schedule", none.People, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A schedule needs either --at")]
    [InlineData("A schedule needs either --at", "--at", "22:00", "--cron", "0 22 * * *")]
    [InlineData("A schedule needs either --at", "--cron", "0 22 * * *", "--days", "mon")]
    [InlineData("--at is '25:00'", "--at", "25:00")]
    [InlineData("--days is 'someday'", "--at", "22:00", "--days", "someday")]
    [InlineData("The time zone 'Mars' is unknown", "--at", "22:00", "--zone", "Mars")]
    [InlineData("--until is 'soon'", "--at", "22:00", "--until", "soon")]
    [InlineData("--catch-up is '1s'", "--at", "22:00", "--catch-up", "1s")]
    [InlineData("can't read '61 * * * *", "--cron", "61 * * * *")]
    [InlineData("--max-cost is -1", "--at", "22:00", "--max-cost", "-1")]
    public async Task Create_BadInput_IsRefusedWithItsReasonAndMakesNothing(string reason, params string[] options)
    {
        using var cli = await RepositoryAsync();

        var refused = await cli.RunAsync(["schedule", "create", "nightly", .. options]);
        var listed = await cli.RunAsync("schedule", "list", "--json");

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(reason, refused.People, StringComparison.Ordinal);
        Assert.Empty(listed.Json["schedules"]!.AsArray());
    }

    [Fact]
    public async Task Create_NameWithOtherCharacters_IsRefused()
    {
        using var cli = await RepositoryAsync();

        Assert.Equal(2, (await cli.RunAsync("schedule", "create", "a/b", "--at", "22:00")).ExitCode);
    }

    /// <summary>The default agent is not installed: a matter only of tasks that it works on.</summary>
    [Theory]
    [InlineData("mine", 0)]
    [InlineData("missing", 5)]
    public async Task Create_DefaultAgentIsNotInstalled_IsRefusedOnlyWhereATaskNeedsIt(string agent, int code)
    {
        using var cli = await RepositoryAsync();
        cli.Write("tasks.yaml", $"tasks:\n  - {{id: one, description: One, agent: {agent}, files_write: [one.txt]}}\n");
        await RunCommandTests.MissDefaultAgentAsync(cli);

        var created = await cli.RunAsync("schedule", "create", "nightly", "--at", "22:00", "--yes");

        Assert.True(created.ExitCode == code, created.People);
        Assert.Equal(code != 0, created.People.Contains("/nowhere/at-all", StringComparison.Ordinal));
    }

    private static async Task<System.Text.Json.Nodes.JsonNode?> FireAsync(CliFixture cli)
    {
        var fires = (await cli.RunAsync("schedule", "list", "--json")).Json["schedules"]![0]!["fires"]!.AsArray();
        return fires.Count == 0 ? null : fires[^1];
    }

    private static async Task<CliFixture> RepositoryAsync()
    {
        var cli = RunCommandTests.Repository("echo one > one.txt");
        cli.Write("tasks.yaml", "tasks:\n  - {id: one, description: One, files_write: [one.txt]}\n");
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        return await cli.TrustAsync();
    }
}
