using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A plan that can't be run is refused before anything is paid for, by <c>validate</c> and by <c>run</c>.</summary>
public sealed class UnrunnablePlanTests
{
    private const string Seed = """
        request: "Add user authentication"
        tasks:
          - id: task-auth-service
            description: "Implement AuthService"
            files_write: ["src/services/auth.py", "tests/test_auth.py"]
            depends_on: []
            verification:
              - command: "pytest tests/test_auth.py"
                type: test
                required: true

          - id: task-auth-routes
            description: "Add authentication routes"
            files_write: ["src/routes/auth.py"]
            depends_on: [task-auth-service]
            verification:
              - command: "pytest tests/test_auth_routes.py"
                type: test
                required: true
        """;

    [Fact]
    public async Task Gate_OfATestThatNobodyMakes_RefusesThePlan()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("tasks.yaml", Seed);

        var validated = await cli.RunAsync("validate");
        var run = await cli.RunAsync("run", "--dry-run");
        cli.Write("tests/test_auth_routes.py", "");
        var mended = await cli.RunAsync("validate");

        Assert.Equal((2, 2, 0), (validated.ExitCode, run.ExitCode, mended.ExitCode));
        foreach (var people in (string[])[validated.People, run.People])
        {
            Assert.Contains("'tests/test_auth_routes.py', which does not exist", people, StringComparison.Ordinal);
            Assert.DoesNotContain("'tests/test_auth.py', which", people, StringComparison.Ordinal);
        }
        Assert.Contains("tasks.yaml:16:", validated.People, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("npm run lint", "[src/a.js]", false)]
    [InlineData("npm test", "[src/a.js]", true)]
    [InlineData("npm run lint", "[package.json]", true)]
    [InlineData("node scripts/check.js", "[src/a.js]", false)]
    [InlineData("node scripts/check.js", "['scripts/**']", true)]
    [InlineData("node test/of-before.test.js", "[src/a.js]", true)]
    [InlineData("node test/of-after.test.js", "[src/a.js]", false)]
    [InlineData("cd web && npm run lint", "[src/a.js]", true)]
    public async Task Gate_OfScripts_IsRefusedWhereNobodyMakesThem(string gate, string files, bool isValid)
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("package.json", """{"scripts": {"test": "node --test"}}""");
        cli.Write(
            "tasks.yaml",
            $"""
            tasks:
            - id: before
              description: A test that must pass
              files_write: [test/of-before.test.js]
            - id: work
              description: The work is done when the gate passes
              depends_on: [before]
              files_write: {files}
              verification: ["{gate}"]
            - id: after
              description: A test that must pass
              depends_on: [work]
              files_write: [test/of-after.test.js]
            """
        );

        var validated = await cli.RunAsync("validate");

        Assert.True((validated.ExitCode == 0) == isValid, validated.People);
        Assert.Equal(!isValid, validated.People.Contains("gate-cannot-pass", StringComparison.Ordinal));
    }

    /// <summary>A gate may name what the build makes.</summary>
    [Theory]
    [InlineData("./build", true)]
    [InlineData("./lib", false)]
    public async Task Gate_FileInTheBuildOutput_NeedsAManifestThatMakesIt(string folder, bool isValid)
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("package.json", "{}");
        cli.Write("tsconfig.json", $"{{\"compilerOptions\": {{\"outDir\": \"{folder}\"}}}}");
        cli.Write(
            "tasks.yaml",
            "tasks:\n- {id: a, description: The gate must pass, files_write: [src/a.ts], verification: [node build/smoke.js]}\n"
        );

        var validated = await cli.RunAsync("validate");

        Assert.True((validated.ExitCode == 0) == isValid, validated.People);
    }

    [Fact]
    public async Task FilesWrite_AsFromThePlansFolder_IsRefusedWithTheRightPath()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("web/src/app.js", "");
        cli.Write("web/tasks.yaml", "tasks:\n- {id: a, description: It must work, files_write: [src/app.js, README.md]}\n");
        cli.Write("web/right.yaml", "tasks:\n- {id: a, description: It must work, files_write: [web/src/app.js, 'lib/**']}\n");

        var wrong = await cli.RunAsync("validate", "web/tasks.yaml");
        var right = await cli.RunAsync("validate", "web/right.yaml");

        Assert.Equal((2, 0), (wrong.ExitCode, right.ExitCode));
        Assert.Contains("Write 'web/src/app.js'", wrong.People, StringComparison.Ordinal);
        Assert.DoesNotContain("README", wrong.People, StringComparison.Ordinal);
    }

    /// <summary>The found suite of another language tests nothing of the task.</summary>
    [Theory]
    [InlineData("src/a.py", 20)]
    [InlineData("src/a.js", 0)]
    public async Task Risk_SuiteOfAnotherLanguage_IsNoTestOfTheTask(string file, int score)
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("package.json", """{"scripts": {"test": "node --test"}}""");
        cli.Write("package-lock.json", "{}");
        cli.Write("tasks.yaml", $"tasks:\n- {{id: a, description: It must work, files_write: [{file}]}}\n");

        var risk = await cli.RunAsync("validate", "--view", "risk", "--json");

        Assert.Equal(score, (int)risk.Json["score"]!);
    }
}
