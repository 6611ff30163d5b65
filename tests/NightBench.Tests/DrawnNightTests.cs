using System.Text.Json;
using Orchestrator.NightBench.Nights;

namespace Orchestrator.NightBench.Tests;

/// <summary>Nights that are drawn by a seed.</summary>
public sealed class DrawnNightTests
{
    [Fact]
    public void Draw_OneSeedTwice_GivesOneNight() =>
        Assert.Equal(JsonSerializer.Serialize(DrawnNight.Draw(5, 60)), JsonSerializer.Serialize(DrawnNight.Draw(5, 60)));

    [Fact]
    public void Draw_SixtyTasks_FollowsThePublishedRates()
    {
        var tasks = DrawnNight.Draw(5, 60).Tasks;

        Assert.Equal((6, 5, 5, 2), (Count(AgentKind.Lazy), Count(AgentKind.Flaky), Count(AgentKind.Hostile), Count(AgentKind.Hanging)));
        Assert.Equal(
            (17, 1, 6),
            (tasks.Count(task => task.Registers), tasks.Count(task => task.HasFlakyTest), tasks.Count(task => task.Claims.Count == 3))
        );
        int Count(AgentKind kind) => tasks.Count(task => task.Kind == kind);
    }

    [Fact]
    public void Moments_ToFew_AreAKillOfTheToolAndALimit()
    {
        var all = DrawnNight.Draw(5, 6).Moments;
        var few = all.ToFew();

        Assert.Equal((2, 1, 1, 2), (all.EngineKills.Count, all.MachineKills.Count, all.FullDisks.Count, all.TargetMoves.Count));
        Assert.Equal([all.EngineKills.Min()], few.EngineKills);
        Assert.Equal(all.Limit, few.Limit);
        Assert.Equal((0, 0, 0), (few.MachineKills.Count, few.FullDisks.Count, few.TargetMoves.Count));
    }

    [Fact]
    public void Draw_AnySeed_LetsEachTaskClaimANumberThatNoOtherCanTake()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var tasks = DrawnNight.Draw(seed, 60).Tasks;

            Assert.Equal(tasks.Count, tasks.Select(task => task.Claims[^1]).Distinct().Count());
            Assert.All(tasks, task => Assert.All(task.After, other => Assert.True(string.CompareOrdinal(other, task.Id) < 0)));
        }
    }
}
