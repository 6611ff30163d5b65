using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Detected gates of the project decide about every merged tree, even if a task has a test of its own.</summary>
public sealed class StagingGatesTests
{
    [Fact]
    public async Task Run_TaskWithATrivialTestOfItsOwn_DoesNotLandWhatBreaksTheProjectsSuite()
    {
        using var cli = RunCommandTests.Repository("echo broken > $ORCHESTRATOR_TASK.txt");
        cli.Write("Makefile", "test:\n\t@! grep -q broken *.txt 2>/dev/null\n");
        cli.Write(
            "tasks.yaml",
            """
            tasks:
              - {id: own, description: Work, files_write: [own.txt], verification: ["test -s own.txt"], max_retries: 0}
              - {id: lax, description: Work, files_write: [lax.txt], max_retries: 0, verification: [{command: make test, required: false}]}

            """
        );
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "base");
        await cli.TrustAsync();

        var told = (await cli.RunAsync("run", "-n")).People;
        var validated = (await cli.RunAsync("validate", "--json")).Json["gates"]!;
        var run = await cli.RunAsync("run", "--yes");
        var report = await cli.RunAsync("report", "--full");

        const string Staging = "staging, after each merge: 'make test' (detected), and the gates of the merged tasks";
        Assert.Contains(Staging, told, StringComparison.Ordinal);
        Assert.Contains("own: 'test -s own.txt' (its own)", told, StringComparison.Ordinal);
        Assert.Contains("lax: 'make test' (advisory) (its own)", told, StringComparison.Ordinal);
        Assert.Equal("make test", (string?)validated["staging"]![0]!["command"]);
        Assert.Equal("task", (string?)validated["tasks"]!["own"]![0]!["source"]);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("After the merge", run.People, StringComparison.Ordinal);
        Assert.DoesNotContain(".txt", cli.Git("ls-tree", "-r", "--name-only", "main"), StringComparison.Ordinal);
        Assert.Contains(Staging, report.Output + report.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_NoSuite_SaysThatNothingButTheTasksOwnTestDecides()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [test -s a.txt]}\n"
                + "  - {id: b, description: B, files_write: [b.txt]}\n"
        );

        var told = (await cli.RunAsync("validate")).People;

        Assert.Contains("staging: only the gates of the merged tasks", told, StringComparison.Ordinal);
        Assert.Contains("a: only its own 'test -s a.txt'", told, StringComparison.Ordinal);
        Assert.Contains("b: no gate checks it", told, StringComparison.Ordinal);
    }

    /// <summary>However a task spells the project's own test, it is one gate, and is paid once for each tree.</summary>
    [Theory]
    [InlineData("npm run test")]
    [InlineData("npm test")]
    [InlineData("npm t")]
    [InlineData("npm  run-script  test")]
    public async Task Run_TaskSpellsTheFoundGateOtherwise_RunsItOnce(string spelling)
    {
        using var cli = RunCommandTests.Repository("echo x > $ORCHESTRATOR_TASK.txt");
        cli.Write("package.json", "{\"scripts\": {\"test\": \"echo tested >> " + cli.Home + "/tested\"}}");
        cli.Write(
            "tasks.yaml",
            $"tasks:\n  - {{id: a, description: A, files_write: [a.txt], verification: ['{spelling}', 'npm run test']}}\n"
        );
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "base");
        await cli.TrustAsync();

        var validated = (await cli.RunAsync("validate", "--json")).Json["gates"]!;
        var run = await cli.RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Single(validated["tasks"]!["a"]!.AsArray());

        // At the base, and at the task's commit, which is the merged tree too.
        Assert.Equal(2, File.ReadAllLines(Path.Combine(cli.Home, "tested")).Length);
    }

    [Theory]
    [InlineData("integration", "b: 'make test' (detected)")]
    [InlineData("task", "b: no gate checks it")]
    public async Task Validate_EmptyListOfGates_SwitchesFoundOnesOffForStagingOrAltogether(string key, string ofTask)
    {
        using var cli = new CliFixture();
        cli.Write("Makefile", "test:\n\t@true\n");
        cli.Write(".orchestrator/config.yaml", $"gates: {{{key}: []}}\n");
        cli.Write("tasks.yaml", "tasks:\n  - {id: b, description: B, files_write: [b.txt]}\n");
        cli.WithRepository();
        await cli.TrustAsync();

        var told = (await cli.RunAsync("validate")).People;

        Assert.Contains("staging: only the gates of the merged tasks", told, StringComparison.Ordinal);
        Assert.Contains(ofTask, told, StringComparison.Ordinal);
    }
}
