using System.Text.Json.Nodes;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Order and state in words of other tools are understood, or refuse the plan.</summary>
public sealed class OtherWordsTests
{
    [Fact]
    public async Task Plan_OrderAndStateInOtherWords_AreUnderstoodWithAWarning()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(
            "tasks.yaml",
            """
            tasks:
            - {id: a, description: A must pass, files_write: [a.txt], completed: true}
            - {id: b, description: B must pass, files_write: [b.txt], deps: [a]}
            - {id: c, description: C must pass, files_write: [c.txt], blockedBy: b}
            """
        );

        var graph = await cli.RunAsync("validate", "--view", "graph", "--json");
        var printed = await cli.RunAsync("validate", "--print", "json");

        Assert.Equal("""[["a"],["b"],["c"]]""", graph.Json["waves"]!.ToJsonString());
        Assert.Equal("completed", (string?)JsonNode.Parse(printed.Output)!["tasks"]![0]!["status"]);
        foreach (var (word, key) in ((string, string)[])[("deps", "depends_on"), ("blockedBy", "depends_on"), ("completed", "status")])
        {
            Assert.Contains($"'{word}' is read as '{key}'", printed.People, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("blocks: [b]", "'depends_on'")]
    [InlineData("status: dnoe", "Did you mean 'done'?")]
    [InlineData("status: todo, done: true", "Keep the correct status")]
    public async Task Plan_OrderOrStateThatIsNotUnderstood_IsRefused(string words, string cure)
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(
            "tasks.yaml",
            $"tasks:\n- {{id: a, description: A, files_write: [a], {words}}}\n- {{id: b, description: B, files_write: [b]}}\n"
        );

        var validated = await cli.RunAsync("validate");
        var run = await cli.RunAsync("run", "--dry-run");

        Assert.Equal((2, 2), (validated.ExitCode, run.ExitCode));
        Assert.All([validated, run], result => Assert.Contains(cure, result.People, StringComparison.Ordinal));
    }
}
