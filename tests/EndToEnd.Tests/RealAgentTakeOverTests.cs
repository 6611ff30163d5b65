using System.Text.Json.Nodes;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The orchestrator is killed while the real Claude CLI works; what was paid for is not paid again.</summary>
public sealed class RealAgentTakeOverTests
{
    private const string Plan = """
        tasks:
          - {id: one, description: The only task, prompt: "MARK-ONE: write one.txt.", files_write: [one.txt],
            verification: [{command: test -s one.txt}]}
        """;

    [Theory]
    [Trait("Category", "Full")]
    [InlineData(false)]
    public Task Orchestrator_KilledWhileTheAgentWorksOn_ResumeTakesTheSameAgentUp(bool agentEndsMeanwhile) =>
        Orchestrator_KilledWhileTheAgentWorks_ResumeTakesTheSameAgentUp(agentEndsMeanwhile);

    [Theory]
    [InlineData(true)]
    public async Task Orchestrator_KilledWhileTheAgentWorks_ResumeTakesTheSameAgentUp(bool agentEndsMeanwhile)
    {
        TaskCompletionSource answer = new();
        using TempFolder home = new();
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule("MARK-ONE", ApiTurn.Writes("one.txt", "one\n"), new ApiTurn { Text = "Finished.", After = answer.Task })
        );
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        repository.Write(
            ".orchestrator/config.yaml",
            $"agents:\n  claude:\n    command: [\"{await ClaudeProgram.PathAsync()}\"]\n    provider: api\n"
        );
        await repository.CommitAsync("start", ("tasks.yaml", Plan));
        var environment = ClaudeProgram.CreateChanges(home.Path, api.Url);
        OrchestrateProgram orchestrate = new(repository.Path, environment);
        await orchestrate.KillWhenAsync(
            home["run.log"],
            () => api.Requests.Any(request => request.Turn == 1),
            "run",
            "tasks.yaml",
            "--yes",
            "--agent",
            "claude"
        );
        if (agentEndsMeanwhile)
        {
            answer.SetResult();
            await Eventually.TrueAsync(() =>
                Directory.EnumerateFiles(repository[".orchestrator/runs"], "exit", SearchOption.AllDirectories).Any()
            );
        }

        var resuming = orchestrate.RunAsync("resume", "--yes");
        answer.TrySetResult();
        var resumed = await resuming;
        var status = JsonNode.Parse((await orchestrate.RunAsync("status", "--json")).StandardOutput.Text)!;

        Assert.True(resumed.ExitCode == 0, resumed.StandardOutput.Text + resumed.StandardError.Text + status);
        Assert.Equal("one", await repository.GitAsync("show", "main:one.txt"));
        Assert.Equal(1, (int)status["tasks"]![0]!["starts"]!);
        Assert.Equal(2, api.Requests.Count(request => request.Rule is not null));
    }
}
