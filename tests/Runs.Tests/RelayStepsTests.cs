using Orchestrator.Messages;
using Orchestrator.Runs.Loading;
using Orchestrator.Settings;
using Xunit;
using static Orchestrator.Runs.Tests.TaskStepsTests;

namespace Orchestrator.Runs.Tests;

/// <summary>Checks before a run starts of the agents that may continue its tasks.</summary>
public sealed class RelayStepsTests
{
    /// <summary>At four in the night it would be too late to learn that nobody can continue.</summary>
    [Fact]
    public async Task Preflight_RelayThatIsNotThere_StopsTheRun()
    {
        var start = RunFixture
            .Start()
            .With(s =>
                s with
                {
                    Agents = new Dictionary<string, AgentSettings>(s.Agents)
                    {
                        ["script"] = s.Agents["script"] with { Relay = "second" },
                        ["second"] = new(["no-such-program"], "subscription", []),
                    },
                }
            );

        using var run = await RunFixture.BeginAsync(start, Task("a", "a.txt"));

        Assert.Contains(run.Preflight.Errors, error => error.Contains("no-such-program", StringComparison.Ordinal));
    }

    /// <summary>Only Claude has the agents that a task may require: another one could not finish it.</summary>
    [Fact]
    public async Task Outline_OfTasks_NamesWhoMayGoOnUnlessAgentsAreRequired()
    {
        var start = RunFixture
            .Start()
            .With(s =>
                s with
                {
                    Agents = new Dictionary<string, AgentSettings>(s.Agents)
                    {
                        ["script"] = s.Agents["script"] with { Relay = "codex", RelayAfter = TimeSpan.FromHours(2) },
                    },
                }
            );
        using var run = await RunFixture.BeginAsync(
            start,
            Task("a", "a.txt"),
            Task("b", "b.txt") with
            {
                RequiredAgents = ["auditor"],
            },
            Task("c", "c.txt") with
            {
                Agent = "gemini",
            }
        );

        var (tasks, _, _) = TaskOutlineExtractor.OutlineOf(new RunPlanCache().Load(run.Reference, RunFixture.RunId, run.Hash));

        Assert.Equal(new RelayAgentCandidate("codex", TimeSpan.FromHours(2)), Assert.Single(tasks[0].Relays!));
        Assert.Equal([null, null], tasks.Skip(1).Select(task => task.Relays));
    }
}
