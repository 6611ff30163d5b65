using System.Text.Json;
using System.Text.RegularExpressions;
using Orchestrator.Messages;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Temporalio.Client;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>A run that nobody started with our command: a server, a worker, and a client that knows nothing but Temporal.</summary>
public sealed partial class ForeignStartTests
{
    private const string Plan = """
        request: Two files
        tasks:
          - {id: a, prompt: write a, files_write: [a.txt], verification: [test -s a.txt]}
          - {id: b, prompt: write b, files_write: [b.txt], depends_on: [a], verification: [test -s a.txt -a -s b.txt]}
        """;

    [Fact]
    public async Task Start_ByWorkflowTypeAndJson_RunsOnAWorkerOfTheRepository()
    {
        using TempFolder home = new();
        using var repository = await TemporaryRepository.CreateAsync();
        repository.Write("agent.sh", AgentCommits.Shell() + "cat > /dev/null\necho done > \"$ORCHESTRATOR_TASK.txt\"\n");
        repository.Write(".orchestrator/config.yaml", "agents: {script: {command: [/bin/sh, agent.sh]}}\n");
        await repository.CommitAsync("start", ("tasks.yaml", Plan));
        OrchestrateProgram orchestrate = new(
            repository.Path,
            new Dictionary<string, string?>
            {
                ["HOME"] = home.Path,
                ["XDG_CONFIG_HOME"] = null,
                ["XDG_CACHE_HOME"] = null,
                ["XDG_RUNTIME_DIR"] = home.Path,
            }
        );
        using CancellationTokenSource stop = new();
        TaskCompletionSource<string> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var address = Environment.GetEnvironmentVariable("TEMPORAL_ADDRESS");
        var server = address is null
            ? RunUntilStoppedAsync(orchestrate, line => Listening(line, listening), stop.Token, "server", "--port", "0")
            : Task.CompletedTask;
        address ??= await listening.Task.WaitAsync(Eventually.Limit);
        var worker = RunUntilStoppedAsync(orchestrate, _ => { }, stop.Token, "worker", "--address", address, "--yes");

        var client = await TemporalClient.ConnectAsync(new TemporalClientConnectOptions(address));
        var input = JsonSerializer.SerializeToElement(
            new
            {
                repository = repository.Path,
                planFile = "tasks.yaml",
                agent = "script",
            }
        );
        var handle = await client.StartWorkflowAsync(
            "OrchestrationWorkflow",
            [input],
            new WorkflowOptions($"run-foreign-{Guid.NewGuid():n}", TaskQueues.Workflows)
        );
        var result = await handle.GetResultAsync<JsonElement>().WaitAsync(TimeSpan.FromMinutes(2));
        await stop.CancelAsync();

        Assert.Equal("completed", result.GetProperty("state").GetString());
        Assert.Equal("done\n", await File.ReadAllTextAsync(repository["b.txt"]));
        await Task.WhenAll(server, worker).WaitAsync(Eventually.Limit);
    }

    private static async Task RunUntilStoppedAsync(
        OrchestrateProgram orchestrate,
        Action<string> onLine,
        CancellationToken stop,
        params string[] arguments
    )
    {
        try
        {
            await new ProcessRunner().RunAsync(
                orchestrate.Command(arguments) with
                {
                    StandardError = new ProcessOutput
                    {
                        OnLine = (line, _) =>
                        {
                            onLine(line.Text);
                            return ValueTask.CompletedTask;
                        },
                    },
                    StopSignal = StopSignal.Interrupt,
                },
                stop
            );
        }
        catch (OperationCanceledException)
        {
            // Stopped, as asked.
        }
    }

    private static void Listening(string line, TaskCompletionSource<string> found)
    {
        if (LoopbackAddress().Match(line) is { Success: true } match)
        {
            found.TrySetResult(match.Value);
        }
    }

    [GeneratedRegex("127\\.0\\.0\\.1:[0-9]+")]
    private static partial Regex LoopbackAddress();
}
