using Orchestrator.Agents.Supervision;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Holds;
using Orchestrator.Runs.Tasks;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Runs.Tests;

public sealed class AgentStartHoldRecordTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("hold-tests-").FullName;

    private AgentStartHoldStore Holds => new(new Dictionary<string, string> { ["HOME"] = _home, ["USER"] = "maria" }, TimeProvider.System);

    [Fact]
    public async Task Hold_OfOneRun_ConcernsThatRunOfThatRepositoryUntilItIsReleased()
    {
        var hold = await Holds.HoldAsync("run-a", "/one", "red tests", CancellationToken.None);

        Assert.Equal(hold, Holds.Find("run-a", "/one"));
        Assert.Null(Holds.Find("run-a", "/other"));
        Assert.Null(Holds.Find("run-b", "/one"));
        Assert.StartsWith("held by maria since ", hold.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("Z: red tests ('orchestrate release run-a' ends it)", hold.ToString(), StringComparison.Ordinal);
        Assert.Empty(await Holds.ReleaseAsync("run-b", "/one", CancellationToken.None));
        Assert.Equal([hold], await Holds.ReleaseAsync("run-a", "/one", CancellationToken.None));
        Assert.Null(Holds.Find("run-a", "/one"));
    }

    [Fact]
    public async Task Hold_OfAll_ConcernsEveryRunAndItsReleaseEndsAll()
    {
        await Holds.HoldAsync("run-a", "/one", "first", CancellationToken.None);
        await Holds.HoldAsync("", "", "maintenance", CancellationToken.None);
        await Holds.HoldAsync("", "", "longer maintenance", CancellationToken.None);

        Assert.Equal("longer maintenance", Holds.Find("run-a", "/one")?.Reason);
        Assert.Equal("longer maintenance", Holds.Find("run-z", "/any")?.Reason);
        Assert.Equal(2, Holds.Read().Count);
        Assert.Equal(2, (await Holds.ReleaseAsync("", "", CancellationToken.None)).Count);
        Assert.Empty(Holds.Read());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"holds\":[{\"reason\":null,\"by\":\"x\",\"since\":\"2026-01-01T00:00:00Z\"}]}")]
    public async Task Read_DamagedFile_HoldsEverythingUntilAllIsReleased(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Holds.Path)!);
        await File.WriteAllTextAsync(Holds.Path, content);

        Assert.Contains("can't be read", Holds.Find("run-a", "/one")?.Reason, StringComparison.Ordinal);

        await Holds.ReleaseAsync("", "", CancellationToken.None);
        Assert.Null(Holds.Find("run-a", "/one"));
    }

    [Fact]
    public async Task Hold_ManyAtOnce_NoneIsLost()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Holds.HoldAsync($"run-{i}", "/one", "r", CancellationToken.None)));

        Assert.Equal(20, Holds.Read().Count);
    }

    [Fact]
    public async Task RunAgent_WhileHeld_StartsNothingUntilItIsReleased()
    {
        using var run = await BeginAsync();
        var holds = new AgentStartHoldStore(run.Services.Environment, TimeProvider.System);
        var hold = await holds.HoldAsync(RunFixture.RunId, run.Repository.Path, "red tests", CancellationToken.None);
        var input = await InputAsync(run);

        var held = await RunAsync(run, input);
        var waiting = RunAsync(run, input with { AwaitRelease = true });
        Assert.False(waiting.IsCompleted);
        Assert.Equal(AgentRunStatus.NotStarted, AgentSupervisor.ReadState(run.Folder.Start("a", 1)));
        await holds.ReleaseAsync("", "", CancellationToken.None);
        var released = await waiting;
        var worked = await RunAsync(run, input);

        Assert.Equal((FailureClass.Held, hold.ToString(), true), (held.FailureClass, held.Message, held.NeverBegun));
        Assert.Equal((FailureClass.Held, "", true), (released.FailureClass, released.Message, released.NeverBegun));
        Assert.Equal(FailureClass.None, worked.FailureClass);
    }

    [Fact]
    public async Task RunAgent_StoppedWhileItIsHeld_NeverBegins()
    {
        using var run = await BeginAsync();
        var holds = new AgentStartHoldStore(run.Services.Environment, TimeProvider.System);
        await holds.HoldAsync("", "", "maintenance", CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var alive = new TaskCompletionSource();
        var waiting = new TaskAgentRunExecutor(run.Services).RunAsync(
            await InputAsync(run) with
            {
                AwaitRelease = true,
            },
            RunFixture.Execution with
            {
                Stop = stop.Token,
                IsAlive = () => alive.TrySetResult(),
            }
        );
        await alive.Task.WaitAsync(Eventually.Limit);

        await stop.CancelAsync();
        var result = await waiting;

        Assert.Equal((FailureClass.Stopped, true), (result.FailureClass, result.NeverBegun));
        Assert.Equal(AgentRunStatus.CancelledBeforeStart, AgentSupervisor.ReadState(run.Folder.Start("a", 1)));
    }

    [Fact]
    public async Task RunAgent_AgentThatWorksAlready_IsFollowedThroughAHold()
    {
        using var run = await BeginAsync();
        var input = await InputAsync(run);
        await RunAsync(run, input);
        await new AgentStartHoldStore(run.Services.Environment, TimeProvider.System).HoldAsync(
            "",
            "",
            "maintenance",
            CancellationToken.None
        );

        Assert.Equal(FailureClass.None, (await RunAsync(run, input)).FailureClass);
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private static Task<RunFixture> BeginAsync() =>
        RunFixture.BeginAsync(
            RunFixture.Start().WithAgent("echo done > a.txt"),
            new PlanTask
            {
                Id = "a",
                Description = "Write a",
                FilesWrite = ["*.txt"],
            }
        );

    private static async Task<RunAgentInput> InputAsync(RunFixture run)
    {
        var task = run.Task("a");
        return new()
        {
            Task = task with { Task = task.Task with { Timeout = TimeSpan.FromMinutes(20) } },
            Prepared = await run.PrepareAsync("a"),
            Attempt = 1,
            Start = 1,
        };
    }

    private static Task<AgentRunResult> RunAsync(RunFixture run, RunAgentInput input) =>
        new TaskAgentRunExecutor(run.Services).RunAsync(input, RunFixture.Execution);
}
