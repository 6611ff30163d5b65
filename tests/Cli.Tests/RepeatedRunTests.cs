using Orchestrator.Cli.Console;
using Orchestrator.Client;
using Orchestrator.Client.Schedules;
using Orchestrator.Messages;
using Temporalio.Client;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The same work is paid twice only where a user, a schedule or a start's input says that it is meant.</summary>
public sealed class RepeatedRunTests
{
    private const string Plan = """
        tasks:
          - {id: one, description: One, files_write: [one.txt], files_read: [one.txt], verification: [test -s one.txt]}

        """;

    private const string Agent = """
        echo start >> "$HOME/starts"
        if [ "$ORCHESTRATOR_TASK" = planner ]; then
          echo '{"tasks": [{"id": "1", "description": "First", "prompt": "Write it", "files_write": ["one.txt"],
            "verification": ["test -s one.txt"]}]}'
        else
          echo more >> one.txt
        fi
        """;

    [Fact]
    public async Task Run_PlanThatLanded_IsPaidAgainOnlyWhereItIsMeant()
    {
        using var cli = await RunCommandTests.Repository(Agent).TrustAsync();
        cli.Write("tasks.yaml", Plan);
        Assert.Equal(0, (await cli.RunAsync("run", "--yes")).ExitCode);
        var landed = cli.Git("rev-parse", "main").Trim();
        Commit(cli, "tasks.yaml", "The plan");
        await cli.TrustAsync();

        var again = await cli.RunAsync("run", "--yes");
        var detached = await cli.RunAsync("run", "--yes", "--detach");
        var no = await cli.RunAsync(new RecordingTerminal { Answer = false }, "run");
        var dry = await cli.RunAsync("run", "-n");

        Assert.Equal((3, 3, 3, 0), (again.ExitCode, detached.ExitCode, no.ExitCode, dry.ExitCode));
        Assert.All([again, detached, no, dry], run => Assert.Contains(landed[..12], run.People, StringComparison.Ordinal));
        Assert.Contains("--again runs it again", again.People, StringComparison.Ordinal);
        Assert.Contains("Run it again?", no.People, StringComparison.Ordinal);
        Assert.Equal(1, Starts(cli));

        var meant = await cli.RunAsync("run", "--yes", "--again");
        Assert.True(meant.ExitCode == 0, meant.People);
        var said = await cli.RunAsync(new RecordingTerminal { Answer = true }, "run");
        Assert.True(said.ExitCode == 0, said.People);
        Assert.Equal(3, Starts(cli));
    }

    [Theory]
    [InlineData("the plan")]
    [InlineData("what it reads")]
    [InlineData("the target")]
    [InlineData("taken back")]
    public async Task Run_WhereSomethingHasChanged_IsNotAskedAbout(string changed)
    {
        using var cli = await RunCommandTests.Repository(Agent).TrustAsync();
        cli.Write("tasks.yaml", Plan);
        var start = cli.Git("rev-parse", "main").Trim();
        Assert.Equal(0, (await cli.RunAsync("run", "--yes")).ExitCode);
        switch (changed)
        {
            case "the plan":
                cli.Write("tasks.yaml", Plan.Replace("description: One", "description: Another", StringComparison.Ordinal));
                break;
            case "what it reads":
                cli.Write("one.txt", "by a person\n");
                Commit(cli, "one.txt", "Another one");
                break;
            case "the target":
                cli.Git("branch", "other", start);
                break;
            case "taken back":
                cli.Git("reset", "-q", "--hard", start);
                break;
        }

        var again = await cli.RunAsync(["run", "--yes", .. changed == "the target" ? (string[])["--target", "other"] : []]);

        Assert.True(again.ExitCode == 0, again.People);
        Assert.DoesNotContain("--again", again.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_BacklogWhosePlanWaits_PaysNoSecondPlanner()
    {
        using var cli = await RunCommandTests.Repository(Agent).TrustAsync();
        cli.Write(".orchestrator/config.yaml", cli.Read(".orchestrator/config.yaml") + "planner: {agent: mine}\n");
        await cli.TrustAsync();
        cli.Write(".taskmaster/tasks/tasks.json", """{"master":{"tasks":[{"id":1,"title":"One","status":"pending"}]}}""");

        var first = await cli.RunAsync("tasks", "run");
        var second = await cli.RunAsync("tasks", "run");
        var detached = await cli.RunAsync("tasks", "run", "--detach");

        Assert.True(first.ExitCode == 3, first.People);
        Assert.Equal((3, 3), (second.ExitCode, detached.ExitCode));
        Assert.Contains("has the same request and is still open", second.People, StringComparison.Ordinal);
        Assert.Contains("orchestrate resume", second.People, StringComparison.Ordinal);
        Assert.Equal(1, Starts(cli));
    }

    [Fact]
    public async Task Run_RequestThatLanded_PaysNoSecondPlanner()
    {
        using var cli = await RunCommandTests.Repository(Agent).TrustAsync();
        cli.Write(".orchestrator/config.yaml", cli.Read(".orchestrator/config.yaml") + "planner: {agent: mine}\n");
        await cli.TrustAsync();
        var first = await cli.RunAsync("run", "write the first file", "--yes");

        var second = await cli.RunAsync("run", "write the first file", "--yes");

        Assert.True(first.ExitCode == 0, first.People);
        Assert.True(second.ExitCode == 3, second.People);
        Assert.Contains("already landed the same request", second.People, StringComparison.Ordinal);
        Assert.Equal(2, Starts(cli));
    }

    /// <summary>The question also appears if the run is started through Temporal's own tools.</summary>
    [Fact]
    public async Task Start_ThroughTemporal_IsAskedAboutUnlessItIsMeant()
    {
        using var cli = await RunCommandTests.Repository(Agent).TrustAsync();
        cli.Write(".orchestrator/config.yaml", cli.Read(".orchestrator/config.yaml") + "planner: {agent: mine}\n");
        await cli.TrustAsync();
        cli.Write("tasks.yaml", Plan);
        await ServeAsync(
            cli,
            async temporal =>
            {
                var runs = new RunClient(temporal);
                var input = Input(cli);
                Assert.Equal(RunStateNames.Completed, (await Ended(await runs.StartAsync(input, "first"))).State);

                var second = await runs.StartAsync(input, "second");
                await Wait.UntilAsync(async () => (await second.StatusAsync()).State == RunStateNames.AwaitingApproval);
                var asked = (await second.StatusAsync()).Reason;
                var third = await Ended(await runs.StartAsync(input with { Again = true }, "third"));
                await second.ApproveAsync(new ApprovalDecisionArguments(RunQuestion.Plan));

                Assert.Contains("first already landed the same plan", asked, StringComparison.Ordinal);
                Assert.Equal(RunStateNames.Completed, third.State);
                Assert.Equal(RunStateNames.Completed, (await Ended(second)).State);

                var request = input with { PlanFile = null, Request = "write the first file" };
                Assert.Equal(RunStateNames.Completed, (await Ended(await runs.StartAsync(request, "asked"))).State);
                var paid = Starts(cli);
                var repeated = await runs.StartAsync(request, "repeated");
                var refused = await Ended(repeated);
                Assert.Equal(RunStateNames.Failed, refused.State);
                Assert.Contains("\"again\": true", refused.Reason, StringComparison.Ordinal);
                Assert.Equal(paid, Starts(cli));
            }
        );
    }

    [Fact]
    public async Task Start_BySchedule_IsMeant()
    {
        using var cli = await RunCommandTests.Repository(Agent).TrustAsync();
        cli.Write("tasks.yaml", Plan);
        await ServeAsync(
            cli,
            async temporal =>
            {
                Assert.Equal(RunStateNames.Completed, (await Ended(await new RunClient(temporal).StartAsync(Input(cli), "first"))).State);
                var schedules = new RunScheduleClient(temporal, "0123456789ab");
                await schedules.CreateAsync(
                    new RunSchedule
                    {
                        Name = "nightly",
                        Queue = "",
                        When = new ScheduleRecurrenceRule(new TimeOnly(3, 0), [], null, "Etc/UTC"),
                        Input = Input(cli),
                        Overlap = ScheduleOverlap.Skip,
                        CatchUp = TimeSpan.FromMinutes(1),
                    },
                    CancellationToken.None
                );

                await schedules.StartNowAsync("nightly", CancellationToken.None);

                await Wait.UntilAsync(() => Starts(cli) == 2);
            }
        );
    }

    private static OrchestrationInput Input(CliFixture cli) =>
        new()
        {
            Repository = cli.Folder,
            PlanFile = "tasks.yaml",
            Yes = true,
        };

    /// <summary>Serves the repository's engine and works on it, until the test has done its part.</summary>
    internal static async Task ServeAsync(CliFixture cli, Func<ITemporalClient, Task> test)
    {
        using var serving = new InterruptHandler();
        var terminal = new RecordingTerminal();
        var served = cli.RunAsync(terminal, serving, "server", "--work", "--yes", "--port", "0");
        await Wait.UntilAsync(() => terminal.People.Contains("--address 127.0.0.1:", StringComparison.Ordinal) || served.IsCompleted);
        Assert.False(served.IsCompleted, terminal.People);
        var address = "127.0.0.1:" + terminal.People.Split("--address 127.0.0.1:")[1].Split(' ', '\n')[0];
        try
        {
            await test(await TemporalClient.ConnectAsync(EngineAddress.ClientOptions(address)));
        }
        finally
        {
            serving.Raise();
            await served;
        }
    }

    private static Task<RunResult> Ended(RunHandle run) => run.ResultAsync().WaitAsync(TimeSpan.FromSeconds(120));

    private static int Starts(CliFixture cli) => File.ReadAllLines(Path.Combine(cli.Home, "starts")).Length;

    private static void Commit(CliFixture cli, string file, string message)
    {
        cli.Git("add", file);
        cli.Git("-c", "user.name=P", "-c", "user.email=p@localhost", "commit", "-q", "-m", message);
    }
}
