using System.Globalization;
using Orchestrator.Messages;
using Orchestrator.Workflows.Train;
using Xunit;

namespace Orchestrator.Workflows.Tests.Train;

/// <summary>Tests of the merge queue's search for culprits, lanes and speculation, by simulation.</summary>
public sealed class LaneTests
{
    private static readonly QueueRules Searching = new();

    /// <summary>Number of random histories, in each of five settings.</summary>
    private static readonly int Histories = int.TryParse(
        Environment.GetEnvironmentVariable("LANE_HISTORIES"),
        CultureInfo.InvariantCulture,
        out var asked
    )
        ? asked
        : 300;

    [Fact]
    public void Search_OneCulpritInEight_CostsAtMostFiveGateRunsOnAverage()
    {
        var runs = Enumerable.Range(1, 8).Select(culprit => RunsFor(Searching, culprit)).ToList();
        Assert.True(runs.Average() <= 5, string.Join(", ", runs));
        Assert.True(Enumerable.Range(1, 8).Average(culprit => RunsFor(null, culprit)) > runs.Average());
    }

    [Fact]
    public void Search_CulpritThatNeverFailedTwice_IsConfirmedFirst()
    {
        var world = Simulate(Searching, 8, merged => merged.Any(entry => entry.TaskId == "t8"));
        Assert.Equal(["t8"], world.SentBack.Select(entry => entry.TaskId));
        Assert.Equal((5, 1), (world.Runs + world.Reruns, world.Reruns));
    }

    [Fact]
    public void Search_GateFailsOnceByChance_SendsNothingBack()
    {
        var first = true;
        var world = new TrainSimulator(With(8, Searching), _ => false, () => first && !(first = false));
        world.Run();
        Assert.Equal((8, 0), (world.Merged.Count, world.SentBack.Count));
        Assert.Equal(["tests"], world.State.Flaky);
    }

    /// <summary>Each returned entry fails with the entries below it and passes without, and everything else lands.</summary>
    [Fact]
    public void Search_RandomBatches_ReturnsOnlyEntriesThatBreakStaging()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 500; round++)
        {
            var n = random.Next(2, 20);
            var broken = new Breakage(random, n);
            var state = With(n, Searching) with { Limit = n, Parallel = random.Next(1, 5) };
            TrainSimulator world = null!;
            world = new TrainSimulator(state, broken.IsIn)
            {
                GateTime = random.NextDouble,
                OnSentBack = entry =>
                    Assert.True(
                        broken.IsIn([.. world.Merged, entry]) && !broken.IsIn(world.Merged),
                        $"seed {seed}, round {round}: {entry.TaskId} does not break staging"
                    ),
                OnLand = (batch, below) =>
                    Assert.True(
                        world.Merged.SequenceEqual(below.Concat(batch.Entries.Take(batch.Landed)).Distinct()),
                        $"seed {seed}, round {round}"
                    ),
            };
            world.Run();
            Assert.Equal(n, world.Merged.Count + world.SentBack.Count);
            Assert.False(broken.IsIn(world.Merged));
        }
    }

    [Fact]
    public void Lanes_ThreeIndependentParts_VerifyAtTheSameTime()
    {
        var lanes = Time(new QueueRules { HasLanes = true }, limit: 4);
        var one = Time(Searching, limit: 4);
        Assert.Equal((6, 2), (one.Now, lanes.Now));
        Assert.Equal(3, lanes.MostAtOnce);
    }

    [Fact]
    public void Speculation_BatchesPass_AreVerifiedOnTopOfEachOther()
    {
        var speculation = Time(new QueueRules { Speculation = 2 }, limit: 4);
        Assert.Equal((2, 3, 6), (speculation.Now, speculation.MostAtOnce, speculation.Runs));
    }

    [Fact]
    public void Speculation_FirstBatchFails_DropsThoseOnTopOfIt()
    {
        var state = With(4, new QueueRules { Speculation = 1 }) with { Limit = 2 };
        state = Build(state);
        state = Build(state);
        Assert.Equal([0, 1], state.Batches.Select(batch => batch.After));

        state = state.Started(1, [new PrefixRun(2, 1)]).Gated(1, 2, new MergeResult { Failures = 1, Failed = ["tests"] });

        Assert.Equal([1], state.Batches.Select(batch => batch.Id));
        Assert.Equal(4, state.Queue.Count);
    }

    [Fact]
    public void Lanes_EntryOfEverything_StopsLaterEntriesUntilItIsDecided()
    {
        var queue = With(3, null).Queue;
        var state = Locate(With(1, new QueueRules { HasLanes = true }), ["web"]);
        state = Build(state).Started(1, [new PrefixRun(1, 2)]);

        state = Locate(state.Enqueue(queue[1]), []);
        Assert.IsType<MergeQueueStep.WaitForWork>(MergeQueueRules.Next(state));
        state = Locate(state.Enqueue(queue[2]), ["api"]);
        Assert.IsType<MergeQueueStep.WaitForWork>(MergeQueueRules.Next(state));

        state = state.Gated(1, 1, new MergeResult { Outcome = MergeOutcome.Made }).Landed(1, 1).Ended(1);
        var build = Assert.IsType<MergeQueueStep.BuildBatch>(MergeQueueRules.Next(state));
        Assert.Equal(["t2", "t3"], build.Requests.Select(entry => entry.TaskId));
    }

    private static MergeQueueState Locate(MergeQueueState state, IReadOnlyList<string> parts)
    {
        var locate = Assert.IsType<MergeQueueStep.LocateEntries>(MergeQueueRules.Next(state));
        return state.Located(locate.Requests, [.. locate.Requests.Select(_ => new WorkLocation(parts))]);
    }

    [Fact]
    public void Speculation_EntryConflictsWithTheBatchBelow_WaitsForItsEnd()
    {
        var state = Build(With(2, new QueueRules { Speculation = 1 }) with { Limit = 1 });
        var build = Assert.IsType<MergeQueueStep.BuildBatch>(MergeQueueRules.Next(state.Started(1, [new PrefixRun(1, 2)])));
        Assert.Equal(1, build.After);

        state = state.NotBuiltOn(1, build.Requests).Started(1, [new PrefixRun(1, 2)]);
        Assert.IsType<MergeQueueStep.WaitForWork>(MergeQueueRules.Next(state));

        state = state.Gated(1, 1, new MergeResult { Outcome = MergeOutcome.Made }).Landed(1, 1).Ended(1);
        Assert.Equal(0, Assert.IsType<MergeQueueStep.BuildBatch>(MergeQueueRules.Next(state)).After);
    }

    [Fact]
    public void Order_ByTurn_PrefersPriorityAndChainsWithinThirtyPlaces()
    {
        var places = new[]
        {
            new TaskOutline { Id = "plain" },
            new TaskOutline { Id = "high", Priority = 50 },
            new TaskOutline { Id = "chain", ChainBehind = 4 },
            new TaskOutline
            {
                Id = "most",
                Priority = 100,
                ChainBehind = 1000,
            },
            new TaskOutline { Id = "least", Priority = -100 },
        }.ToDictionary(task => task.Id, MergeQueueAdvance.PlacesOf);
        var order = MergeOrder.Of([.. places.Select((task, i) => new MergeRequest(task.Key, task.Key, 1) { Turn = i + 1 - task.Value })]);

        Assert.Equal(["most", "high", "chain", "plain", "least"], order.Select(request => request.TaskId));
        Assert.Equal((30, -20), (places["most"], places["least"]));
        Assert.Equal(0, places["plain"]);
    }

    /// <summary>Random arrivals, durations, culprits, pairs that only fail together, and flaky gates: everything lands at last, in every
    /// setting, staging never contains a failing combination, and nothing waits for ever.</summary>
    [Fact]
    public void Queue_RandomHistories_LandsEverythingInEverySetting()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("LANE_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : Environment.TickCount;
        for (var history = 0; history < Histories; history++)
        {
            var ends = new[]
            {
                null,
                Searching,
                new QueueRules { Speculation = 2 },
                new QueueRules { HasLanes = true },
                new QueueRules { HasLanes = true, Speculation = 3 },
            }.Select(rules => Play(seed + history, rules)).Distinct().ToList();
            Assert.True(ends.Count == 1, $"seed {seed + history}: {string.Join(" or ", ends)}");
        }
    }

    private static string Play(int seed, QueueRules? rules)
    {
        var random = new Random(seed);
        var n = random.Next(3, 40);
        var lanes = random.Next(1, 5);
        string LaneOf(MergeRequest entry) => $"lane {int.Parse(entry.TaskId[1..], CultureInfo.InvariantCulture) % lanes}";
        var broken = new Breakage(random, n) { LaneOf = LaneOf };
        var flakes = random.NextDouble() * 0.05;
        var parts = new Dictionary<MergeRequest, IReadOnlyList<string>>();
        TrainSimulator world = null!;
        world = new TrainSimulator(
            new MergeQueueState
            {
                Rules = rules,
                Verdicts = new RecentVerdicts(0, 0),
                Limit = random.Next(1, 9),
                Parallel = random.Next(1, 4),
            },
            broken.IsIn,
            () => random.NextDouble() < flakes
        )
        {
            GateTime = () => 0.1 + random.NextDouble(),
            OnLand = (batch, below) =>
            {
                var (verified, staging) = (below.Concat(batch.Entries.Take(batch.Landed)).ToList(), world.Merged);
                Assert.True(
                    staging.Except(verified).All(entry => !batch.Footprint.Overlaps(Footprint.Of(parts.GetValueOrDefault(entry, []))))
                        && verified.All(staging.Contains),
                    $"seed {seed}, {rules}: {batch.Id} with {string.Join(" ", batch.Entries.Select(e => e.Commit))} on "
                        + $"{string.Join(" ", verified.Select(e => e.Commit))} lands on {string.Join(" ", staging.Select(e => e.Commit))}"
                );
            },
            OnBegin = _ => Assert.True(world.Runs < 100 * n, $"seed {seed}, {rules}: the queue makes no progress"),
            PartsOf = entry => parts[entry] = random.Next(10) == 0 ? [] : [LaneOf(entry)],
            OnSentBack = entry =>
                world.At(
                    random.NextDouble() * 5,
                    () => world.Enqueue(entry with { Attempt = entry.Attempt + 1, Commit = entry.Commit + "+" })
                ),
        };
        var at = 0.0;
        foreach (var request in With(n, rules).Queue)
        {
            at += random.NextDouble();
            world.At(at, () => world.Enqueue(request));
        }
        world.Run();
        Assert.False(broken.IsIn(world.Merged), $"seed {seed}, {rules}: staging fails");
        Assert.Empty(world.State.Queue);
        Assert.Empty(world.State.Batches);
        return string.Join(" ", world.Merged.Select(entry => entry.TaskId).Order(StringComparer.Ordinal));
    }

    private static int RunsFor(QueueRules? rules, int culprit)
    {
        var world = Simulate(rules, 8, merged => merged.Any(entry => entry.TaskId == $"t{culprit}"));
        Assert.Equal([$"t{culprit}"], world.SentBack.Select(entry => entry.TaskId));
        Assert.Equal(7, world.Merged.Count);
        return world.Runs + world.Reruns;
    }

    /// <summary>Twenty-four entries in turn of three parts.</summary>
    private static TrainSimulator Time(QueueRules rules, int limit)
    {
        var world = new TrainSimulator(With(24, rules) with { Limit = limit }, _ => false)
        {
            PartsOf = entry => [$"{int.Parse(entry.TaskId[1..], CultureInfo.InvariantCulture) % 3}"],
        };
        world.Run();
        Assert.Equal(24, world.Merged.Count);
        return world;
    }

    private static TrainSimulator Simulate(QueueRules? rules, int n, Func<IReadOnlyList<MergeRequest>, bool> isBroken)
    {
        var world = new TrainSimulator(With(n, rules), isBroken);
        world.Run();
        return world;
    }

    private static MergeQueueState Build(MergeQueueState state)
    {
        foreach (var batch in state.Batches.Where(batch => batch.Running.Count == 0))
        {
            state = state.Started(batch.Id, [new PrefixRun(batch.Entries.Count, 1)]);
        }
        var build = Assert.IsType<MergeQueueStep.BuildBatch>(MergeQueueRules.Next(state));
        return state.Built(
            build.Requests,
            [
                .. build.Requests.Select(request => new MergeResult
                {
                    TaskId = request.TaskId,
                    Attempt = 1,
                    Outcome = MergeOutcome.Made,
                }),
            ],
            build.After
        );
    }

    private static MergeQueueState With(int n, QueueRules? rules) =>
        new()
        {
            Rules = rules,
            Verdicts = new RecentVerdicts(0, 0),
            Limit = 8,
            Queue = [.. Enumerable.Range(1, n).Select(i => new MergeRequest($"t{i}", $"c{i}", 1))],
        };

    /// <summary>First attempts that break the gates, alone or in pairs.</summary>
    private sealed class Breakage(Random random, int n)
    {
        private readonly HashSet<string> _culprits = [.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => $"t{random.Next(1, n + 1)}")];

        private readonly List<(string, string)> _pairs =
        [
            .. Enumerable.Range(0, random.Next(0, 3)).Select(_ => ($"t{random.Next(1, n + 1)}", $"t{random.Next(1, n + 1)}")),
        ];

        /// <summary>Part of the repository of an entry; pairs of different parts do not fail.</summary>
        public Func<MergeRequest, string> LaneOf { get; init; } = _ => "";

        public bool IsIn(IReadOnlyList<MergeRequest> merged)
        {
            var first = merged.Where(entry => entry.Attempt == 1).ToDictionary(entry => entry.TaskId, LaneOf);
            return first.Keys.Any(_culprits.Contains)
                || _pairs.Exists(pair =>
                    pair.Item1 != pair.Item2
                    && first.TryGetValue(pair.Item1, out var lane)
                    && first.TryGetValue(pair.Item2, out var other)
                    && lane == other
                );
        }
    }
}
