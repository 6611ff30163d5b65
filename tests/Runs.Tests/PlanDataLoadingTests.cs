using System.Text.Json;
using Orchestrator.Messages;
using Orchestrator.Runs.Loading;
using Orchestrator.Settings;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>A plan within the input of a run meets what a plan file meets.</summary>
public sealed class PlanDataLoadingTests
{
    [Fact]
    public async Task Load_APlanAsData_IsThePlanOfTheSameFile()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        const string Plan =
            """{"goal": "G", "tasks": {"a": {"prompt": "A", "files_write": "a.txt", "verify": "true", "timeout": "10m"}}}""";
        await repository.CommitAsync("plan", ("tasks.yaml", Plan));

        var sent = await LoadAsync(repository, new OrchestrationInput { Plan = JsonSerializer.Deserialize<JsonElement>(Plan) });
        var read = await LoadAsync(repository, new OrchestrationInput { PlanFile = "tasks.yaml" });

        Assert.Empty(sent.Faults);
        Assert.Equal("G", sent.Title);
        Assert.Equal(JsonSerializer.Serialize(read.Tasks), JsonSerializer.Serialize(sent.Tasks));
    }

    [Fact]
    public async Task Load_APlanAsDataThatLeadsOutside_IsRefusedWithItsField()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        File.CreateSymbolicLink(repository["out"], repository.Beside("elsewhere"));
        const string Plan = """[{"id": "a", "description": "A", "files_write": ["out/a.txt"]}]""";

        var outline = await LoadAsync(repository, new OrchestrationInput { Plan = JsonSerializer.Deserialize<JsonElement>(Plan) });

        Assert.StartsWith("plan: error ", Assert.Single(outline.Faults), StringComparison.Ordinal);
        Assert.Contains("[tasks[0].files_write]", outline.Faults[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("branches", true)]
    [InlineData("merge", false)]
    [InlineData(null, false)]
    public async Task Load_ToPickWithoutBranches_IsRefused(string? land, bool isTaken)
    {
        using var repository = await TemporaryRepository.CreateAsync();
        const string Plan =
            """[{"id": "a-1", "description": "A", "parallel": true}, {"id": "a-2", "description": "A", "parallel": true}]""";

        var outline = await LoadAsync(
            repository,
            new OrchestrationInput
            {
                Plan = JsonSerializer.Deserialize<JsonElement>(Plan),
                Land = land,
                Pick = true,
            }
        );

        Assert.Equal(isTaken, outline.Faults.Count == 0);
        Assert.Equal(isTaken, outline.Rules.Review is { Picks: true });
        Assert.Equal(isTaken ? ["a-1", "a-1"] : [], outline.Tasks.Select(task => task.SameAs));
        Assert.All(outline.Faults, fault => Assert.StartsWith("'pick' compares results", fault, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", 50)]
    [InlineData("usage: {priority: 20}", 20)]
    public async Task Load_PlanWithAPriority_IsThatOfTheRunIfTheSettingsHaveNone(string settings, int expected)
    {
        using var repository = await TemporaryRepository.CreateAsync();
        var config = Path.Combine(repository.Beside("home"), ".config", "orchestrator", "config.yaml");
        Directory.CreateDirectory(Path.GetDirectoryName(config)!);
        await File.WriteAllTextAsync(config, $"{settings}\n");
        const string Plan = """{"priority": "high", "tasks": [{"id": "a", "description": "A"}]}""";

        var outline = await LoadAsync(repository, new OrchestrationInput { Plan = JsonSerializer.Deserialize<JsonElement>(Plan) });

        Assert.Equal(expected, outline.Rules.Priority);
    }

    [Theory]
    [InlineData("https://kim:hunter22@example.com/shop", true)]
    [InlineData("https://ghp_" + "x7Kq2ZrV9tLmB4nWc8YdJ1sHfG5pQ3eR6uTa@example.com/shop", true)]
    [InlineData("https://kim@example.com/shop", false)]
    [InlineData("origin", false)]
    public async Task Load_WithASecretInTheRemote_IsRefusedWithoutSayingIt(string remote, bool isRefused)
    {
        using var repository = await TemporaryRepository.CreateAsync();
        var config = Path.Combine(repository.Beside("home"), ".config", "orchestrator", "config.yaml");
        Directory.CreateDirectory(Path.GetDirectoryName(config)!);
        await File.WriteAllTextAsync(config, $"wip: {{remote: '{remote}'}}\n");

        var outline = await LoadAsync(
            repository,
            new OrchestrationInput { Plan = JsonSerializer.Deserialize<JsonElement>("""[{"id": "a", "description": "A"}]""") }
        );

        Assert.Equal(isRefused, outline.Faults.Count > 0);
        Assert.All(
            outline.Faults,
            fault => Assert.StartsWith("wip.remote contains a password or a token", fault, StringComparison.Ordinal)
        );
        Assert.DoesNotContain(outline.Faults, fault => fault.Contains(remote, StringComparison.Ordinal));
    }

    private static Task<PlanOutline> LoadAsync(TemporaryRepository repository, OrchestrationInput input)
    {
        var services = new RunServiceBundle("host", ["orchestrate", "hook"], TimeProvider.System)
        {
            Environment = new Dictionary<string, string> { ["HOME"] = repository.Beside("home"), ["PATH"] = "/usr/bin:/bin" },
            Trust = new RepositoryTrustStore(repository.Beside("trust.json")),
        };
        var reference = new RepositoryReference(repository.Path, "key", "queue");
        return new PlanLoader(services).LoadAsync(new LoadPlanInput("run", reference, input with { Repository = repository.Path }));
    }
}
