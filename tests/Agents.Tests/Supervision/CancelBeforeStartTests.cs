using Orchestrator.Agents.Supervision;

namespace Orchestrator.Agents.Tests.Supervision;

/// <summary>A start that was stopped before it began never begins.</summary>
public sealed class CancelBeforeStartTests
{
    private const string Agent = "echo x >> ../starts";

    [Fact]
    public async Task TryCancelBeforeStart_NobodyBegan_NobodyCanBegin()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();

        Assert.True(AgentSupervisor.TryCancelBeforeStart(start.Folder));
        Assert.True(AgentSupervisor.TryCancelBeforeStart(start.Folder), "whoever asks again, after a crash, gets the same answer");

        Assert.Equal(AgentRunStatus.CancelledBeforeStart, AgentSupervisor.ReadState(start.Folder));
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            agents.Supervisor.StartOrAttachAsync(AgentFixture.Shell(Agent), start, default)
        );
        Assert.Contains("canceled by another process before the agent started", refused.Message);
        Assert.False(File.Exists(agents["starts"]));
        Assert.Empty(AgentFixture.ProcessesOf(start));
    }

    [Fact]
    public async Task TryCancelBeforeStart_AgentHasEnded_SaysThatThereIsSomething()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        await agents.RunAsync(AgentFixture.Shell(Agent), start);

        Assert.False(AgentSupervisor.TryCancelBeforeStart(start.Folder));

        Assert.Equal(AgentRunStatus.Ended, AgentSupervisor.ReadState(start.Folder));
    }

    [Fact]
    public async Task TryCancelBeforeStart_WhileAnotherProcessIsAboutToLaunch_EitherItIsCancelledOrTheAgentRuns()
    {
        for (var delay = 0; delay < 60; delay += 6)
        {
            await using AgentFixture agents = new();
            var start = agents.Start();
            var launching = agents.Supervisor.StartOrAttachAsync(AgentFixture.Shell(Agent), start, default);
            await Task.Delay(delay);

            if (AgentSupervisor.TryCancelBeforeStart(start.Folder))
            {
                await Assert.ThrowsAsync<InvalidOperationException>(() => launching);
                await Orchestrator.TestKit.Eventually.TrueAsync(() => AgentFixture.ProcessesOf(start).Count == 0);
                Assert.False(File.Exists(agents["starts"]));
            }
            else
            {
                await AgentFixture.FollowQuietlyAsync(await launching);
                Assert.Single(await File.ReadAllLinesAsync(agents["starts"]));
            }
        }
    }
}
