using System.Text.Json.Nodes;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary><c>agents</c>, and descriptions in settings.</summary>
public sealed class AgentsCommandTests
{
    private const string Own = """
        agents:
          plain: { command: [/bin/true] }
          mine:
            model: big
            description:
              program: ./mine-cli
              tried: 1.2.3
              arguments: { start: [exec, "{model}"], model: [-m, "{model}"] }
              stream:
                events: [{ on: end, end: done }]
              login: { variables: [MINE_KEY] }
        """;

    [Fact]
    public async Task Agents_AreThoseThatAreKnownAndThoseOfTheSettings()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(".orchestrator/config.yaml", Own);
        cli.Write("mine-cli", "#!/bin/sh\necho WARNING: odd 1>&2\necho mine-cli version 1.2.4\n");
        cli.Shell("chmod +x mine-cli");
        await cli.TrustAsync();

        var result = await cli.RunAsync("agents", "--json");
        var shown = await cli.RunAsync("agents");

        var agents = result.Json["agents"]!.AsArray().ToDictionary(agent => (string)agent!["name"]!, agent => agent!);
        Assert.Equal(["aider", "claude", "codex", "gemini", "mine", "opencode", "plain"], agents.Keys);
        Assert.Equal(("warn", "1.2.4", "1.2.3", false), Facts(agents["mine"]));
        Assert.Null(agents["mine"]["kit"]);
        Assert.Equal("ok", (string?)agents["plain"]["status"]);
        Assert.Null(agents["aider"]["tried"]);
        Assert.Equal((40, 40), ((int)agents["codex"]["kit"]!["passed"]!, (int)agents["codex"]["kit"]!["of"]!));
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("mine      1.2.4; tested version: 1.2.3; no login found", shown.Output, StringComparison.Ordinal);
        Assert.Contains("not tested; handles 28 of 28 simulated faults", shown.Output, StringComparison.Ordinal);

        static (string?, string?, string?, bool?) Facts(JsonNode agent) =>
            ((string?)agent["status"], (string?)agent["version"], (string?)agent["tried"], (bool?)agent["loggedIn"]);
    }

    [Theory]
    [InlineData("program: sh", "arguments: {start: [-c, x]}", ".orchestrator/config.yaml:4: agents.mine.description.program", "is a shell")]
    [InlineData(
        "program: x",
        "arguments: {start: [bash, -c, y]}",
        ".orchestrator/config.yaml:5: agents.mine.description.arguments.start",
        "bash"
    )]
    [InlineData(
        "program: x",
        "arguments: {start: []}\n      color: red",
        ".orchestrator/config.yaml:6: agents.mine.description.color",
        "color"
    )]
    public async Task Description_ThatIsWrong_IsRefusedWithItsLine(string program, string arguments, string place, string why)
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(
            ".orchestrator/config.yaml",
            $"agents:\n  mine:\n    description:\n      {program}\n      {arguments}\n      stream: {{format: text}}\n"
        );

        var result = await cli.RunAsync("agents");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(place, result.People, StringComparison.Ordinal);
        Assert.Contains(why, result.People, StringComparison.Ordinal);
    }

    /// <summary>A repository's description runs a program, so it counts only with trust.</summary>
    [Fact]
    public async Task Description_OfAnUntrustedRepository_IsAskedAboutAndDoesNotCount()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(".orchestrator/config.yaml", Own);

        var agents = (await cli.RunAsync("agents", "--json")).Json["agents"]!.AsArray().Select(agent => (string)agent!["name"]!);
        var trust = await cli.RunAsync("trust");

        Assert.DoesNotContain("mine", agents);
        Assert.Contains("agents.mine.description", trust.People + trust.Output, StringComparison.Ordinal);
    }
}
