using System.Text.Json.Nodes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The real Claude CLI calls the tools of <c>orchestrate mcp</c>, confined where that works here.</summary>
public sealed class AgentToolsTests
{
    private const string Plan = """
        tasks:
          - id: one
            description: The first
            prompt: "MARK-ONE: write one.txt."
            files_write: [one.txt]
            verification: [{command: grep -q one one.txt}]
          - id: two
            description: The second
            prompt: "MARK-TWO: write two.txt."
            files_write: [two.txt]
            depends_on: [one]
            verification: [{command: grep -q two two.txt}]
        """;

    [Fact]
    public async Task Run_AgentCallsItsTools_GetsAnswersAndItsClaimIsKept()
    {
        using TempFolder home = new();
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule(
                "MARK-ONE",
                Calls("ownership", new { path = "two.txt" }),
                Calls("neighbours", new { }),
                Calls("plan", new { }),
                ApiTurn.Writes("one.txt", "one\n"),
                Calls("done", new { status = "completed", reason = "one.txt is there" }),
                ApiTurn.Says("One is there.")
            ),
            new ApiRule("MARK-TWO", Calls("blocked", new { reason = "Which words shall stand in two.txt?" }), ApiTurn.Says("I wait."))
        );
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        repository.Write(
            ".orchestrator/config.yaml",
            $"agents:\n  claude:\n    command: [\"{await ClaudeProgram.PathAsync()}\"]\nlimits:\n  stall: 25\n"
        );
        await repository.CommitAsync("start", ("tasks.yaml", Plan));
        OrchestrateProgram orchestrate = new(repository.Path, ClaudeProgram.CreateChanges(home.Path, api.Url, asSubscription: true));

        var run = await orchestrate.RunAsync("run", "tasks.yaml", "--yes", "--agent", "claude");
        var asked = await orchestrate.RunAsync("status", "--json");

        var said = run.StandardOutput.Text + run.StandardError.Text;
        Assert.True(asked.ExitCode == 0, said + asked.StandardError.Text);
        var status = JsonNode.Parse(asked.StandardOutput.Text)!;
        Assert.DoesNotContain("is working without the tools", said, StringComparison.Ordinal);
        var results = api.Requests.Where(request => request.Rule == "MARK-ONE").Select(request => request.LastResult).ToList();
        Assert.Contains(results, text => text.StartsWith("Not allowed: two.txt is not owned by task one", StringComparison.Ordinal));
        Assert.Contains(results, text => text.StartsWith("No other task of this run has a running agent", StringComparison.Ordinal));
        Assert.Contains(results, text => text.Contains("- two [pending] The second (after one)", StringComparison.Ordinal));
        Assert.Contains(results, text => text.StartsWith("Recorded: one is completed", StringComparison.Ordinal));
        var claim = JsonNode.Parse(
            await File.ReadAllTextAsync(
                Path.Combine(repository.Path, ".orchestrator", "runs", (string)status["runId"]!, "tasks", "one", "1", "out", "claim.json")
            )
        )!;
        Assert.Equal(("completed", "one.txt is there"), ((string?)claim["status"], (string?)claim["reason"]));
        Assert.StartsWith("toolu_", (string?)claim["call"], StringComparison.Ordinal);
        string[] states = [.. status["tasks"]!.AsArray().Select(task => (string)task!["state"]!)];
        Assert.True(states is ["merged", "blocked"], said + status);
        Assert.Contains("Which words shall stand in two.txt?", said, StringComparison.Ordinal);
    }

    private static ApiTurn Calls(string tool, object input) => ApiTurn.Calls(new ApiToolUse("mcp__orchestrator__" + tool, input));
}
