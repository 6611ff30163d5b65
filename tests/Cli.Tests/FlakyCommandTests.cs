using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Tests that fail by chance: seen by gates, put into quarantine, and decided by again.</summary>
public sealed class FlakyCommandTests
{
    private const string Work = "echo 'exports.neg = (a) => -a;' >>calc.js\ngit add -A\ngit commit -qm work\n";

    private const string Plan = "tasks:\n  - {id: a, description: A, files_write: [calc.js], max_retries: 0}\n";

    [Fact]
    public async Task Flaky_TestWithAReason_DecidesNothingUntilItsLastDay()
    {
        using var repository = await RepositoryAsync();

        var put = await repository.OrchestrateAsync("flaky", "waits", "--reason", "it's slow", "--owner", "ann", "--days", "3");
        await repository.CommitAsync("Put a test into quarantine");
        var listed = await repository.OrchestrateAsync("flaky");
        await repository.LandAsync(Plan);
        var report = await repository.OrchestrateAsync("report", "--full", "--markdown");

        Assert.Contains("'waits' is only advisory until", ScriptedRepository.Text(put), StringComparison.Ordinal);
        Assert.Contains("waits  in quarantine until", ScriptedRepository.Text(listed), StringComparison.Ordinal);
        Assert.Contains("(ann: it's slow)", ScriptedRepository.Text(listed), StringComparison.Ordinal);
        Assert.Contains("but in quarantine: waits", ScriptedRepository.Text(report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_QuarantineThatEnded_TheTestDecidesAndItIsSaid()
    {
        using var repository = await RepositoryAsync();
        await QuarantineAsync(repository, "2020-01-31");
        repository.Cli.Write("tasks.yaml", Plan);

        var run = await repository.OrchestrateAsync("run", "--yes");

        var inbox = await repository.OrchestrateAsync("inbox");
        var listed = await repository.OrchestrateAsync("flaky");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("The quarantine of this test ended on", ScriptedRepository.Text(inbox), StringComparison.Ordinal);
        Assert.Contains("orchestrate flaky", ScriptedRepository.Text(inbox), StringComparison.Ordinal);
        Assert.Contains("waits  counts again: its quarantine ended on", ScriptedRepository.Text(listed), StringComparison.Ordinal);
        Assert.Contains("The quarantine of the test 'waits' ended", ScriptedRepository.Text(run), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FaultyQuarantine_IsRefusedBeforeAnAgentStarts()
    {
        using var repository = await RepositoryAsync();
        await QuarantineAsync(repository, "soon");
        repository.Cli.Write("tasks.yaml", Plan);

        var run = await repository.OrchestrateAsync("run", "--yes");

        Assert.False(repository.HasStarted);
        Assert.Contains(".orchestrator/flaky.yaml:3", ScriptedRepository.Text(run), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flaky_Release_TakesOneEntryOutAndKeepsAllElse()
    {
        using var repository = new ScriptedRepository();
        const string Others = "# Ours.\ntests:\n  - {test: b, owner: ben, reason: r, until: 2027-01-31}\n";
        repository.Cli.Write(".orchestrator/flaky.yaml", Others);
        await repository.OrchestrateAsync("flaky", "a", "--reason", "r");

        var released = await repository.OrchestrateAsync("flaky", "a", "--release");
        var unknown = await repository.OrchestrateAsync("flaky", "a", "--release");

        Assert.Contains(
            "'a' is no longer in quarantine, so its failures reject work again.",
            ScriptedRepository.Text(released),
            StringComparison.Ordinal
        );
        Assert.Contains("'a' is not in quarantine.", ScriptedRepository.Text(unknown), StringComparison.Ordinal);
        Assert.Equal(Others, await File.ReadAllTextAsync(Path.Combine(repository.Cli.Folder, ".orchestrator/flaky.yaml")));
    }

    [Fact]
    public async Task Flaky_FolderThatAnEarlierVersionMade_IsCommitted()
    {
        using var repository = new ScriptedRepository();
        repository.Cli.Write(
            ".orchestrator/.gitignore",
            "# Made by orchestrate: only what is named here belongs into commits.\n*\n!config.yaml\n"
        );

        await repository.OrchestrateAsync("flaky", "a", "--reason", "r");
        await repository.OrchestrateAsync("flaky", "b", "--reason", "r");
        await repository.GitAsync("add", ".orchestrator/flaky.yaml");

        Assert.Equal(
            "# Made by orchestrate: only what is named here belongs into commits.\n*\n!config.yaml\n!flaky.yaml\n",
            await File.ReadAllTextAsync(Path.Combine(repository.Cli.Folder, ".orchestrator/.gitignore"))
        );
    }

    [Fact]
    public async Task Flaky_FileThatCanNotBeChangedAlone_IsLeftAsItIs()
    {
        using var repository = new ScriptedRepository();
        const string Both =
            "tests: [{test: a, owner: b, reason: r, until: 2027-01-31}, {test: b, owner: b, reason: r, until: 2027-01-31}]\n";
        repository.Cli.Write(".orchestrator/flaky.yaml", Both);

        var released = await repository.OrchestrateAsync("flaky", "a", "--release");

        Assert.Contains("Edit the file by hand", ScriptedRepository.Text(released), StringComparison.Ordinal);
        Assert.Equal(Both, await File.ReadAllTextAsync(Path.Combine(repository.Cli.Folder, ".orchestrator/flaky.yaml")));
    }

    /// <summary>The first run of a test that waits fails, as a count outside of the tree tells.</summary>
    [Fact]
    public async Task Run_TestThatFailsByChance_LandsAndFlakyNamesIt()
    {
        using var repository = await RepositoryAsync("require('fs').existsSync(MARK) || (require('fs').writeFileSync(MARK, ''), false)");

        await repository.LandAsync(Plan);
        var seen = await repository.OrchestrateAsync("flaky");

        Assert.Contains("waits  was flaky in 1 of", ScriptedRepository.Text(seen), StringComparison.Ordinal);
    }

    private static async Task QuarantineAsync(ScriptedRepository repository, string until)
    {
        repository.Cli.Write(
            ".orchestrator/flaky.yaml",
            $"tests:\n  - test: waits\n    until: {until}\n    owner: ann\n    reason: slow\n"
        );
        await repository.CommitAsync("Put a test into quarantine");
    }

    // A suite in which one test fails with the work of the task, but for what holds.
    private static async Task<ScriptedRepository> RepositoryAsync(string holds = "false")
    {
        var repository = new ScriptedRepository();
        repository.Cli.Write("calc.js", "exports.add = (a, b) => a + b;\n");
        repository.Cli.Write(
            "tests/calc.test.js",
            $"const MARK = '{repository.Cli.Home}/mark';\nconst test = require('node:test');\nconst assert = require('node:assert');\n"
                + "const calc = require('../calc.js');\ntest('adds', () => assert.equal(calc.add(1, 2), 3));\n"
                + $"test('waits', () => assert.ok(!calc.neg || {holds}));\n"
        );
        await repository.CommitAsync("Calc");
        repository.WriteAgent(Work, "gates: {task: [{command: node --test tests/calc.test.js, type: test}]}\n");
        return repository;
    }
}
