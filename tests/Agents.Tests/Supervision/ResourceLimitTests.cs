using Orchestrator.Agents.Command;
using Orchestrator.Agents.Supervision;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Agents.Tests.Supervision;

/// <summary>Limits of memory and cores.</summary>
public sealed class ResourceLimitTests
{
    private const long Megabyte = 1_000_000;

    /// <summary>Doubles a text to 67 MB.</summary>
    private const string Hold = "x=0123456789abcdef; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22; do x=$x$x; done";

    private const string Loop = "echo up >> ../up; while [ ! -e ../go ]; do :; done; echo ended";

    [Theory]
    [InlineData(Hold + "; while :; do sleep 0.1; done")]
    [InlineData("setsid sh -c '" + Hold + "; while :; do sleep 0.1; done' & wait")]
    public async Task MemoryLimit_Passed_AgentIsStoppedAndTheFiguresAreNamed(string script)
    {
        await using AgentFixture agents = new();
        var start = agents.Start(limits: new AgentRunLimits { MemoryBytes = 32 * Megabyte });

        (var outcome, _) = await agents.RunAsync(AgentFixture.Shell(script), start);

        Assert.Equal(AgentFailure.Memory, outcome.Failure);
        Assert.Matches(
            @"^Stopped because it and its processes used (3[2-9]|[4-9]\d|1\d\d)(\.\d)? MB of memory; its limit is 32 MB\.$",
            outcome.Detail
        );
        Assert.Empty(AgentFixture.ProcessesOf(start));
    }

    [Fact]
    public async Task MemoryLimit_TakenOverAgentPassesIt_IsStopped()
    {
        await using AgentFixture agents = new();
        var start = agents.Start(limits: new AgentRunLimits { MemoryBytes = 32 * Megabyte });
        var runner = AgentFixture.Shell(Hold + "; echo held; while :; do sleep 0.1; done");
        await agents.Supervisor.StartOrAttachAsync(runner, start, default);
        await AgentFixture.FileAsync(Path.Combine(start.Folder, "stdout"));

        var successor = await agents.Supervisor.StartOrAttachAsync(runner, start with { Owner = "owner-2" }, default);

        Assert.Equal(AgentFailure.Memory, (await AgentFixture.FollowQuietlyAsync(successor)).Failure);
    }

    [Fact]
    public async Task MemoryLimit_AgentStaysBelow_EndsByItself()
    {
        await using AgentFixture agents = new();
        var start = agents.Start(limits: new AgentRunLimits { MemoryBytes = 1000 * Megabyte });

        (var outcome, _) = await agents.RunAsync(AgentFixture.Shell(Hold + "; sleep 1.5"), start);

        Assert.Equal(AgentFailure.None, outcome.Failure);
    }

    [Fact]
    public async Task CoreLimit_AgentThatUsesMore_IsStoppedAtTimesAndEndsByItself()
    {
        await using AgentFixture agents = new();
        var start = agents.Start(limits: new AgentRunLimits { Cores = 0.1 });
        var session = await agents.Supervisor.StartOrAttachAsync(AgentFixture.Shell(Loop), start, default);
        var following = AgentFixture.FollowQuietlyAsync(session);

        await Eventually.TrueAsync(() => IsStopped(start));
        await Eventually.TrueAsync(() => IsRunning(start));
        await Eventually.TrueAsync(() => IsStopped(start));
        await File.WriteAllTextAsync(agents["go"], "");

        Assert.Equal(AgentFailure.None, (await following).Failure);
    }

    [Fact]
    public async Task CoreLimit_FollowerLetsGo_AgentIsNotLeftStopped()
    {
        await using AgentFixture agents = new();
        var start = agents.Start(limits: new AgentRunLimits { Cores = 0.001 });
        var session = await agents.Supervisor.StartOrAttachAsync(AgentFixture.Shell(Loop), start, default);
        using CancellationTokenSource detach = new();
        var following = AgentFixture.FollowQuietlyAsync(session, detach.Token);
        await Eventually.TrueAsync(() => IsStopped(start));

        await detach.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);

        await Eventually.TrueAsync(() => IsRunning(start));
    }

    [Fact]
    public async Task CoreLimit_FollowerKilledWhileTheAgentIsStopped_SuccessorLetsItGoOn()
    {
        await using AgentFixture agents = new();
        var start = agents.Start(limits: new AgentRunLimits { Cores = 0.5 });
        await LeaveStoppedAsync(agents, start, Loop);
        await File.WriteAllTextAsync(agents["go"], "");

        var successor = await agents.Supervisor.StartOrAttachAsync(AgentFixture.Shell(Loop), start, default);
        (var outcome, _) = await AgentFixture.FollowAsync(successor);

        Assert.Equal((AgentRunStatus.Running, AgentFailure.None, "ended"), (successor.Found, outcome.Failure, outcome.FinalText));
    }

    [Fact]
    public async Task CoreLimit_FollowerKilledWhileTheAgentIsStopped_StopStillAsksTheAgentFirst()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        await LeaveStoppedAsync(agents, start, "trap 'echo saved > ../saved; exit 0' INT; " + Loop);

        await agents.Supervisor.StopAsync(start.Folder, AgentFailure.Stopped);

        Assert.True(File.Exists(agents["saved"]));
        Assert.Empty(AgentFixture.ProcessesOf(start));
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task CoreLimit_FollowerKilledWhileTheAgentIsStopped_SupervisorLetsItGoOn()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        await LeaveStoppedAsync(agents, start, Loop);

        await Eventually.TrueAsync(() => IsRunning(start));
    }

    /// <summary>A follower in a process of its own is killed after it has stopped the agent.</summary>
    private static async Task LeaveStoppedAsync(AgentFixture agents, AgentRunParameters start, string script)
    {
        var follower = await new DetachedProcessStarter().StartAsync(
            new DetachedProcessOptions(
                RepositoryFiles.BuiltProgram("tests/FakeAgent", "fake-agent"),
                ["follow", "--cores", "0.001", start.Folder, agents.Worktree, "/bin/sh", "-c", script]
            )
            {
                OutputFile = agents["follower.log"],
                ErrorFile = agents["follower.log"],
            }
        );
        await Eventually.TrueAsync(() => File.Exists(agents["up"]) && IsStopped(start));
        await AgentFixture.KillAsync(follower.ProcessId);
        await Eventually.TrueAsync(() => !follower.IsAlive());
        Assert.True(IsStopped(start));
    }

    private static bool IsStopped(AgentRunParameters start) =>
        States(start) is { Count: > 0 } found && found.All(process => process.IsStopped);

    private static bool IsRunning(AgentRunParameters start) =>
        States(start) is { Count: > 0 } found && found.All(process => !process.IsStopped);

    private static IReadOnlyList<ProcessTableRow> States(AgentRunParameters start) =>
        ProcessTable.FindByEnvironment("ORCHESTRATOR_START", start.Folder);
}
