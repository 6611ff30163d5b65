using System.Text.Json.Nodes;
using Temporal.Server;
using Xunit;

namespace Orchestrator.Cli.Tests;

public class CleanupCommandTests
{
    private const string Agent = """
        case $ORCHESTRATOR_TASK in
          *fail) exit 7 ;;
          *) date +%s%N > $ORCHESTRATOR_TASK.txt ;;
        esac
        """;

    /// <summary>A cancelled run keeps work that is on no branch of the user, until the user gives it up by name.</summary>
    [Fact]
    public async Task Cleanup_DiscardOfACancelledRun_ListsAsksAndLeavesNothing()
    {
        using var cli = RunCommandTests.Repository("echo half > $ORCHESTRATOR_TASK.txt; [ $ORCHESTRATOR_TASK = one ]");
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: one, description: One, files_write: [one.txt]}\n  - {id: two, description: Two, files_write: [two.txt], "
                + "max_retries: 0}\n"
        );
        await cli.TrustAsync();
        Assert.Equal(1, (await cli.RunAsync("run", "--yes")).ExitCode);
        var run = (string)(await cli.RunAsync("status", "--json")).Json["runId"]!;
        Assert.Equal(0, (await cli.RunAsync("cancel", run, "--yes")).ExitCode);

        var kept = await cli.RunAsync("cleanup", run);
        var refs = cli.Git("for-each-ref");
        var unnamed = await cli.RunAsync("cleanup", "--discard");
        var dry = await cli.RunAsync("cleanup", "--discard", run, "--dry-run");
        var asked = await cli.RunAsync("cleanup", "--discard", run);
        var no = await cli.RunAsync(new RecordingTerminal { Answer = false }, "cleanup", "--discard", run);

        Assert.Contains("orchestrate cleanup --discard RUN", kept.Output, StringComparison.Ordinal);
        Assert.Equal((2, 0, 3, 3), (unnamed.ExitCode, dry.ExitCode, asked.ExitCode, no.ExitCode));
        Assert.Contains("This work is not on any of your branches and would be discarded:", asked.People, StringComparison.Ordinal);
        Assert.Equal(refs, cli.Git("for-each-ref"));
        var discarded = await cli.RunAsync("cleanup", "--discard", run, "--yes");

        Assert.True(discarded.ExitCode == 0, discarded.People);
        Assert.Equal("", cli.Git("for-each-ref", "refs/heads/orchestrator", "refs/orchestrator"));
        Assert.False(Directory.Exists(Path.Combine(cli.Folder, ".orchestrator", "runs", run)));
        Assert.DoesNotContain(run, cli.Git("worktree", "list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cleanup_LandedAndEscalatedRuns_RemovesTheLandedOnesAndWhatIsLeftIsTrue()
    {
        using var cli = RunCommandTests.Repository(Agent);
        File.AppendAllText(
            Path.Combine(cli.Folder, ".orchestrator", "config.yaml"),
            "max_remediations: 0\nretry: {max_attempts: 1}\nworktrees: {pool: 0}\n"
        );
        cli.Write("tasks.yaml", "tasks:\n  - {id: one, description: One, files_write: [one.txt]}\n");
        cli.Write("bad.yaml", "tasks:\n  - {id: a-fail, description: A, files_write: [a.txt]}\n");
        await cli.TrustAsync();
        var first = await RunAsync(cli, 0, "tasks.yaml");
        var second = await RunAsync(cli, 0, "tasks.yaml");
        var stuck = await RunAsync(cli, 1, "bad.yaml");
        cli.Git("branch", "mine");
        cli.Git("worktree", "add", "-q", Path.Combine(cli.Home, "mine"), "mine");
        var engine = Path.Combine(cli.Folder, ".orchestrator", EngineDatabaseLock.FileName);
        var refs = cli.Git("for-each-ref");

        // While a run is open it keeps everything, by name too.
        var refused = await cli.RunAsync("cleanup", stuck);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("files and branches are kept", refused.People, StringComparison.Ordinal);
        var dry = (await cli.RunAsync("cleanup", "--keep", "0", "--dry-run", "--json")).Json;
        Assert.Equal(refs, cli.Git("for-each-ref"));
        Assert.Equal([first, second], Ids(dry["removed"]!));
        Assert.Equal([stuck], Ids(dry["kept"]!));
        Assert.Equal(dry["before"]!.ToJsonString(), dry["after"]!.ToJsonString());

        // One by its name, then all.
        var one = await cli.RunAsync("cleanup", first);
        Assert.Equal(0, one.ExitCode);
        Assert.Contains($"{first}  completed", one.Output, StringComparison.Ordinal);
        Assert.Null(EngineDatabaseReader.FindRunId(engine, first));
        Assert.NotNull(EngineDatabaseReader.FindRunId(engine, second));
        var rest = (await cli.RunAsync("cleanup", "--keep", "0", "--json")).Json;
        Assert.Equal([second], Ids(rest["removed"]!));
        Assert.True((int)rest["after"]!["hiddenRefs"]! < (int)rest["before"]!["hiddenRefs"]!);

        Assert.Equal([stuck], Ids((await cli.RunAsync("history", "--json")).Json["runs"]!));
        Assert.Contains(stuck, (await cli.RunAsync("status")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await cli.RunAsync("report", stuck)).ExitCode);
        Assert.DoesNotContain(first, cli.Git("for-each-ref"), StringComparison.Ordinal);
        Assert.Contains(stuck, cli.Git("for-each-ref", "refs/heads/orchestrator"), StringComparison.Ordinal);
        Assert.Contains("mine", cli.Git("worktree", "list"), StringComparison.Ordinal);
        Assert.NotEmpty(cli.Git("show", "main:one.txt"));

        // The open one continues as if nothing had been.
        Assert.Equal(0, (await cli.RunAsync("cancel", stuck)).ExitCode);
        var last = (await cli.RunAsync("cleanup", "--keep", "0", "--json")).Json;
        Assert.Equal(0, (int)last["after"]!["runs"]! + (int)last["after"]!["worktrees"]! + (int)last["after"]!["gateWorktrees"]!);
        Assert.Empty(cli.Git("for-each-ref", "refs/orchestrator", "refs/heads/orchestrator"));
    }

    [Fact]
    public async Task Run_MoreThanIsKept_RemovesTheOldestByItself()
    {
        using var cli = RunCommandTests.Repository(Agent);
        File.AppendAllText(Path.Combine(cli.Folder, ".orchestrator", "config.yaml"), "retention: {count: 1}\nworktrees: {pool: 0}\n");
        cli.Write("tasks.yaml", "tasks:\n  - {id: one, description: One, files_write: [one.txt]}\n");
        await cli.TrustAsync();
        var first = await RunAsync(cli, 0, "tasks.yaml");
        Assert.Equal([first], Ids((await cli.RunAsync("history", "--json")).Json["runs"]!));
        var refs = cli.Git("for-each-ref", "refs/orchestrator").Split('\n').Length;

        var second = await RunAsync(cli, 0, "tasks.yaml");

        Assert.Equal([second], Ids((await cli.RunAsync("history", "--json")).Json["runs"]!));
        Assert.Equal(refs, cli.Git("for-each-ref", "refs/orchestrator").Split('\n').Length);
        Assert.Null(EngineDatabaseReader.FindRunId(Path.Combine(cli.Folder, ".orchestrator", EngineDatabaseLock.FileName), first));
        Assert.DoesNotContain(".pool", cli.Git("worktree", "list"), StringComparison.Ordinal);
        var storage = (await cli.RunAsync("check", "--json")).Json["checks"]!.AsArray().Single(c => (string)c!["name"]! == "storage")!;
        Assert.Contains("run folders: 1,", (string)storage["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cleanup_CacheOfARepositoryThatIsGone_RemovesItAlsoWhereNoRunIs()
    {
        using var cli = new CliFixture().WithRepository();
        var cache = Directory.CreateDirectory(Path.Combine(cli.Home, ".cache", "orchestrator", "0123456789ab", "gates")).Parent!;
        var owner = Path.Combine(cache.FullName, "repository");
        File.WriteAllText(owner, "/gone/.git");
        File.SetLastWriteTimeUtc(owner, DateTime.UtcNow.AddDays(-8));

        var dry = await cli.RunAsync("cleanup", "--dry-run");
        Assert.Contains($"{cache}  cache of /gone/.git, which no longer exists", dry.Output, StringComparison.Ordinal);
        Assert.True(cache.Exists);
        var done = (await cli.RunAsync("cleanup", "--json")).Json;

        Assert.Equal(cache.FullName, (string)done["caches"]!.AsArray().Single()!);
        Assert.False(Directory.Exists(cache.FullName));
    }

    [Theory]
    [InlineData("--keep -1")]
    [InlineData("--older-than soon")]
    [InlineData("--keep 3 --older-than 3d")]
    [InlineData("run-that-is-not-there")]
    public async Task Cleanup_SenselessOptions_AreRefused(string options)
    {
        using var cli = new CliFixture().WithRepository();

        var refused = await cli.RunAsync(["cleanup", .. options.Split(' ')]);

        Assert.Equal(2, refused.ExitCode);
        Assert.False(Directory.Exists(Path.Combine(cli.Folder, ".orchestrator")));
    }

    private static async Task<string> RunAsync(CliFixture cli, int code, string plan)
    {
        var result = await cli.RunAsync("run", plan, "--yes", "--no-progress", "--again");
        Assert.True(result.ExitCode == code, result.People);
        return (string)(await cli.RunAsync("status", "--json")).Json["runId"]!;
    }

    private static string[] Ids(JsonNode list) => [.. list.AsArray().Select(entry => (string)entry!["runId"]!)];
}
