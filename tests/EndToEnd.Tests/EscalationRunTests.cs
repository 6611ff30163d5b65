using System.Text.Json.Nodes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>A run whose agent can't do it, with the real Claude CLI: a stronger model tries, then a user repairs it, over a kill.</summary>
public sealed class EscalationRunTests
{
    private const string Plan = """
        tasks:
          - {id: one, description: The only task, prompt: "MARK-ONE: write one.txt.", files_write: [one.txt], max_retries: 2,
            verification: [{command: grep -q good one.txt}]}
        """;

    [Fact]
    public async Task Run_RefusedTwice_AsksTheStrongerModelAndIsThenMendedByAPersonOverAKill()
    {
        using TempFolder home = new();
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule("was checked and is not finished", ApiTurn.Says("It is good.")),
            new ApiRule("MARK-ONE", ApiTurn.Writes("one.txt", "bad\n"), ApiTurn.Says("It is good."))
        );
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        repository.Write(
            ".orchestrator/config.yaml",
            $"agents: {{claude: {{command: [\"{await ClaudeProgram.PathAsync()}\"], provider: api}}}}\n"
                + "model: {name: sonnet, escalate: opus}\n"
        );
        await repository.CommitAsync("start", ("tasks.yaml", Plan));
        OrchestrateProgram orchestrate = new(repository.Path, ClaudeProgram.CreateChanges(home.Path, api.Url));

        var run = await orchestrate.RunAsync("run", "tasks.yaml", "--yes", "--agent", "claude");
        var status = JsonNode.Parse((await orchestrate.RunAsync("status", "--json")).StandardOutput.Text)!;
        var id = (string)status["runId"]!;

        Assert.True(run.ExitCode == 1, $"{run.ExitCode} {run.StandardOutput.Text}{run.StandardError.Text}");
        Assert.Equal(("escalated", 3), ((string)status["state"]!, (int)status["tasks"]![0]!["attempt"]!));
        var models = api.Requests.Where(r => r.Rule is not null).Select(r => r.Model).ToList();
        Assert.Equal(
            ["sonnet", "sonnet", "sonnet", "opus"],
            models.Select(model => model.Contains("opus", StringComparison.Ordinal) ? "opus" : "sonnet")
        );
        var report = await orchestrate.RunAsync("report", id, "--escalation");
        Assert.Contains("### one: The only task", report.StandardOutput.Text, StringComparison.Ordinal);

        // The process that holds the waiting run is killed.
        await orchestrate.RunAsync("trust", "--yes");
        await orchestrate.KillWhenAsync(home["worker.log"], () => File.Exists(repository[".orchestrator/engine.sock"]), "worker");
        var fix = repository.Beside("fix");
        await repository.GitAsync("worktree", "add", "-q", fix, $"orchestrator/{id}/staging");
        await File.WriteAllTextAsync(Path.Combine(fix, "one.txt"), "good\n");
        await repository.GitAsync("-C", fix, "add", "-A");
        await repository.GitAsync("-C", fix, "commit", "-q", "-m", "by hand");
        await repository.GitAsync("worktree", "remove", "--force", fix);
        var resolved = await orchestrate.RunAsync("resolve", id, "manual-fix", "--reason", "the model can't", "--yes");
        var told = (await orchestrate.RunAsync("report", id, "--full")).StandardOutput.Text;

        Assert.True(resolved.ExitCode == 0, resolved.StandardOutput.Text + resolved.StandardError.Text);
        Assert.Equal("good", await repository.GitAsync("show", "main:one.txt"));
        Assert.Equal(4, api.Requests.Count(r => r.Rule is not null));
        Assert.Contains("## Decisions by users", told, StringComparison.Ordinal);
        Assert.Contains("the model can't", told, StringComparison.Ordinal);
    }
}
