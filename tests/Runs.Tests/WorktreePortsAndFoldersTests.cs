using Orchestrator.Gates.Worktrees;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Tasks;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>The resources of a worktree on this machine reach its set-up, its agent and its gates.</summary>
public sealed class WorktreePortsAndFoldersTests
{
    private const string Tell = "echo \"$ORCHESTRATOR_PORT $ORCHESTRATOR_WORKTREE $TMPDIR $URL\" >>";

    [Fact]
    public async Task SetUpAgentAndGate_AreGivenWhatTheirWorktreeHas_TheSameInEachAttempt()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        string Noted(string name) => repository.Beside(name);
        var start = RunFixture
            .Start(new Gate($"{Tell} '{Noted("gate")}'"))
            .WithAgent($"{Tell} '{Noted("agent")}'; echo x > \"$TMPDIR/left\"; echo done > a.txt")
            .With(s =>
                s with
                {
                    Worktrees = s.Worktrees with
                    {
                        Setup = [$"{Tell} '{Noted("setup")}'"],
                        Environment = new Dictionary<string, string> { ["URL"] = "postgres://localhost/{worktree}:{port+1}" },
                    },
                }
            );
        using var run = await RunFixture.BeginAsync(
            repository,
            start,
            new PlanTask
            {
                Id = "a",
                Description = "Write a",
                FilesWrite = ["a.txt"],
            }
        );
        File.Delete(Noted("setup"));
        File.Delete(Noted("gate"));

        var prepared = await run.PrepareAsync("a");
        await RunAgentAsync(run, prepared, 1);
        await RunAgentAsync(run, prepared, 2);
        var setUp = await File.ReadAllLinesAsync(Noted("setup"));
        var work = await run.VerifyAsync("a", prepared);
        var agent = await File.ReadAllLinesAsync(Noted("agent"));
        var gate = Assert.Single(await File.ReadAllLinesAsync(Noted("gate")));

        Assert.Empty(work.Problems);
        Assert.Equal([Assert.Single(setUp), setUp[0]], agent);
        var (own, verified) = (agent[0].Split(' '), gate.Split(' '));
        Assert.Equal($"postgres://localhost/{own[1]}:{int.Parse(own[0], System.Globalization.CultureInfo.InvariantCulture) + 1}", own[3]);
        Assert.Empty(own.Intersect(verified));
        Assert.True(File.Exists(Path.Combine(own[2], "left")));
        Assert.False(Directory.Exists(verified[2]), "The temporary folder of a verification is still there.");

        await run.MergeAsync("a", work.Commit);
        await run.ReleaseAsync("a");
        await WorktreePortAndFolderAssigner.Of(run.Services.Environment).ReleaseThoseThatAreOverAsync(CancellationToken.None);
        Assert.False(Directory.Exists(own[2]), "The worktree is gone and its temporary folder is not.");
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public async Task WorktreeThatIsUsedAgain_IsSetUpAgain_WhereSetUpMayHoldItsName(bool configured, int setUps)
    {
        var start = RunFixture
            .Start(new Gate("true"))
            .With(s =>
                s with
                {
                    Worktrees = s.Worktrees with
                    {
                        Setup = ["mkdir -p kept; echo x >> kept/setups"],
                        Keep = ["/kept/"],
                        Environment = configured
                            ? new Dictionary<string, string> { ["URL"] = "{worktree}" }
                            : new Dictionary<string, string>(),
                    },
                }
            );
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("ignored", (".gitignore", "/kept/\n"));
        using var run = await RunFixture.BeginAsync(repository, start, Task("a"), Task("b"));
        await run.DoAsync("a", "a.txt", "done\n");
        await run.ReleaseAsync("a");

        var prepared = await run.PrepareAsync("b");

        Assert.Equal(setUps, (await File.ReadAllLinesAsync(Path.Combine(run.Repository.Path, prepared.Worktree, "kept/setups"))).Length);
    }

    [Fact]
    public async Task ContentKey_OfAGateThatBecomesExclusive_Stays()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        using var before = await RunFixture.BeginAsync(repository, RunFixture.Start(), "run-before", WithGate(null));
        using var after = await RunFixture.BeginAsync(repository, RunFixture.Start(), "run-after", WithGate("database"));

        Assert.Equal((await before.PrepareAsync("a")).ContentKey, (await after.PrepareAsync("a")).ContentKey);

        static PlanTask WithGate(string? exclusive) => Task("a") with { Verification = [new Gate("true", Exclusive: exclusive)] };
    }

    private static PlanTask Task(string id) =>
        new()
        {
            Id = id,
            Description = $"Write {id}",
            FilesWrite = [$"{id}.txt"],
        };

    private static Task<AgentRunResult> RunAgentAsync(RunFixture run, PreparedTask prepared, int start)
    {
        var task = run.Task("a");
        var input = new RunAgentInput
        {
            Task = task with { Task = task.Task with { Timeout = TimeSpan.FromMinutes(20) } },
            Prepared = prepared,
            Attempt = start,
            Start = start,
        };
        return new TaskAgentRunExecutor(run.Services).RunAsync(input, RunFixture.Execution);
    }
}
