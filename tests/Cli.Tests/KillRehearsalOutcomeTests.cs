using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A night that is rehearsed with kills, by the real program: <c>night rehearse --kill</c>.</summary>
public sealed class KillRehearsalOutcomeTests
{
    private const string Plan = """
        tasks:
          - {id: one, description: One, files_write: [one.txt], verification: [grep -q changed one.txt]}
          - {id: two, description: Two, files_write: [two/**], depends_on: [one], agent: mine, verification: [test -s two/new.txt]}
          - {id: three, description: Three, files_write: [three.txt]}
        """;

    [Fact]
    public async Task Rehearse_WithKills_LandsWhatTheCommitsDidAndLeavesNothing()
    {
        using var repository = await CreateAsync();
        var before = await StateAsync(repository);

        var night = await repository.OrchestrateAsync(
            "night",
            "rehearse",
            "--kill",
            "--commits",
            "HEAD~1..HEAD",
            "--kills",
            "2",
            "--seed",
            "4"
        );

        var text = ScriptedRepository.Text(night);
        Assert.True(night.ExitCode == 0, text);
        Assert.Contains(
            "Rehearsed a night with seed 4: 2 tasks in a throwaway clone, which is now removed.",
            text,
            StringComparison.Ordinal
        );
        Assert.Contains("  engine killed at agent start ", text, StringComparison.Ordinal);
        Assert.Contains("  all processes killed at agent start ", text, StringComparison.Ordinal);
        Assert.Contains("  usage limit at agent start ", text, StringComparison.Ordinal);
        Assert.Contains("The run would have ended as completed, with 2 of 2 tasks landed by ", text, StringComparison.Ordinal);
        Assert.Contains("No finished work was repeated.", text, StringComparison.Ordinal);
        Assert.Contains("Skipped tasks, because the commits change none of their files: three.", text, StringComparison.Ordinal);
        Assert.Contains("Files that the commits changed but no task owns: nobody.txt", text, StringComparison.Ordinal);
        Assert.Equal(before, await StateAsync(repository));
        Assert.False(repository.HasStarted, "the agent of the repository was started");
        Assert.DoesNotContain(Directory.EnumerateDirectories(Path.GetTempPath(), "rh-*"), IsOurs);
        bool IsOurs(string folder) => text.Contains(folder, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rehearse_CommitsThatNoTaskOwns_SaysWhatIsMissing()
    {
        using var repository = await CreateAsync();

        var unnamed = await repository.OrchestrateAsync("night", "rehearse", "--kill");
        var foreign = await repository.OrchestrateAsync("night", "rehearse", "--kill", "--commits", "HEAD~1..HEAD~1");
        var wrong = await repository.OrchestrateAsync("night", "rehearse", "--kill", "--commits", "HEAD");

        Assert.Equal((int)UseCaseOutcome.Usage, unnamed.ExitCode);
        Assert.Contains("--kill --commits FIRST..LAST", ScriptedRepository.Text(unnamed), StringComparison.Ordinal);
        Assert.Equal((int)UseCaseOutcome.Usage, foreign.ExitCode);
        Assert.Contains(
            "The commits HEAD~1..HEAD~1 change no file that a task of the plan owns",
            ScriptedRepository.Text(foreign),
            StringComparison.Ordinal
        );
        Assert.Contains("'HEAD' is not a range of commits. Write FIRST..LAST.", ScriptedRepository.Text(wrong), StringComparison.Ordinal);
    }

    private static async Task<ScriptedRepository> CreateAsync()
    {
        var repository = new ScriptedRepository();
        repository.WriteAgent("exit 1");
        repository.Cli.Write(".gitignore", ".orchestrator/\n");
        repository.Cli.Write("tasks.yaml", Plan);
        repository.Cli.Write("one.txt", "first\n");
        repository.Cli.Write("two/old.txt", "old\n");
        await repository.CommitAsync("Plan");
        repository.Cli.Write("one.txt", "changed\n");
        repository.Cli.Write("two/new.txt", "new\n");
        repository.Cli.Write("nobody.txt", "nobody's\n");
        File.Delete(Path.Combine(repository.Cli.Folder, "two", "old.txt"));
        await repository.CommitAsync("Work");
        await repository.OrchestrateAsync("trust", "--yes");
        return repository;
    }

    // Refs, checkout and files below .orchestrator, as they are.
    private static async Task<string> StateAsync(ScriptedRepository repository) =>
        await repository.GitAsync("for-each-ref")
        + await repository.GitAsync("status", "--porcelain")
        + string.Join(
            '\n',
            Directory.EnumerateFiles(Path.Combine(repository.Cli.Folder, ".orchestrator"), "*", SearchOption.AllDirectories).Order()
        );
}
