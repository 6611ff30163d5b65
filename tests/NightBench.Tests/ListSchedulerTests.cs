using Orchestrator.NightBench.Figures;
using Orchestrator.NightBench.Nights;

namespace Orchestrator.NightBench.Tests;

/// <summary>The shortest possible wall clock of a night.</summary>
public sealed class ListSchedulerTests
{
    [Fact]
    public void Schedule_Chain_IsItsLength() =>
        Assert.Equal(9, ListScheduler.Schedule([Task(1, 4), Task(2, 5, 1)], slots: 6, NightPace.Published));

    [Fact]
    public void Schedule_MoreTasksThanSlots_IsTheWorkDividedByThem() =>
        Assert.Equal(10, ListScheduler.Schedule([Task(1, 5), Task(2, 5), Task(3, 5), Task(4, 5)], slots: 2, NightPace.Published));

    [Fact]
    public void Schedule_LongChainThatIsLastInThePlan_StartsFirst() =>
        Assert.Equal(12, ListScheduler.Schedule([Task(1, 4), Task(2, 4), Task(3, 6), Task(4, 6, 3)], slots: 2, NightPace.Published));

    [Theory]
    [InlineData(AgentKind.Honest, 10)]
    [InlineData(AgentKind.Lazy, 15)]
    [InlineData(AgentKind.Flaky, 15)]
    [InlineData(AgentKind.Hanging, 30)]
    public void NeededSeconds_OfEachKind_CountTheStartThatIsNeeded(AgentKind kind, double seconds) =>
        Assert.Equal(seconds, (Task(1, 10) with { Kind = kind }).NeededSeconds(NightPace.Published));

    [Theory]
    [InlineData(1)]
    [InlineData(77)]
    [InlineData(4711)]
    public void Schedule_OfADrawnNight_LiesBetweenItsBounds(int seed)
    {
        var tasks = DrawnNight.Draw(seed, 60).Tasks;
        var work = tasks.Sum(task => task.NeededSeconds(NightPace.Published));

        var schedule = ListScheduler.Schedule(tasks, NightRates.Workers, NightPace.Published);

        Assert.InRange(schedule, work / NightRates.Workers, work);
    }

    private static NightTask Task(int number, double seconds, params int[] after) =>
        new($"t{number:00}", number, [.. after.Select(other => $"t{other:00}")], AgentKind.Honest, seconds, Cost: 0.05m);
}
