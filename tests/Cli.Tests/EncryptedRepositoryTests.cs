using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Repositories whose files go through a filter that can refuse, played by a script that finds its key as git-crypt does and fails
/// in its words.</summary>
public sealed class EncryptedRepositoryTests
{
    private const string Plan = "tasks:\n  - {id: a, description: A, files_write: [secret.txt], max_retries: 0}\n";

    [Fact]
    public async Task CheckAndRun_LockedRepository_AreRefusedWithTheCureBeforeAnAgentStarts()
    {
        using var repository = new ScriptedRepository();
        await EncryptAsync(repository);
        Directory.Delete(Path.Combine(repository.Cli.Folder, ".git/git-crypt"), recursive: true);
        repository.WriteAgent("echo new >>secret.txt\n");
        repository.Cli.Write("tasks.yaml", Plan);

        var check = await repository.OrchestrateAsync("check");
        var run = await repository.OrchestrateAsync("run", "--yes");

        Assert.NotEqual(0, check.ExitCode);
        Assert.Contains("fail  git-crypt:", ScriptedRepository.Text(check), StringComparison.Ordinal);
        Assert.NotEqual(0, run.ExitCode);
        Assert.All(
            (string[])[ScriptedRepository.Text(check), ScriptedRepository.Text(run)],
            text =>
            {
                Assert.Contains("the repository is locked here", text, StringComparison.Ordinal);
                Assert.Contains("git-crypt unlock", text, StringComparison.Ordinal);
            }
        );
        Assert.False(repository.HasStarted);
        Assert.DoesNotContain("is being retried", ScriptedRepository.Text(run), StringComparison.Ordinal);
    }

    /// <summary>git-crypt looks for its key in the git directory of the worktree, where git puts none.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_UnlockedRepository_WorksInWorktrees(bool isConfined)
    {
        using var repository = new ScriptedRepository { IsConfined = isConfined };
        await EncryptAsync(repository);
        repository.WriteAgent(
            "grep -q hush secret.txt\necho new >>secret.txt\ngit add -A\ngit commit -qm secret\n",
            "gates: {task: ['grep -q hush secret.txt']}\n"
        );
        var check = ScriptedRepository.Text(await repository.OrchestrateAsync("check"));

        await repository.LandAsync(Plan);

        Assert.Contains("ok    git-crypt: The repository is unlocked", check, StringComparison.Ordinal);
        Assert.Equal("hush\nnew\n", repository.Cli.Read("secret.txt"));
        Assert.Equal("uhfu\narj\n", await repository.GitAsync("cat-file", "blob", "main:secret.txt"));
    }

    /// <summary>Preflight can't foresee a filter that fails in worktrees alone.</summary>
    [Fact]
    public async Task Run_RefusalThatRepeatsWordForWord_EndsTheRunWithTheCause()
    {
        using var repository = new ScriptedRepository();
        var filter = Path.Combine(repository.Cli.Home, "picky.sh");
        await File.WriteAllTextAsync(
            filter,
            "case $(git rev-parse --git-dir) in */worktrees/*) echo 'picky: no' >&2; exit 1 ;; *) cat ;; esac\n"
        );
        await File.WriteAllTextAsync(
            repository.GitConfiguration,
            $"[filter \"picky\"]\n\tclean = sh {filter}\n\tsmudge = sh {filter}\n\trequired = true\n"
        );
        repository.Cli.Write(".gitattributes", "secret.txt filter=picky\n");
        repository.Cli.Write("secret.txt", "hush\n");
        await repository.CommitAsync("Picky");
        repository.WriteAgent("echo new >>secret.txt\n");
        repository.Cli.Write("tasks.yaml", Plan);

        var run = await repository.OrchestrateAsync("run", "--yes");

        var text = ScriptedRepository.Text(run);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("The filter 'picky' in .gitattributes fails.", text, StringComparison.Ordinal);
        // The first try has made the branch, so the second one is refused in other words.
        Assert.Matches("The step failed [45] times", text);
        Assert.False(repository.HasStarted);
    }

    /// <summary>A repository that is unlocked: the filter is in its own configuration, the key in its git directory.</summary>
    private static async Task EncryptAsync(ScriptedRepository repository)
    {
        // Beside the key, the only folder of the git directory that a confined agent sees as it is.
        Directory.CreateDirectory(Path.Combine(repository.Cli.Folder, ".git/git-crypt/keys"));
        var filter = Path.Combine(repository.Cli.Folder, ".git/git-crypt/filter.sh");
        await File.WriteAllTextAsync(
            filter,
            """
            if [ ! -f "$(git rev-parse --git-dir)/git-crypt/keys/default" ]; then
              echo 'git-crypt: Error: Unable to open key file - have you unlocked/initialized this repository yet?' >&2
              exit 1
            fi
            exec tr a-z n-za-m
            """
        );
        await File.WriteAllTextAsync(Path.Combine(repository.Cli.Folder, ".git/git-crypt/keys/default"), "key");
        foreach (var direction in (string[])["clean", "smudge"])
        {
            await repository.GitAsync("config", $"filter.git-crypt.{direction}", $"sh {filter}");
        }
        await repository.GitAsync("config", "filter.git-crypt.required", "true");
        repository.Cli.Write(".gitattributes", "secret.txt filter=git-crypt diff=git-crypt\n");
        repository.Cli.Write("secret.txt", "hush\n");
        await repository.CommitAsync("Secret");
    }
}
