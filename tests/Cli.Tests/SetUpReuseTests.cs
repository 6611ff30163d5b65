using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A set-up is paid for once: what it made at a run's base is copied to the worktrees of tasks and gates that ask for the same,
/// and to no other.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SetUpReuseTests
{
    private const string Lock = """{"packages": {"": {}, "node_modules/x": {"resolved": "https://r/x.tgz"}}}""";

    // One agent spoils what its own worktree has; one asks for another package; the last begins when they are merged.
    private const string Agent = """
        case $ORCHESTRATOR_TASK in
          spoils) echo spoilt > node_modules/x/index.js; echo spoilt > node_modules/x/new.js ;;
          asks) echo '{"name": "other"}' > package.json ;;
        esac
        echo 1 > $ORCHESTRATOR_TASK.txt
        """;

    [Fact]
    public async Task Run_ThreeTasks_AreSetUpOnceForEachSetOfPackages()
    {
        using var cli = Repository("""{"name": "one"}""");

        var first = await cli.RunAsync("run", "--yes");
        var calls = Calls(cli);
        File.Delete(Path.Combine(cli.Home, "calls"));
        var second = await cli.RunAsync("run", "--yes", "--again");

        Assert.True((first.ExitCode, second.ExitCode) == (0, 0), first.People + second.People);
        Assert.Equal("""{"name": "other"}""", cli.Git("show", "main:package.json").Trim());

        // Once at the base; then for the worktrees with the new manifest alone, which an agent wrote, so that they are not kept.
        Assert.Equal("one", calls[0]);
        Assert.All(calls.Skip(1), name => Assert.Equal("other", name));
        Assert.True(calls.Length > 1, string.Join(", ", calls));

        // The next run begins at it, and keeps it.
        Assert.Equal(["other"], Calls(cli));
        Assert.Equal(2, Kept(cli).Count);
        Assert.All(
            Kept(cli),
            folder => Assert.Equal(["index.js"], Directory.GetFiles(folder + "/node_modules/x").Select(Path.GetFileName))
        );
        Assert.All(Kept(cli), folder => Assert.Equal("clean\n", File.ReadAllText(folder + "/node_modules/x/index.js")));
    }

    [Theory]
    [InlineData("""{"name": "one", "scripts": {"postinstall": "node make.js"}}""", "", false)]
    [InlineData("""{"name": "one"}""", "reuse: []", false)]
    [InlineData("""{"name": "one"}""", "env: {PORT: '{port}'}", false)]
    [InlineData("""{"name": "one"}""", "setup: [npm ci]", false)]
    [InlineData("""{"name": "one"}""", "setup: [npm ci], reuse: [node_modules]", true)]
    [InlineData("""{"name": "one"}""", "setup: [npm ci], reuse: [node_modules, missing]", false)]
    public async Task Run_SetUpThatDependsOnMore_IsRunInEachWorktree(string manifest, string worktrees, bool once)
    {
        using var cli = Repository(manifest, worktrees);

        var run = await cli.RunAsync("run", "--yes", "--only", "spoils");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal(once ? 1 : 3, Calls(cli).Length);
        Assert.Equal(once ? 1 : 0, Kept(cli).Count);
    }

    [Fact]
    public async Task Run_Fresh_SetsUpAgain()
    {
        using var cli = Repository("""{"name": "one"}""");
        Assert.Equal(0, (await cli.RunAsync("run", "--yes", "--only", "spoils")).ExitCode);

        var again = await cli.RunAsync("run", "--yes", "--only", "spoils", "--fresh", "--again");

        Assert.True(again.ExitCode == 0, again.People);
        Assert.True(Calls(cli).Length > 2, string.Join(", ", Calls(cli)));
    }

    /// <summary>A build begins in each worktree with what the gates made at the base, never with what a task made.</summary>
    [Theory]
    [InlineData("", "clean")]
    [InlineData("worktrees: {reuse: []}\n", "none")]
    public async Task Run_Cargo_BuildsBeginWithThoseOfTheBase(string settings, string later)
    {
        using var cli = RunCommandTests.Repository("mkdir -p target; echo spoilt >target/deps; echo 1 >$ORCHESTRATOR_TASK.txt");
        var cargo = Path.Combine(Directory.CreateDirectory(Path.Combine(cli.Home, "bin")).FullName, "cargo");
        File.WriteAllText(
            cargo,
            $"""
            #!/bin/sh
            [ "$1" = test ] || exit 0
            (cat target/deps 2>/dev/null || echo none) >>'{cli.Home}/calls'
            mkdir -p target; echo clean >target/deps
            echo 'test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s'
            """
        );
        File.SetUnixFileMode(cargo, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        cli.Environment["PATH"] = $"{cli.Home}/bin:{cli.Environment["PATH"]}";
        File.AppendAllText(
            Path.Combine(cli.Folder, ".orchestrator/config.yaml"),
            "gates: {task: [{command: cargo test, type: test}]}\nworkers: 1\n" + settings
        );
        cli.Write("Cargo.toml", "[package]\nname = \"a\"\n");
        cli.Write("Cargo.lock", "version = 4\n");
        cli.Write(".gitignore", "target/\n.orchestrator/\n.worktrees/\n");
        cli.Write(
            "tasks.yaml",
            """
            tasks:
              - {id: a, description: A, files_write: [a.txt]}
              - {id: b, description: B, files_write: [b.txt], depends_on: [a]}
            """
        );
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "base");

        var run = await cli.RunAsync("run", "--yes");
        var found = Calls(cli);

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("none", found[0]);
        Assert.True(found.Length > 2, string.Join(", ", found));
        Assert.All(found.Skip(1), one => Assert.Equal(later, one));
    }

    private static CliFixture Repository(string manifest, string worktrees = "")
    {
        var cli = RunCommandTests.Repository(Agent);
        var bin = Directory.CreateDirectory(Path.Combine(cli.Home, "bin")).FullName;
        File.WriteAllText(
            bin + "/npm",
            $$"""
            #!/bin/sh
            sed 's/.*"name": "\([a-z]*\)".*/\1/' package.json >> '{{cli.Home}}/calls'
            rm -rf node_modules; mkdir -p node_modules/x; echo clean > node_modules/x/index.js
            """
        );
        File.SetUnixFileMode(bin + "/npm", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        cli.Environment["PATH"] = $"{bin}:{cli.Environment["PATH"]}";
        File.AppendAllText(
            Path.Combine(cli.Folder, ".orchestrator/config.yaml"),
            "gates: {task: [grep -q clean node_modules/x/index.js && test ! -e node_modules/x/new.js]}\nworkers: 1\n"
                + (worktrees.Length > 0 ? $"worktrees: {{{worktrees}}}\n" : "")
        );
        cli.Write("package.json", manifest + "\n");
        cli.Write("package-lock.json", Lock);
        cli.Write(".gitignore", "node_modules/\n.orchestrator/\n.worktrees/\n");
        cli.Write(
            "tasks.yaml",
            """
            tasks:
              - {id: spoils, description: A, files_write: [spoils.txt]}
              - {id: asks, description: B, files_write: [asks.txt, package.json], depends_on: [spoils]}
              - {id: last, description: C, files_write: [last.txt], depends_on: [asks]}
            """
        );
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "base");
        return cli;
    }

    private static string[] Calls(CliFixture cli) => File.ReadAllLines(Path.Combine(cli.Home, "calls"));

    private static IReadOnlyList<string> Kept(CliFixture cli) =>
        Directory.EnumerateDirectories(Path.Combine(cli.Home, ".cache/orchestrator")).Select(folder => folder + "/setup") is var all
            ? [.. all.Where(Directory.Exists).SelectMany(Directory.GetDirectories)]
            : [];
}
