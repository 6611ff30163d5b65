using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The real Codex, Gemini and opencode programs plan, work and review, against a scripted model. As planner and reviewer each
/// first tries to write a file by its shell tool, as models do that do not keep to what they are told.</summary>
public sealed class OtherPlannersTests
{
    private static readonly string Plan = JsonSerializer.Serialize(RealPlannerTests.Plan);

    private static readonly string Review = JsonSerializer.Serialize(
        new
        {
            verdict = "accept",
            summary = "Fine.",
            findings = Array.Empty<object>(),
            earlier = Array.Empty<object>(),
        }
    );

    [Theory]
    [Trait("Category", "Full")]
    [InlineData("codex", "on")]
    [InlineData("codex", "off")]
    [InlineData("gemini", "on")]
    [InlineData("gemini", "off")]
    [InlineData("opencode", "on")]
    [InlineData("opencode", "off")]
    public async Task Run_PlannedAndReviewedByAnotherProgram_LandsAndNeitherHasWritten(string agent, string sandbox)
    {
        using TempFolder home = new();
        await using var models = await ScriptedModels.StartAsync();
        models.Command = ScriptedModels.Works + "; echo x > \"$HOME/$ORCHESTRATOR_TASK.written\"";
        models.Says = text =>
            text.Contains("MARK-ONE: write one.txt.", StringComparison.Ordinal)
            && !text.Contains("You review a change", StringComparison.Ordinal)
                ? null
            : text.Contains("You review a change", StringComparison.Ordinal) ? $"Here is my review:\n{Review}"
            : text.Contains("You plan work", StringComparison.Ordinal) ? $"Here is the plan:\n```json\n{Plan}\n```"
            : null;
        OtherAgents.UseScripted(home, models.Url);
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        repository.Write(
            ".orchestrator/config.yaml",
            $$"""
            agent: {{agent}}
            planner: {agent: {{agent}}}
            review: {enabled: true, agent: {{agent}}}
            disk: {reserve: 1}
            agents:

            """ + OtherAgents.Settings(await OtherAgents.InstallAsync(agent))
        );
        await repository.CommitAsync("start", ("README.md", "A project.\n"));
        var environment = new Dictionary<string, string?> { ["HOME"] = home.Path };
        OtherAgents.Enter(environment, models.Url, sandbox);
        OrchestrateProgram orchestrate = new(repository.Path, environment);

        var run = await orchestrate.RunAsync("run", "Please write one file", "--yes", "--no-progress");

        var status = JsonNode.Parse((await orchestrate.RunAsync("status", "--json")).StandardOutput.Text)!;
        Assert.True(run.ExitCode == 0, run.StandardOutput.Text + run.StandardError.Text + status);
        Assert.Equal("one", await repository.GitAsync("show", "main:one.txt"));
        Assert.Equal("accepted", (string)status["review"]!["verdict"]!);
        Assert.Equal(".orchestrator/config.yaml\nREADME.md\none.txt", await repository.GitAsync("ls-tree", "-r", "--name-only", "main"));
        Assert.Equal("", await repository.GitAsync("status", "--porcelain"));
        // A worker that is not confined may do what its user may; who only answers may not.
        Assert.DoesNotContain(Directory.EnumerateFiles(home.Path, "*.written"), file => Path.GetFileName(file) != "one.written");
    }
}
