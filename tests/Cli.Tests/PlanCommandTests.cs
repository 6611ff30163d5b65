using Xunit;

namespace Orchestrator.Cli.Tests;

public class PlanCommandTests
{
    private const string Diamond = """
        tasks:
          - {id: base, description: Base, files_write: [base.txt]}
          - {id: left, description: Left, files_write: [left.txt], depends_on: [base]}
          - {id: right, description: Right, files_write: [right.txt], depends_on: [base]}
          - {id: top, description: Top, files_write: [top.txt], depends_on: [left, right]}
        """;

    [Fact]
    public async Task Validate_GoodPlan_IsValidWithItsTaskCount()
    {
        using var cli = new CliFixture();
        cli.Write("tasks.yaml", Diamond);

        var result = await cli.RunAsync("validate", "--json");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal((true, 4, "tasks.yaml", 1), ((bool)result.Json["valid"]!, (int)result.Json["taskCount"]!, (string?)result.Json["plan"], (int)result.Json["schemaVersion"]!));
        Assert.Empty(result.Json["errors"]!.AsArray());
    }

    [Fact]
    public async Task Validate_BrokenPlan_NamesEveryFaultWithItsPlace()
    {
        using var cli = new CliFixture();
        cli.Write("plan.yaml", "tasks:\n  - id: a\n    descripton: A\n    depends_on: [b, c]\n  - id: b\n    description: B\n    depends_on: [a]\n");

        var result = await cli.RunAsync("validate", "plan.yaml", "--json");

        Assert.Equal(2, result.ExitCode);
        Assert.False((bool)result.Json["valid"]!);
        var errors = result.Json["errors"]!.AsArray();
        Assert.True(errors.Count >= 2);
        Assert.All(errors, error => Assert.True((int)error!["line"]! > 0 && (int)error["column"]! > 0 && ((string?)error["cure"])!.Length > 0 && (string?)error["file"] == "plan.yaml"));
        Assert.Contains("plan.yaml:", result.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_Strict_TurnsWarningsIntoErrors()
    {
        using var cli = new CliFixture();
        cli.Write("plan.yaml", Diamond + "\nrequst: typo\n");

        Assert.Equal(0, (await cli.RunAsync("validate", "plan.yaml")).ExitCode);
        Assert.Equal(2, (await cli.RunAsync("validate", "plan.yaml", "--strict")).ExitCode);
    }

    [Theory]
    [InlineData("gone.yaml", "There is no plan file gone.yaml")]
    [InlineData(".", "is a folder")]
    public async Task Validate_NoFile_IsExitTwo(string name, string message)
    {
        using var cli = new CliFixture();

        var result = await cli.RunAsync("validate", name);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.People, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\u0001\u0002binary")]
    [InlineData("\t\ttasks: [")]
    public async Task Validate_NoText_IsRefusedWithACure(string content)
    {
        using var cli = new CliFixture();
        cli.Write("tasks.yaml", content);

        var result = await cli.RunAsync("validate");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("tasks.yaml", result.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_HugeFile_IsRefused()
    {
        using var cli = new CliFixture();
        cli.Write("tasks.yaml", new string('a', 10_000_000));

        var result = await cli.RunAsync("validate");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("MB", result.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Graph_Diamond_GivesWavesAndCriticalPath()
    {
        using var cli = new CliFixture();
        cli.Write("tasks.yaml", Diamond);

        var json = (await cli.RunAsync("graph", "--json")).Json;
        var mermaid = await cli.RunAsync("graph", "tasks.yaml", "--format", "mermaid");
        var dot = await cli.RunAsync("graph", "tasks.yaml", "--format", "dot");
        var text = await cli.RunAsync("graph");

        Assert.Equal("""[["base"],["left","right"],["top"]]""", json["waves"]!.ToJsonString());
        Assert.Equal(3, json["criticalPath"]!.AsArray().Count);
        Assert.Equal("""["left","right"]""", json["tasks"]![0]!["blocks"]!.ToJsonString());
        Assert.Contains("t0 --> t1", mermaid.Output, StringComparison.Ordinal);
        Assert.Contains("\"left\" -> \"top\"", dot.Output, StringComparison.Ordinal);
        Assert.Contains("Wave 3", text.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prompt_OfATask_HoldsItsDescriptionRoleAndConfiguredGates()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("tasks.yaml", "tasks:\n  - {id: login-form, description: Build the login form, role: frontend, files_write: [login.html]}\n");
        cli.Write(".orchestrator/config.yaml", "gates: {task: [make check-login]}\n");
        cli.Write(".orchestrator/roles/frontend.md", "Our own words for the role.\n");

        var result = await cli.RunAsync("prompt", "tasks.yaml", "login");

        Assert.Equal(0, result.ExitCode);
        Assert.All(["Build the login form", "login.html", "make check-login", "Our own words for the role."], text => Assert.Contains(text, result.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Prompt_UnknownTask_NamesTheNearest()
    {
        using var cli = new CliFixture();
        cli.Write("tasks.yaml", Diamond);

        var result = await cli.RunAsync("prompt", "tasks.yaml", "rigth");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Did you mean 'right'?", result.People, StringComparison.Ordinal);
    }
}
