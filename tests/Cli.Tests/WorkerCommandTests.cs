using Orchestrator.Cli.Console;
using Orchestrator.Client;
using Orchestrator.Messages;
using Temporalio.Client;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>
/// One server and workers of two simulated machines, each with a home and a repository of its own, apart from the starting process.
/// </summary>
public class WorkerCommandTests
{
    private const string Agent = "echo $ORCHESTRATOR_TASK > $ORCHESTRATOR_TASK.txt";

    [Fact]
    public async Task Worker_RepositoriesByNameAndByAPathOfElsewhere_EachDoesItsOwnRuns()
    {
        using var server = new CliFixture();
        using var serving = new InterruptHandler();
        var terminal = new RecordingTerminal();
        var served = server.RunAsync(terminal, serving, "server", "--db", "engine.sqlite", "--port", "0");
        await Wait.UntilAsync(() => terminal.People.Contains("--address 127.0.0.1:", StringComparison.Ordinal) || served.IsCompleted);
        var address = "127.0.0.1:" + terminal.People.Split("--address 127.0.0.1:")[1].Split(' ', '\n')[0];
        using var shop = await RepositoryAsync();
        using var tools = await RepositoryAsync();
        using var working = new InterruptHandler();
        var workers = Task.WhenAll(
            shop.RunAsync(new RecordingTerminal(), working, "worker", "--address", address, "--repository", $"{shop.Folder}=shop", "--yes"),
            tools.RunAsync(
                new RecordingTerminal(),
                working,
                "worker",
                "--address",
                address,
                "--repository",
                $"{tools.Folder}=/elsewhere/tools",
                "--yes"
            )
        );
        try
        {
            var runs = new RunClient(await TemporalClient.ConnectAsync(EngineAddress.ClientOptions(address)));
            var asked = new List<RunHandle>();
            foreach (var number in Enumerable.Range(1, 2))
            {
                asked.Add(await runs.StartAsync(Input("shop"), $"shop-{number}"));
                asked.Add(await runs.StartAsync(Input("/elsewhere/tools"), $"tools-{number}"));
            }
            var results = await Task.WhenAll(asked.Select(run => run.ResultAsync())).WaitAsync(TimeSpan.FromSeconds(120));

            Assert.All(results, result => Assert.Equal(RunStateNames.Completed, result.State));
            Assert.Equal(["shop-1", "shop-2"], RunsIn(shop));
            Assert.Equal(["tools-1", "tools-2"], RunsIn(tools));
            Assert.Equal("one\n", shop.Git("show", "main:one.txt"));
        }
        finally
        {
            working.Raise();
            await workers;
            serving.Raise();
            await served;
        }
    }

    [Fact]
    public async Task Run_RepositoryThatNobodyServes_SaysForWhomItWaitsAndEndsAtOnce()
    {
        using var cli = await RepositoryAsync();
        using var serving = new InterruptHandler();
        var terminal = new RecordingTerminal();
        var served = cli.RunAsync(terminal, serving, "server", "--work", "--yes", "--port", "0");
        await Wait.UntilAsync(() => terminal.People.Contains("--address 127.0.0.1:", StringComparison.Ordinal) || served.IsCompleted);
        Assert.False(served.IsCompleted, terminal.People);
        var address = "127.0.0.1:" + terminal.People.Split("--address 127.0.0.1:")[1].Split(' ', '\n')[0];
        try
        {
            var temporal = await TemporalClient.ConnectAsync(EngineAddress.ClientOptions(address));
            var runs = new RunClient(temporal);
            var lost = await runs.StartAsync(Input("/nowhere/shop"), "lost");
            var named = await runs.StartAsync(Input("shop"), "named");
            var ended = await runs.StartAsync(Input("shop"), "ended");

            var (path, name) = (await lost.StatusAsync(), await named.StatusAsync());
            var answer = await lost.CancelAsync(new RunSteeringArguments());
            await temporal.GetWorkflowHandle("named").CancelAsync();
            await temporal.GetWorkflowHandle("ended").TerminateAsync();
            var result = await lost.ResultAsync();

            Assert.Contains("waits for a worker that serves '/nowhere/shop', since 2", path.Reason, StringComparison.Ordinal);
            Assert.Contains("orchestrate worker --repository /nowhere/shop", path.Reason, StringComparison.Ordinal);
            Assert.Contains("orchestrate worker --repository PATH=shop", name.Reason, StringComparison.Ordinal);
            Assert.True(answer.Changed);
            Assert.Equal(RunStateNames.Cancelled, result.State);
            Assert.DoesNotContain("waits for", result.Reason, StringComparison.Ordinal);
            await Wait.UntilAsync(async () => !await named.IsOpenAsync() && !await ended.IsOpenAsync());
        }
        finally
        {
            serving.Raise();
            await served;
        }
    }

    [Fact]
    public async Task Worker_OneNameForTwoRepositories_IsRefused()
    {
        using var a = new CliFixture().WithRepository();
        using var b = new CliFixture().WithRepository();

        var refused = await a.RunAsync("worker", "--repository", $"{a.Folder}=shop", "--repository", $"{b.Folder}=shop", "--yes");

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("have the name shop.", refused.People, StringComparison.Ordinal);
    }

    private static OrchestrationInput Input(string repository) =>
        new()
        {
            Repository = repository,
            PlanFile = "tasks.yaml",
            Yes = true,
        };

    private static async Task<CliFixture> RepositoryAsync()
    {
        var cli = RunCommandTests.Repository(Agent);
        cli.Write("tasks.yaml", "tasks:\n  - {id: one, description: One, files_write: [one.txt]}\n");
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        return await cli.TrustAsync();
    }

    private static IEnumerable<string?> RunsIn(CliFixture cli) =>
        Directory.GetDirectories(Path.Combine(cli.Folder, ".orchestrator", "runs")).Select(Path.GetFileName).Order();
}
