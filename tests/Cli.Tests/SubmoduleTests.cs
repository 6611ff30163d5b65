using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Repositories with submodules: worktrees have their files, and nobody's work in them is lost without a word.</summary>
public sealed class SubmoduleTests
{
    private const string Reading = "{task: ['grep -q library vendor/lib/lib.txt', 'grep -q deep vendor/lib/deep/deep.txt']}";

    /// <summary>The submodule's origin is gone: nothing is fetched, no URL is followed.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_Submodules_AreInWorktreesOfTasksAndGates(bool isConfined)
    {
        using var repository = new ScriptedRepository { IsConfined = isConfined };
        await AddSubmoduleAsync(repository);
        repository.WriteAgent(
            "grep -q library vendor/lib/lib.txt\ngrep -q deep vendor/lib/deep/deep.txt\ngit -C vendor/lib rev-parse HEAD\n"
                + "echo work >$ORCHESTRATOR_TASK.txt\n",
            $"gates: {Reading}\nworkers: 2\n"
        );

        await repository.LandAsync(
            """
            tasks:
              - {id: a, description: A, files_write: [a.txt], max_retries: 0}
              - {id: b, description: B, files_write: [b.txt], max_retries: 0}
              - {id: c, description: C, files_write: [c.txt], max_retries: 0, depends_on: [a, b]}
              - {id: d, description: D, files_write: [d.txt], max_retries: 0, depends_on: [c]}
            """
        );

        Assert.Equal("work\n", repository.Cli.Read("d.txt"));
        Assert.Equal("library\n", repository.Cli.Read("vendor/lib/lib.txt"));
        Assert.Equal("", await repository.GitAsync("status", "--porcelain", "vendor"));
        Assert.Equal("", await repository.GitAsync("-C", "vendor/lib", "status", "--porcelain"));
        Assert.Equal(0, (await repository.OrchestrateAsync("cleanup")).ExitCode);
        var trees = Path.Combine(repository.Cli.Folder, ".git/modules/vendor/lib/worktrees");
        var left = Directory.Exists(trees) ? Directory.GetDirectories(trees) : [];
        Assert.DoesNotContain(
            left,
            tree => File.ReadAllText(Path.Combine(tree, "gitdir")).Contains("/.worktrees/run-", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task ValidateAndRun_TaskWhoseFilesLieInASubmodule_AreRefusedBeforeAnAgentStarts()
    {
        using var repository = new ScriptedRepository();
        await AddSubmoduleAsync(repository);
        repository.WriteAgent("echo work >a.txt\n");
        repository.Cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [vendor/lib/src/**, a.txt]}\n");

        var validate = await repository.OrchestrateAsync("validate", "tasks.yaml");
        var run = await repository.OrchestrateAsync("run", "--yes");

        Assert.Equal((2, 2), (validate.ExitCode, run.ExitCode));
        Assert.Contains("lies in the submodule 'vendor/lib'", ScriptedRepository.Text(validate), StringComparison.Ordinal);
        Assert.Contains("lies in the submodule 'vendor/lib'", ScriptedRepository.Text(run), StringComparison.Ordinal);
        Assert.False(repository.HasStarted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_AgentThatWritesInASubmodule_IsSentBackWithASentence(bool isConfined)
    {
        using var repository = new ScriptedRepository { IsConfined = isConfined };
        await AddSubmoduleAsync(repository);
        repository.WriteAgent(
            """
            echo work >a.txt
            case $ORCHESTRATOR_ATTEMPT in
              1) echo mine >>vendor/lib/lib.txt; echo new >vendor/lib/new.txt; echo deeper >>vendor/lib/deep/deep.txt ;;
              *) grep -q mine vendor/lib/lib.txt; git -C vendor/lib show HEAD:lib.txt >vendor/lib/lib.txt; rm vendor/lib/new.txt
                 git -C vendor/lib/deep show HEAD:deep.txt >vendor/lib/deep/deep.txt ;;
            esac
            """,
            $"gates: {Reading}\n"
        );

        await repository.LandAsync("tasks:\n  - {id: a, description: A, files_write: [a.txt], max_retries: 1}\n");

        var said = ScriptedRepository.Text(await repository.OrchestrateAsync("show", "a"));
        Assert.Contains("'vendor/lib/lib.txt' was changed, but is part of the submodule 'vendor/lib'", said, StringComparison.Ordinal);
        Assert.Equal("work\n", repository.Cli.Read("a.txt"));
    }

    [Fact]
    public async Task Run_AgentThatWritesInASubmoduleThatIsNotHere_FailsAndItsFilesStay()
    {
        using var repository = new ScriptedRepository();
        await AddSubmoduleAsync(repository);
        await repository.GitAsync("submodule", "deinit", "-q", "-f", "--all");
        Directory.Delete(Path.Combine(repository.Cli.Folder, ".git/modules"), recursive: true);
        repository.WriteAgent("echo work >a.txt\necho new >vendor/lib/new.txt\n");
        repository.Cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], max_retries: 0}\n");

        var run = await repository.OrchestrateAsync("run", "--yes");
        var check = ScriptedRepository.Text(await repository.OrchestrateAsync("check"));

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(
            "'vendor/lib/new.txt' was added, but is part of the submodule",
            ScriptedRepository.Text(run),
            StringComparison.Ordinal
        );
        Assert.Contains("warn  submodules:", check, StringComparison.Ordinal);
        Assert.Contains("git submodule update --init --recursive", check, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(Path.Combine(repository.Cli.Folder, ".worktrees"), "new.txt", SearchOption.AllDirectories));
    }

    /// <summary>A submodule with one of its own; where they came from is gone.</summary>
    private static async Task AddSubmoduleAsync(ScriptedRepository repository)
    {
        var (lib, deep) = (Path.Combine(repository.Cli.Home, "lib"), Path.Combine(repository.Cli.Home, "deep"));
        await MakeAsync(deep, "deep.txt", "deep\n");
        await MakeAsync(lib, "lib.txt", "library\n");
        await repository.GitAsync("-C", lib, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", deep, "deep");
        await repository.GitAsync("-C", lib, "commit", "-q", "-m", "Deep");
        await repository.GitAsync("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", lib, "vendor/lib");
        await repository.GitAsync("-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init", "--recursive");
        await repository.CommitAsync("Submodule");
        Directory.Delete(lib, recursive: true);
        Directory.Delete(deep, recursive: true);

        async Task MakeAsync(string folder, string file, string text)
        {
            await repository.GitAsync("init", "-q", "-b", "main", folder);
            await File.WriteAllTextAsync(Path.Combine(folder, file), text);
            await repository.GitAsync("-C", folder, "add", "-A");
            await repository.GitAsync("-C", folder, "commit", "-q", "-m", "First");
        }
    }
}
