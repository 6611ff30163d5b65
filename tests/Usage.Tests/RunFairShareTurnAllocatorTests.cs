using System.Collections.Immutable;
using Xunit;
using static Orchestrator.Usage.Tests.Given;

namespace Orchestrator.Usage.Tests;

public sealed class RunFairShareTurnAllocatorTests
{
    private static readonly TimeSpan Task = TimeSpan.FromMinutes(10);

    /// <summary>The bar of the benchmark <c>governor</c>, for arrivals at any moment of the large run.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void Play_SmallRunStartsBesideALargeOne_GetsTheNextSlotAndTakesHalfAsLongAgainAtMost(int seed)
    {
        var chance = new Random(seed);
        // The first tasks end at different times, as they do in a run that has worked for a while.
        var first = Enumerable.Range(0, 4).Select(_ => Task * chance.NextDouble()).ToList();
        var arrives = Task * (1 + 3 * chance.NextDouble());
        var large = new SimulatedRun("large", 100, TimeSpan.Zero, number => number < 4 ? first[number] : Task);
        var small = new SimulatedRun("small", 5, arrives, _ => Task);

        var alone = new SlotSimulation(4, chance).Play([small]);
        var both = new SlotSimulation(4, chance).Play([large, small]);

        var next = both.Where(task => task.Ended > arrives).Min(task => task.Ended);
        Assert.Equal(next, both.First(task => task.Run == "small").Began);
        var took = both.Where(task => task.Run == "small").Max(task => task.Ended) - arrives;
        Assert.True(took <= 1.5 * (alone.Max(task => task.Ended) - arrives), $"It took {took}.");
    }

    [Fact]
    public void Play_AllSlotsAreReleasedAtOnce_SmallRunTakesHalfAsLongAgainAtMost()
    {
        var small = new SimulatedRun("small", 5, TimeSpan.FromSeconds(1), _ => Task);

        var both = new SlotSimulation(4, new Random(1)).Play([new SimulatedRun("large", 100, TimeSpan.Zero, _ => Task), small]);

        Assert.True(both.Where(task => task.Run == "small").Max(task => task.Ended) <= 3 * Task + TimeSpan.FromSeconds(1));
    }

    /// <summary>Slot time counts, not the number of tasks: a run of long tasks has no more than a run of short ones.</summary>
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void Play_RunsOfAnyDurations_HaveTheirSharesByWeightAtAllTimes(int seed)
    {
        var chance = new Random(seed);
        var longest = TimeSpan.Zero;
        var runs = Enumerable
            .Range(0, 3)
            .Select(number =>
            {
                var takes = Enumerable.Range(0, 400).Select(_ => TimeSpan.FromSeconds(chance.Next(10, 600 * (number + 1)))).ToList();
                longest = takes.Append(longest).Max();
                return new SimulatedRun($"run{number}", takes.Count, TimeSpan.Zero, task => takes[task]) { Weight = 1 + number % 2 };
            })
            .ToList();

        var tasks = new SlotSimulation(4, chance).Play(runs);

        // As long as all of them wait, the service of any two runs by weight differs by what can be running at once.
        var end = runs.Min(run => tasks.Last(task => task.Run == run.Name).Began);
        var most = 4 * (longest + RunFairShareTurnAllocator.LeastCost);
        for (var at = longest; at < end; at += longest)
        {
            var served = runs.Select(run =>
                    tasks
                        .Where(task => task.Run == run.Name && task.Began < at)
                        .Aggregate(TimeSpan.Zero, (sum, task) => sum + (task.Ended < at ? task.Ended : at) - task.Began) / run.Weight
                )
                .ToList();
            Assert.True(served.Max() - served.Min() <= most, $"{string.Join(", ", served)} at {at}, seed {seed}");
        }
    }

    /// <summary>No run waits for more turns of others than each of them may be ahead by.</summary>
    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    public void Play_RunsOfOnePriority_NoneStarves(int seed)
    {
        var chance = new Random(seed);
        var runs = Enumerable
            .Range(0, 6)
            .Select(number => new SimulatedRun(
                $"run{number}",
                chance.Next(1, 60),
                TimeSpan.FromMinutes(chance.Next(0, 300)),
                _ => TimeSpan.FromMinutes(5)
            )
            {
                Weight = chance.Next(1, 4),
            })
            .ToList();

        var tasks = new SlotSimulation(3, chance).Play(runs);

        Assert.Equal(runs.Sum(run => run.Tasks), tasks.Count);
        foreach (var run in runs)
        {
            var own = tasks.Where(task => task.Run == run.Name).Select(task => task.Began).Prepend(run.Starts).ToList();
            foreach (var (before, begins) in own.Zip(own.Skip(1)))
            {
                // Five others of at most three times its weight, and three slots that they may all have at its arrival.
                var between = tasks.Count(task => task.Run != run.Name && task.Began > before && task.Began < begins);
                Assert.True(between <= 5 * 3 * 2 + 3, $"{run.Name} waited for {between} turns of others, seed {seed}");
            }
        }
    }

    [Fact]
    public void Play_HigherPriority_GoesFirstWhateverTheShares()
    {
        var low = new SimulatedRun("low", 20, TimeSpan.Zero, _ => Task);
        var high = new SimulatedRun("high", 20, Task / 2, _ => Task) { Priority = 1 };

        var tasks = new SlotSimulation(2, new Random(5)).Play([low, high]);

        Assert.Equal(2, tasks.TakeWhile(task => task.Run == "low").Count());
        Assert.All(tasks.Skip(2).Take(20), task => Assert.Equal("high", task.Run));
    }

    /// <summary>A run that had no work for a while gets no turns in return.</summary>
    [Fact]
    public void Join_AfterAPauseWithoutWork_HasCreditForTheCurrentTurnsAlone()
    {
        var waiting = ImmutableHashSet.Create("r/a");
        var turns = RunFairShareTurnAllocator
            .Empty.Join("r/a", 0, 1, ImmutableHashSet<string>.Empty, [], Now)
            .Join("r/b", 0, 1, waiting, [], Now);
        var later = Now.AddHours(5);

        var joined = turns
            .Advance([new ActiveRunFairShareTurn("r/a", Now)], later)
            .Join("r/b", 0, 1, waiting, [new ActiveRunFairShareTurn("r/a", Now)], later);

        Assert.Equal(joined.Runs["r/a"].Served - RunFairShareTurnAllocator.MostCredit, joined.Runs["r/b"].Served);
    }

    [Fact]
    public void Join_OtherRunsAreOver_TheirSharesAreDropped()
    {
        var turns = RunFairShareTurnAllocator.Empty.Join("r/a", 0, 1, ImmutableHashSet<string>.Empty, [], Now);

        Assert.Equal(["r/b"], turns.Join("r/b", 0, 1, ImmutableHashSet<string>.Empty, [], Now).Runs.Keys);
    }

    [Fact]
    public void Admit_RepeatedWhileItWaits_ChangesNoLedger()
    {
        AgentStartRequest Of(string id) => Request(id) with { Slots = 1 };
        var (book, _) = AgentStartAdmitter.Admit(AccountLedgerSet.Empty.Admit(Of("a")), Of("b"), Now);

        var (again, _) = AgentStartAdmitter.Admit(book, Of("b"), Now.AddSeconds(3));

        Assert.Equal(book.Of(Account), again.Of(Account));
    }

    [Fact]
    public void Admit_RunThatMayNotSpend_KeepsNoSlotFromOthers()
    {
        AgentStartRequest Of(string id, string run, params BudgetCap[] caps) => Request(id, caps) with { Run = run, Slots = 2 };
        var cap = new BudgetCap(BudgetCapKind.Run, BudgetScopeNames.Run("repo", "poor"), 1_000);
        var book = AccountLedgerSet.Empty.Admit(Of("a", "poor", cap));
        (book, var refused) = AgentStartAdmitter.Admit(book, Of("b", "poor", cap), Now);

        Assert.IsType<BudgetReservedStartDelayCause>(Assert.IsType<AgentStartDelayedDecision>(refused).Why);
        Assert.IsType<AgentAdmittedDecision>(book.Ask(Of("c", "rich"), Now.AddSeconds(1)));
    }
}
