using System.Text.Json.Nodes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The real <c>claude-code-acp</c> as an agent by the Agent Client Protocol, as the manual describes it.</summary>
public sealed class AcpRunTests
{
    [Theory]
    [Trait("Category", "Full")]
    [InlineData("on")]
    [InlineData("off")]
    public async Task Run_GateSendsTheTaskBack_GoesOnInTheConversationAndLands(string sandbox)
    {
        using TempFolder home = new();
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule("is not finished", ApiTurn.Calls(ApiToolUse.Bash("echo right > one.txt")), ApiTurn.Says("It is mended.")),
            new ApiRule("MARK-ONE", ApiTurn.Calls(ApiToolUse.Bash("echo wrong > one.txt")), ApiTurn.Says("It is there."))
        );
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        var program = (await OtherAgents.InstallAsync("claude-code-acp"))["claude-code-acp"];
        repository.Write(
            ".orchestrator/config.yaml",
            $$"""
            agent: acp
            review: {enabled: false}
            disk: {reserve: 1}
            agents:
              acp:
                description:
                  program: "{{program}}"
                  protocol: acp
                  version: []
                  arguments: { start: [] }
                  environment: { IS_SANDBOX: "1" }
                  conversation: { file: ".claude/projects/*/{session}.jsonl" }
                  state: { folders: [.claude], writable: [.claude/projects, .claude/todos, .claude/debug, .claude/session-env] }
            """
        );
        await repository.CommitAsync(
            "start",
            (
                "tasks.yaml",
                "tasks:\n  - {id: one, description: Write one.txt, prompt: \"MARK-ONE: write one.txt.\", files_write: [one.txt], "
                    + "verification: [{command: grep -q right one.txt}]}\n"
            )
        );
        var environment = ClaudeProgram.CreateChanges(home.Path, api.Url);
        environment[Unconfined.Variable] = sandbox;
        OrchestrateProgram orchestrate = new(repository.Path, environment);

        var run = await orchestrate.RunAsync("run", "tasks.yaml", "--yes");

        var status = JsonNode.Parse((await orchestrate.RunAsync("status", "--json")).StandardOutput.Text)!;
        Assert.True(run.ExitCode == 0, run.StandardOutput.Text + run.StandardError.Text + status);
        Assert.Equal("right", await repository.GitAsync("show", "main:one.txt"));
        Assert.Equal((2, 2), ((int)status["tasks"]![0]!["attempt"]!, (int)status["tasks"]![0]!["starts"]!));
        Assert.Single(api.Requests.Where(request => request.Rule is not null).Select(request => request.Session).Distinct());
    }
}
