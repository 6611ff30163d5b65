using Orchestrator.Agents.Command;
using Orchestrator.Agents.Supervision;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Agents.Tests.Supervision;

public sealed class AgentStopTests
{
    private const string Stubborn = "trap '' INT TERM HUP; echo up; setsid sleep 600 & sleep 600 & while :; do sleep 1; done";

    [Fact]
    public async Task Stop_AgentThatListens_EndsBySigint()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        var session = await agents.Supervisor.StartOrAttachAsync(
            AgentFixture.Shell("trap 'echo saved > saved; exit 0' INT; touch ../up; while :; do sleep 0.05; done"),
            start,
            default
        );
        await Eventually.TrueAsync(() => File.Exists(agents["up"]));

        await session.StopAsync(AgentFailure.Stopped);

        Assert.True(File.Exists(Path.Combine(agents.Worktree, "saved")));
        Assert.Empty(AgentFixture.ProcessesOf(start));
    }

    [Fact]
    public async Task Stop_AgentThatIgnoresSignals_KillsItAndAllItStarted()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        var session = await agents.Supervisor.StartOrAttachAsync(AgentFixture.Shell(Stubborn), start, default);
        await AgentFixture.FileAsync(Path.Combine(start.Folder, "stdout"));

        await session.StopAsync(AgentFailure.Stopped);
        var outcome = await AgentFixture.FollowQuietlyAsync(session);

        Assert.Equal(AgentFailure.Stopped, outcome.Failure);
        Assert.Equal(137, outcome.ExitCode);
        Assert.Empty(AgentFixture.ProcessesOf(start));
    }

    [Fact]
    public async Task Stop_AfterTheEnd_ChangesNothing()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        await agents.RunAsync(AgentFixture.Shell("exit 0"), start);

        await agents.Supervisor.StopAsync(start.Folder, AgentFailure.Stopped);

        var session = await agents.Supervisor.StartOrAttachAsync(AgentFixture.Shell("exit 9"), start, default);
        Assert.Equal(AgentFailure.None, (await AgentFixture.FollowQuietlyAsync(session)).Failure);
    }

    [Fact]
    public async Task Stop_RightAfterTheStart_AgentNeverGoesOn()
    {
        await using AgentFixture agents = new();
        for (var delay = 0; delay < 40; delay += 4)
        {
            var start = agents.Start($"start-{delay}");
            var runner = AgentFixture.Shell("while :; do sleep 0.05; done");
            var starting = agents.Supervisor.StartOrAttachAsync(runner, start, default);
            await Task.Delay(delay);

            // Before the supervisor has taken the start there is nothing to stop.
            await Eventually.TrueAsync(() => AgentSupervisor.ReadState(start.Folder) != AgentRunStatus.NotStarted);
            await agents.Supervisor.StopAsync(start.Folder, AgentFailure.Stopped);

            Assert.Empty(AgentFixture.ProcessesOf(start));
            Assert.Equal(AgentFailure.Stopped, (await AgentFixture.FollowQuietlyAsync(await starting)).Failure);
        }
    }

    [Fact]
    public async Task TimeLimit_Passed_AgentIsStopped()
    {
        await using AgentFixture agents = new();
        AgentRunLimits limits = new() { Time = TimeSpan.FromSeconds(1) };

        (var outcome, _) = await agents.RunAsync(AgentFixture.Shell("while :; do sleep 0.05; done"), agents.Start(limits: limits));

        Assert.Equal(AgentFailure.Timeout, outcome.Failure);
        Assert.Contains("1 s", outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TimeLimit_PassedWithNobodyThere_SupervisorStopsTheAgent()
    {
        await using AgentFixture agents = new();
        var start = agents.Start(limits: new AgentRunLimits { Time = TimeSpan.FromSeconds(1) });
        await agents.Supervisor.StartOrAttachAsync(AgentFixture.Shell("while :; do sleep 0.05; done"), start, default);

        await Eventually.TrueAsync(() => AgentSupervisor.ReadState(start.Folder) == AgentRunStatus.Ended);

        Assert.Equal("time", (await File.ReadAllTextAsync(Path.Combine(start.Folder, "stop"))).Trim());
        await Eventually.TrueAsync(() => AgentFixture.ProcessesOf(start).Count == 0);
    }

    [Fact]
    public async Task OrphanLimit_NobodyRenewsTheLease_SupervisorStopsTheAgent()
    {
        await using AgentFixture agents = new();
        var start = agents.Start(limits: new AgentRunLimits { Orphan = TimeSpan.FromSeconds(2) });
        var runner = AgentFixture.Shell("while :; do sleep 0.05; done");
        await agents.Supervisor.StartOrAttachAsync(runner, start, default);

        await Eventually.TrueAsync(() => AgentSupervisor.ReadState(start.Folder) == AgentRunStatus.Ended);

        var session = await agents.Supervisor.StartOrAttachAsync(runner, start, default);
        Assert.Equal(AgentFailure.Orphaned, (await AgentFixture.FollowQuietlyAsync(session)).Failure);
    }

    [Fact]
    public async Task StallLimit_NothingPrinted_AgentIsStopped()
    {
        await using AgentFixture agents = new();
        AgentRunLimits limits = new() { Stall = TimeSpan.FromSeconds(5) };

        (var outcome, var events) = await agents.RunAsync(
            AgentFixture.Shell("echo begun; while :; do sleep 0.05; done"),
            agents.Start(limits: limits)
        );

        Assert.Equal(AgentFailure.Stall, outcome.Failure);
        Assert.Equal("begun", Assert.IsType<AgentTextEvent>(Assert.Single(events)).Text);
    }

    [Fact]
    public async Task Limits_None_AgentEndsByItself()
    {
        await using AgentFixture agents = new();
        AgentRunLimits limits = new()
        {
            Time = Timeout.InfiniteTimeSpan,
            Stall = Timeout.InfiniteTimeSpan,
            Orphan = Timeout.InfiniteTimeSpan,
        };

        (var outcome, _) = await agents.RunAsync(AgentFixture.Shell("sleep 0.5"), agents.Start(limits: limits));

        Assert.Equal(AgentFailure.None, outcome.Failure);
    }

    [Fact]
    public async Task OutputLimit_Flooded_AgentIsStopped()
    {
        await using AgentFixture agents = new();
        AgentRunLimits limits = new() { OutputBytes = 1_000_000 };

        (var outcome, _) = await agents.RunAsync(
            AgentFixture.Shell("while :; do echo 0123456789012345678901234567890123456789; done"),
            agents.Start(limits: limits)
        );

        Assert.Equal(AgentFailure.Output, outcome.Failure);
        Assert.Contains("1000000 bytes", outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_KilledFromOutside_IsKilledNotFailed()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        var session = await agents.Supervisor.StartOrAttachAsync(AgentFixture.Shell("while :; do sleep 0.05; done"), start, default);
        var agent = int.Parse((await AgentFixture.FileAsync(Path.Combine(start.Folder, "pid"))).Split(' ')[0]);

        await AgentFixture.KillAsync(agent);

        Assert.Equal(AgentFailure.Killed, (await AgentFixture.FollowQuietlyAsync(session)).Failure);
    }

    [Fact]
    public async Task Supervisor_Killed_AgentIsFollowedToItsEnd()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        var session = await agents.Supervisor.StartOrAttachAsync(
            AgentFixture.Shell("while [ ! -e ../go ]; do sleep 0.05; done; echo finished"),
            start,
            default
        );
        var supervisor = int.Parse((await AgentFixture.FileAsync(Path.Combine(start.Folder, "supervisor"))).Split(' ')[0]);

        await AgentFixture.KillAsync(supervisor);
        Assert.Equal(AgentRunStatus.Running, AgentSupervisor.ReadState(start.Folder));
        await File.WriteAllTextAsync(agents["go"], "");
        (var outcome, var events) = await AgentFixture.FollowAsync(session);

        Assert.Equal(["finished"], events.OfType<AgentTextEvent>().Select(text => text.Text));
        Assert.Equal(AgentFailure.Killed, outcome.Failure);
        Assert.Null(outcome.ExitCode);
        Assert.Empty(AgentFixture.ProcessesOf(start));
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task Supervisor_KilledWithItsWatch_TimeLimitStillHolds()
    {
        await using AgentFixture agents = new();
        var start = agents.Start(limits: new AgentRunLimits { Time = TimeSpan.FromSeconds(2) });
        var session = await agents.Supervisor.StartOrAttachAsync(
            AgentFixture.Shell("echo up; while :; do sleep 0.05; done"),
            start,
            default
        );
        // Until the agent's program runs its process still looks like the supervisor it came from.
        await AgentFixture.FileAsync(Path.Combine(start.Folder, "stdout"));

        await KillAllAsync(() => ProcessTable.FindByEnvironment("ORCHESTRATOR_SUPERVISOR", start.Folder));
        var outcome = await AgentFixture.FollowQuietlyAsync(session);

        Assert.Equal(AgentFailure.Timeout, outcome.Failure);
        Assert.Empty(AgentFixture.ProcessesOf(start));
    }

    [Fact]
    public async Task Everything_Killed_StartHasDied()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        var runner = AgentFixture.Shell("while :; do sleep 0.05; done");
        await agents.Supervisor.StartOrAttachAsync(runner, start, default);

        // The supervisor first: it would write down how the agent ended.
        await KillAllAsync(() => ProcessTable.FindByEnvironment("ORCHESTRATOR_SUPERVISOR", start.Folder));
        await KillAllAsync(() => AgentFixture.ProcessesOf(start));

        var session = await agents.Supervisor.StartOrAttachAsync(runner, start, default);
        Assert.Equal(AgentRunStatus.Died, session.Found);
        Assert.Equal(AgentFailure.Killed, (await AgentFixture.FollowQuietlyAsync(session)).Failure);
    }

    [Fact]
    public async Task PidFile_OfAnotherBoot_StartHasDied()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        Directory.CreateDirectory(Path.Combine(start.Folder, "started"));
        var before = ProcessIdentity.Current with { BootId = Guid.NewGuid().ToString() };
        await File.WriteAllTextAsync(Path.Combine(start.Folder, "pid"), $"{before}\n");
        await File.WriteAllTextAsync(Path.Combine(start.Folder, "supervisor"), $"{before}\n");

        Assert.Equal(AgentRunStatus.Died, AgentSupervisor.ReadState(start.Folder));
    }

    /// <summary>Kills just what is found, and nothing that came of it.</summary>
    private static async Task KillAllAsync(Func<IReadOnlyList<ProcessTableRow>> find)
    {
        while (find() is { Count: > 0 } found)
        {
            foreach (var process in found)
            {
                await AgentFixture.KillAsync(process.ProcessId);
            }
        }
    }
}
