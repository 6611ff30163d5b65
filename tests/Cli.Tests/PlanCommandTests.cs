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
        Assert.Equal(
            (true, 4, "tasks.yaml", 1),
            ((bool)result.Json["valid"]!, (int)result.Json["taskCount"]!, (string?)result.Json["plan"], (int)result.Json["schemaVersion"]!)
        );
        Assert.Empty(result.Json["errors"]!.AsArray());
    }

    [Fact]
    public async Task Validate_BrokenPlan_NamesEveryFaultWithItsPlace()
    {
        using var cli = new CliFixture();
        cli.Write(
            "plan.yaml",
            "tasks:\n  - id: a\n    descripton: A\n    depends_on: [b, c]\n  - id: b\n    description: B\n    depends_on: [a]\n"
        );

        var result = await cli.RunAsync("validate", "plan.yaml", "--json");

        Assert.Equal(2, result.ExitCode);
        Assert.False((bool)result.Json["valid"]!);
        var errors = result.Json["errors"]!.AsArray();
        Assert.True(errors.Count >= 2);
        Assert.All(
            errors,
            error =>
                Assert.True(
                    (int)error!["line"]! > 0
                        && (int)error["column"]! > 0
                        && ((string?)error["cure"])!.Length > 0
                        && (string?)error["file"] == "plan.yaml"
                )
        );
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
    [InlineData("gone.yaml", "The plan file gone.yaml does not exist")]
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
    public async Task Validate_AgentThatIsNotSetUp_IsRefusedBeforeAnythingStarts()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(".orchestrator/config.yaml", "agents: {mine: {command: [./agent]}}\n");
        cli.Write(
            "tasks.yaml",
            """
            tasks:
              - {id: a, description: D, files_write: [a], agent: mine, verification: [test -f a]}
              - {id: b, description: D, files_write: [b], agent: mnie, verification: [test -f b]}
            """
        );

        var validate = await cli.RunAsync("validate", "--json");
        var run = await cli.RunAsync("run", "--dry-run");

        Assert.Equal((2, 2), (validate.ExitCode, run.ExitCode));
        var error = Assert.Single(validate.Json["errors"]!.AsArray())!;
        Assert.Equal(
            ("unknown-agent", 3, "tasks[1].agent", "Did you mean 'mine'?"),
            ((string?)error["code"], (int)error["line"]!, (string?)error["field"], (string?)error["cure"])
        );
        Assert.Contains("No agent named 'mnie' is configured", run.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_MasterPlan_IsAdvisedInThePhasesFileAndOnlyOnWhatAPhaseCanSay()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(
            "plan.md",
            "# Plan\n\n| # | Phase | Status |\n|---|---|---|\n| 1 | [One](one.md) | Pending |\n| 2 | [Two](two.md) | Pending |\n\nPhase 1 "
                + "--> Phase 2\n"
        );
        cli.Write("one.md", "# Phase 1: One\n\n## Gates\n- test -f one: is there\n- echo: must pass\n\n## Tasks\n- [ ] 1.1 Write one\n");
        cli.Write("two.md", "# Phase 2: Two\n\n## Gates\n- test -f two: is there\n\n## Tasks\n- [ ] 2.1 Write two\n");

        var advised = await cli.RunAsync("validate", "plan.md", "--json");
        cli.Write("one.md", cli.Read("one.md").Replace("- echo: must pass\n", "", StringComparison.Ordinal));
        var strict = await cli.RunAsync("validate", "plan.md", "--strict");

        var advice = Assert.Single(advised.Json["advice"]!.AsArray())!;
        Assert.Equal(("gate-cannot-fail", "one.md", 5), ((string?)advice["code"], (string?)advice["file"], (int)advice["line"]!));
        Assert.True(strict.ExitCode == 0, strict.People);
    }

    [Fact]
    public async Task Validate_RetiredModel_IsReadAsItsAliasWithAWarning()
    {
        using var cli = new CliFixture();
        cli.Write(
            "tasks.yaml",
            "defaults: {model: claude-2.1}\ntasks:\n  - {id: a, description: D, model: claude-3-opus-20240229}\n  - {id: b, description: "
                + "D}\n"
        );

        var validate = await cli.RunAsync("validate", "--json");
        var print = await cli.RunAsync("validate", "--print", "json");

        Assert.Equal(
            [("defaults.model", 1), ("tasks[0].model", 3)],
            validate.Json["warnings"]!
                .AsArray()
                .Where(w => (string?)w!["code"] == "retired-model")
                .Select(w => ((string?)w!["field"], (int)w["line"]!))
        );
        Assert.Equal(["opus", "sonnet"], print.Json["tasks"]!.AsArray().Select(task => (string?)task!["model"]));
    }

    [Fact]
    public async Task Validate_GatesOfTheConfiguration_CheckTasksWithoutTheirOwn()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: a, description: It is done when a says hello to the one who calls it., files_write: [a]}\n"
        );

        var without = await cli.RunAsync("validate", "--json");
        cli.Write(".orchestrator/config.yaml", "quality: {verifier_checks: [make test]}\n");
        var with = await cli.RunAsync("validate", "--json");

        Assert.Contains(without.Json["advice"]!.AsArray(), advice => (string?)advice!["code"] == "no-gate");
        Assert.DoesNotContain(with.Json["advice"]!.AsArray(), advice => (string?)advice!["code"] == "no-gate");
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

        var json = (await cli.RunAsync("validate", "--view", "graph", "--json")).Json;
        var mermaid = await cli.RunAsync("validate", "tasks.yaml", "--view", "mermaid");
        var dot = await cli.RunAsync("validate", "tasks.yaml", "--view", "dot");
        var text = await cli.RunAsync("validate", "--view", "graph");

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
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: login-form, description: Build the login form, role: frontend, files_write: [login.html]}\n"
        );
        cli.Write(".orchestrator/config.yaml", "gates: {task: [make check-login]}\n");
        cli.Write(".orchestrator/roles/frontend.md", "Our own words for the role.\n");

        var result = await cli.RunAsync("prompt", "tasks.yaml", "login");

        Assert.Equal(0, result.ExitCode);
        Assert.All(
            ["Build the login form", "login.html", "make check-login", "Our own words for the role."],
            text => Assert.Contains(text, result.Output, StringComparison.Ordinal)
        );
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
