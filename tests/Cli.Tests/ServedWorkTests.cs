using Orchestrator.Cli.Console;
using Orchestrator.Client;
using Orchestrator.Messages;
using Temporalio.Client;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>One process that serves the engine on a port and works on what other programs start there.</summary>
public sealed class ServedWorkTests
{
    [Fact]
    public async Task Server_ThatWorks_DoesWhatAnotherProgramStartsAndSaysEachTransition()
    {
        using var cli = RunCommandTests.Repository("echo x > a.txt");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");
        using var interrupts = new InterruptHandler();
        var terminal = new RecordingTerminal();
        var serving = cli.RunAsync(terminal, interrupts, "server", "--work", "--port", "0", "--yes");
        await Wait.UntilAsync(() => terminal.People.Contains("Working on the runs of", StringComparison.Ordinal) || serving.IsCompleted);
        Assert.False(serving.IsCompleted, terminal.People);
        var address = terminal.People.Split("--address ")[1].Split([' ', '\n'])[0];

        var runs = new RunClient(await TemporalClient.ConnectAsync(EngineAddress.ClientOptions(address)));
        var run = await runs.StartAsync(
            new OrchestrationInput
            {
                Repository = cli.Folder,
                PlanFile = "tasks.yaml",
                Yes = true,
            },
            "from-outside"
        );
        await Wait.UntilAsync(() => terminal.People.Contains("from-outside  ", StringComparison.Ordinal));
        var result = await run.ResultAsync();
        await Wait.UntilAsync(() => terminal.People.Contains("run: completed", StringComparison.Ordinal));
        interrupts.Raise();

        Assert.Equal(0, (await serving).ExitCode);
        Assert.Equal(RunStateNames.Completed, result.State);
        Assert.Contains("  a: merged", terminal.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_Alone_SaysThatNobodyWorks()
    {
        using var cli = new CliFixture().WithRepository();
        using var interrupts = new InterruptHandler();
        var terminal = new RecordingTerminal();

        var serving = cli.RunAsync(terminal, interrupts, "server", "--port", "0");
        await Wait.UntilAsync(() =>
            terminal.People.Contains("No process executes runs here", StringComparison.Ordinal) || serving.IsCompleted
        );
        interrupts.Raise();

        Assert.Equal(0, (await serving).ExitCode);
        Assert.Contains("server --work", terminal.People, StringComparison.Ordinal);
    }
}
