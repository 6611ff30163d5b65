using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The expected cost and time of a run are printed before it, stored with it, and compared with the outcome.</summary>
public sealed class ForecastCommandTests
{
    [Fact]
    public async Task Forecast_OfTheSecondRun_IsSaidBeforeItAndBesideItsOutcome()
    {
        using var cli = RunCommandTests.Repository("echo $ORCHESTRATOR_TASK > $ORCHESTRATOR_TASK.txt");
        cli.Write(
            "tasks.yaml",
            """
            tasks:
              - {id: a, description: One, files_write: [a.txt], verification: [test -s a.txt]}
              - {id: b, description: Two, files_write: [b.txt], verification: [test -s b.txt]}
              - {id: c, description: Three, files_write: [c.txt], verification: [test -s c.txt]}

            """
        );
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        await cli.TrustAsync();

        var before = await cli.RunAsync("run", "-n");
        var unknown = await cli.RunAsync("night", "rehearse");
        var first = await cli.RunAsync("run", "--yes");
        var between = await cli.RunAsync("run", "-n", "--only", "a");
        var rehearsed = await cli.RunAsync("night", "rehearse", "--workers", "1", "--only", "a", "--only", "b");
        var document = (await cli.RunAsync("night", "rehearse", "--json", "--max-cost", "5")).Json;
        var second = await cli.RunAsync("run", "--yes", "--fresh", "--again");
        var history = await cli.RunAsync("history", "--forecast");
        var json = (await cli.RunAsync("history", "--forecast", "--json")).Json["runs"]!.AsArray();
        var report = await cli.RunAsync("report", "--full");

        Assert.True(first.ExitCode == 0 && second.ExitCode == 0, first.People + second.People);
        Assert.Contains(
            "The cost and time of the run are unknown, because the repository has no past runs.",
            before.Output,
            StringComparison.Ordinal
        );
        Assert.Equal((int)UseCaseOutcome.Usage, unknown.ExitCode);
        Assert.Contains("A rehearsal needs a past run", unknown.People, StringComparison.Ordinal);
        Assert.Matches(@"a starts\n.*a is done, for 0\.00 USD\n.*b starts\n.*b is done", rehearsed.Output);
        Assert.Contains("A typical night: 2 of 2 tasks done, 0.00 USD, over at ", rehearsed.Output, StringComparison.Ordinal);
        Assert.Equal((3, 0), (document["usual"]!["done"]!.AsArray().Count, document["hard"]!["left"]!.AsArray().Count));
        Assert.DoesNotContain("Expected:", first.People, StringComparison.Ordinal);
        Assert.Matches(@"Expected: [0-9:]+ to [0-9:]+, based on 3 past tasks of 1 run\.", between.Output);
        Assert.Matches(@"Expected: [0-9:]+ to [0-9:]+, based on 3 past tasks of 1 run\.", second.People);
        Assert.Contains("no forecast, because there were no past runs", history.Output, StringComparison.Ordinal);
        Assert.Matches(@"came to 0\.00 USD \(within\), [0-9:]+ \((within|outside)\)", history.Output);
        Assert.Equal((3, true), ((int)json[0]!["forecast"]!["tasks"]!, json[1]!["forecast"] is null));
        Assert.Contains("- Expected: ", report.Output, StringComparison.Ordinal);
    }
}
