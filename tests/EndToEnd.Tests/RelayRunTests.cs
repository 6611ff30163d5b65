using System.Text.Json.Nodes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The real Claude program meets a usage limit that lasts for hours, and another agent continues with its task.</summary>
public sealed class RelayRunTests
{
    private const string Plan =
        "tasks:\n"
        + "  - {id: one, description: Write one.txt, prompt: \"MARK-ONE: write one.txt.\", files_write: [begun.txt, one.txt], "
        + "verification: [{command: test -s begun.txt && test -s one.txt}]}\n"
        + "  - {id: two, description: Write two.txt, prompt: \"MARK-TWO: write two.txt.\", files_write: [two.txt], depends_on: [one], "
        + "verification: [{command: test -s two.txt}]}\n";

    /// <summary>
    /// The second agent gets the first one's files and a summary of its output. A task that starts later uses the second agent at once. A
    /// limit shorter than relay_after would be waited for.
    /// </summary>
    [Fact]
    public async Task Limit_LastsForHours_AnotherProgramGoesOnFromTheFilesAndASummary()
    {
        using TempFolder home = new();
        await using var api = await StartApiAsync(TimeSpan.FromHours(3));
        using var repository = await RepositoryAsync("    relay: helper\n  helper: {command: [sh, helper.sh]}\n");
        OrchestrateProgram orchestrate = new(repository.Path, ClaudeProgram.CreateChanges(home.Path, api.Url, asSubscription: true));

        var run = await orchestrate.RunAsync("run", "tasks.yaml", "--yes");

        await AssertRelayedAsync(orchestrate, repository, run.ExitCode, run.StandardOutput.Text + run.StandardError.Text, "helper");
        var prompt = await File.ReadAllTextAsync(Path.Combine(RunFolder(repository), "tasks", "one", "2", "prompt"));
        Assert.Contains("MARK-ONE", prompt, StringComparison.Ordinal);
        Assert.Contains("# Work before yours", prompt, StringComparison.Ordinal);
        Assert.Contains("- I begin with the first file.", prompt, StringComparison.Ordinal);
        Assert.Matches("- Write: .*begun[.]txt", prompt);
        var later = await File.ReadAllTextAsync(Path.Combine(RunFolder(repository), "tasks", "two", "1", "prompt"));
        Assert.DoesNotContain("# Work before yours", later, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task Limit_LastsForHours_CodexGoesOnWithTheTask()
    {
        using TempFolder home = new();
        await using var models = await ScriptedModels.StartAsync();
        await using var api = await StartApiAsync(TimeSpan.FromHours(3));
        var codex = OtherAgents.Settings(await OtherAgents.InstallAsync("codex"));
        OtherAgents.UseScripted(home, models.Url);
        using var repository = await RepositoryAsync($"    relay: codex\n{codex}");
        var environment = ClaudeProgram.CreateChanges(home.Path, api.Url, asSubscription: true);
        OtherAgents.Enter(environment, models.Url);
        OrchestrateProgram orchestrate = new(repository.Path, environment);

        var run = await orchestrate.RunAsync("run", "tasks.yaml", "--yes");

        await AssertRelayedAsync(orchestrate, repository, run.ExitCode, run.StandardOutput.Text + run.StandardError.Text, "codex");
        Assert.Contains("# Work before yours", models.Conversations("ONE")[0], StringComparison.Ordinal);
        Assert.Contains("I begin with the first file.", models.Conversations("ONE")[0], StringComparison.Ordinal);
    }

    private static async Task AssertRelayedAsync(
        OrchestrateProgram orchestrate,
        TemporaryRepository repository,
        int exitCode,
        string said,
        string relay
    )
    {
        Assert.True(exitCode == 0, said);
        Assert.Equal("begun by claude", await repository.GitAsync("show", "main:begun.txt"));
        Assert.Equal("one", await repository.GitAsync("show", "main:one.txt"));
        Assert.Equal("two", await repository.GitAsync("show", "main:two.txt"));
        var status = JsonNode.Parse((await orchestrate.RunAsync("status", "--json")).StandardOutput.Text)!;
        var tasks = status["tasks"]!.AsArray().Where(task => (string)task!["id"]! is "one" or "two").ToList();
        Assert.Equal([2, 1], tasks.Select(task => (int)task!["starts"]!));
        Assert.Equal([relay, relay], tasks.Select(task => (string)task!["agent"]!));
        Assert.Equal([true, false], tasks.Select(task => (bool)task!["relays"]![0]!["lostConversation"]!));
        var report = (await orchestrate.RunAsync("report", "--full", "--markdown")).StandardOutput.Text;
        Assert.Contains(
            "without the conversation with claude, and its start counts as an additional start",
            report,
            StringComparison.Ordinal
        );
        var shown = (await orchestrate.RunAsync("show", $"{status["runId"]}/one")).StandardOutput.Text;
        Assert.Contains("relayed from claude, whose usage limit lasts until", shown, StringComparison.Ordinal);
    }

    /// <summary>The second answer of Claude's account, and all later ones, are that its limit is reached.</summary>
    private static async Task<ScriptedMessagesApi> StartApiAsync(TimeSpan lasts)
    {
        var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule("MARK-ONE", ApiTurn.Writes("begun.txt", "begun by claude\n") with { Text = "I begin with the first file." })
        );
        var reset = DateTimeOffset.UtcNow + lasts;
        api.Instead = number => number > 1 ? ApiTurn.LimitReached(reset) : null;
        return api;
    }

    private static async Task<TemporaryRepository> RepositoryAsync(string agents)
    {
        var repository = await TemporaryRepository.CreateEmptyAsync();
        repository.Write(
            ".orchestrator/config.yaml",
            $"review: {{enabled: false}}\ndisk: {{reserve: 1}}\nagents:\n  claude:\n    command: [\"{await ClaudeProgram.PathAsync()}\"]\n"
                + agents
        );
        await repository.CommitAsync(
            "start",
            ("tasks.yaml", Plan),
            ("helper.sh", "cat > /dev/null\necho \"$ORCHESTRATOR_TASK\" > \"$ORCHESTRATOR_TASK.txt\"\n")
        );
        return repository;
    }

    private static string RunFolder(TemporaryRepository repository) => Directory.GetDirectories(repository[".orchestrator/runs"]).Single();
}
