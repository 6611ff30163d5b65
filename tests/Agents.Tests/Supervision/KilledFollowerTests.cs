using Orchestrator.Agents.Supervision;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Agents.Tests.Supervision;

/// <summary>A follower in a process of its own is killed with SIGKILL, as <c>kill -9</c> of an orchestrator does.</summary>
public sealed class KilledFollowerTests
{
    private const string Agent = "echo x >> ../starts; echo begun; while [ ! -e ../go ]; do sleep 0.05; done; echo ended";

    [Fact]
    public async Task Follower_KilledWhileTheAgentWorks_SuccessorFollowsTheSameAgent()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        await KillFollowerWhenAsync(agents, start, () => File.Exists(agents["starts"]));
        Assert.Equal(AgentRunStatus.Running, AgentSupervisor.ReadState(start.Folder));

        var successor = await agents.Supervisor.StartOrAttachAsync(AgentFixture.Shell(Agent), start, default);
        await File.WriteAllTextAsync(agents["go"], "");
        (var outcome, var events) = await AgentFixture.FollowAsync(successor);

        Assert.Equal((AgentRunStatus.Running, AgentFailure.None), (successor.Found, outcome.Failure));
        Assert.Equal(["begun", "ended"], events.OfType<AgentTextEvent>().Select(text => text.Text));
        Assert.Single(await File.ReadAllLinesAsync(agents["starts"]));
        await Eventually.TrueAsync(() => AgentFixture.ProcessesOf(start).Count == 0);
    }

    [Fact]
    public async Task Follower_KilledAndAgentEndsAlone_SuccessorTakesTheResult()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        await KillFollowerWhenAsync(agents, start, () => File.Exists(agents["starts"]));
        await File.WriteAllTextAsync(agents["go"], "");
        await Eventually.TrueAsync(() => AgentSupervisor.ReadState(start.Folder) == AgentRunStatus.Ended);

        var successor = await agents.Supervisor.StartOrAttachAsync(AgentFixture.Shell(Agent), start, default);
        (var outcome, _) = await AgentFixture.FollowAsync(successor);

        Assert.Equal((AgentRunStatus.Ended, AgentFailure.None, "ended"), (successor.Found, outcome.Failure, outcome.FinalText));
        Assert.Single(await File.ReadAllLinesAsync(agents["starts"]));
    }

    [Fact]
    public async Task Follower_KilledAtAnyMomentOfTheStart_AgentIsStartedOnce()
    {
        // The follower is killed when the first, second ... file of the start appears, so each step of starting is cut once.
        string[] moments =
        [
            "owner",
            "lease",
            "policy",
            "prompt",
            "supervise",
            "call",
            "supervise.log",
            "started",
            "supervisor",
            "pid",
            "stdout",
        ];
        foreach (var moment in moments)
        {
            await using AgentFixture agents = new();
            var start = agents.Start();
            await KillFollowerWhenAsync(agents, start, () => Path.Exists(Path.Combine(start.Folder, moment)));
            await File.WriteAllTextAsync(agents["go"], "");

            var successor = await agents.Supervisor.StartOrAttachAsync(AgentFixture.Shell(Agent), start, default);
            (var outcome, _) = await AgentFixture.FollowAsync(successor);

            Assert.Equal((moment, AgentFailure.None), (moment, outcome.Failure));
            Assert.Single(await File.ReadAllLinesAsync(agents["starts"]));
        }
    }

    private static async Task KillFollowerWhenAsync(AgentFixture agents, AgentRunParameters start, Func<bool> condition)
    {
        var follower = await new DetachedProcessStarter().StartAsync(
            new DetachedProcessOptions(
                RepositoryFiles.BuiltProgram("tests/FakeAgent", "fake-agent"),
                ["follow", start.Folder, agents.Worktree, "/bin/sh", "-c", Agent]
            )
            {
                OutputFile = agents["follower.log"],
                ErrorFile = agents["follower.log"],
            }
        );
        await Eventually.TrueAsync(() => condition() || !follower.IsAlive());
        Assert.True(
            condition(),
            File.Exists(agents["follower.log"]) ? await File.ReadAllTextAsync(agents["follower.log"]) : "The follower is gone."
        );
        await AgentFixture.KillAsync(follower.ProcessId);
        await Eventually.TrueAsync(() => !follower.IsAlive());
    }
}
