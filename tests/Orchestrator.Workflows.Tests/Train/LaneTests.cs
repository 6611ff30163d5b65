using System.Globalization;
using Orchestrator.Messages;
using Orchestrator.Workflows.Train;
using Xunit;

namespace Orchestrator.Workflows.Tests.Train;

/// <summary>Tests of the merge queue's search for culprits, lanes and speculation, by simulation.</summary>
public sealed class LaneTests
{
    private static readonly MergeQueueBatchOptions Searching = new();

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
            var broken = new QueueBreakage(random, n);
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
        var lanes = Time(new MergeQueueBatchOptions { HasLanes = true }, limit: 4);
        var one = Time(Searching, limit: 4);
        Assert.Equal((6, 2), (one.Now, lanes.Now));
        Assert.Equal(3, lanes.MostAtOnce);
    }

    [Fact]
    public void Speculation_BatchesPass_AreVerifiedOnTopOfEachOther()
    {
        var speculation = Time(new MergeQueueBatchOptions { Speculation = 2 }, limit: 4);
        Assert.Equal((2, 3, 6), (speculation.Now, speculation.MostAtOnce, speculation.Runs));
    }

    [Fact]
    public void Speculation_FirstBatchFails_DropsThoseOnTopOfIt()
    {
        var state = With(4, new MergeQueueBatchOptions { Speculation = 1 }) with { Limit = 2 };
        state = Build(state);
        state = Build(state);
        Assert.Equal([0, 1], state.Batches.Select(batch => batch.After));

        state = state.Started(1, [new MergeBatchPrefixGateRequest(2, 1)]).Gated(1, 2, new MergeResult { Failures = 1, Failed = ["tests"] });

        Assert.Equal([1], state.Batches.Select(batch => batch.Id));
        Assert.Equal(4, state.Queue.Count);
    }

    [Fact]
    public void Lanes_EntryOfEverything_StopsLaterEntriesUntilItIsDecided()
    {
        var queue = With(3, null).Queue;
        var state = Locate(With(1, new MergeQueueBatchOptions { HasLanes = true }), ["web"]);
        state = Build(state).Started(1, [new MergeBatchPrefixGateRequest(1, 2)]);

        state = Locate(state.Enqueue(queue[1]), []);
        Assert.IsType<MergeQueueStepDecision.MergeQueueWaitDecision>(MergeQueueNextStepDecider.Next(state));
        state = Locate(state.Enqueue(queue[2]), ["api"]);
        Assert.IsType<MergeQueueStepDecision.MergeQueueWaitDecision>(MergeQueueNextStepDecider.Next(state));

        state = state.Gated(1, 1, new MergeResult { Outcome = MergeOutcome.Made }).Landed(1, 1).Ended(1);
        var build = Assert.IsType<MergeQueueStepDecision.MergeBatchCreationDecision>(MergeQueueNextStepDecider.Next(state));
        Assert.Equal(["t2", "t3"], build.Requests.Select(entry => entry.TaskId));
    }

    /// <summary>Merged work may change manifests, so that parts from before say nothing any more.</summary>
    [Fact]
    public void Lanes_PartsChangeWithMergedWork_AreDeterminedAgain()
    {
        var queue = With(3, null).Queue;
        var rules = new MergeQueueBatchOptions
        {
            HasLanes = true,
            HasChangingParts = true,
            Speculation = 1,
        };
        var state = Build(Locate(With(1, rules) with { Limit = 1 }, [])).Started(1, [new MergeBatchPrefixGateRequest(1, 2)]);
        state = Build(Locate(state.Enqueue(queue[1]), ["web"])).Started(2, [new MergeBatchPrefixGateRequest(1, 2)]);
        state = Locate(state.Enqueue(queue[2]), ["api"]);

        state = state.Gated(1, 1, new MergeResult { Outcome = MergeOutcome.Made }).Landed(1, 1).Ended(1);

        Assert.Equal(ChangeFootprint.Everything, Assert.Single(state.Batches).Footprint);
        state = Locate(state, ["api", "web"]);
        Assert.Equal(["api", "web"], state.FootprintOf(queue[2]).Parts!);
        Assert.Empty(state.MovedTo("others").Footprints);
    }

    [Fact]
    public void Size_GatesTakeMinutes_GrowsWithTheDuration()
    {
        int Runs(double seconds, MergeQueueBatchOptions rules)
        {
            var world = new TrainSimulator(With(64, rules), _ => false) { GateTime = () => seconds };
            world.Run();
            Assert.Equal(64, world.Merged.Count);
            return world.Runs;
        }
        var stretches = new MergeQueueBatchOptions { StretchesBatches = true };

        Assert.Equal((8, 8, 8), (Runs(20, Searching), Runs(600, Searching), Runs(20, stretches)));
        Assert.Equal((5, 3), (Runs(90, stretches), Runs(600, stretches)));
    }

    private static MergeQueueState Locate(MergeQueueState state, IReadOnlyList<string> parts)
    {
        var locate = Assert.IsType<MergeQueueStepDecision.AffectedPartsSearchDecision>(MergeQueueNextStepDecider.Next(state));
        return state.Located(locate.Requests, [.. locate.Requests.Select(_ => new AffectedRepositoryParts(parts))]);
    }

    [Fact]
    public void Speculation_EntryConflictsWithTheBatchBelow_WaitsForItsEnd()
    {
        var state = Build(With(2, new MergeQueueBatchOptions { Speculation = 1 }) with { Limit = 1 });
        var build = Assert.IsType<MergeQueueStepDecision.MergeBatchCreationDecision>(
            MergeQueueNextStepDecider.Next(state.Started(1, [new MergeBatchPrefixGateRequest(1, 2)]))
        );
        Assert.Equal(1, build.After);

        state = state.NotBuiltOn(1, build.Requests).Started(1, [new MergeBatchPrefixGateRequest(1, 2)]);
        Assert.IsType<MergeQueueStepDecision.MergeQueueWaitDecision>(MergeQueueNextStepDecider.Next(state));

        state = state.Gated(1, 1, new MergeResult { Outcome = MergeOutcome.Made }).Landed(1, 1).Ended(1);
        Assert.Equal(0, Assert.IsType<MergeQueueStepDecision.MergeBatchCreationDecision>(MergeQueueNextStepDecider.Next(state)).After);
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
        }.ToDictionary(task => task.Id, MergeOrderCalculator.PlacesOf);
        var order = MergeOrderCalculator.Of([
            .. places.Select((task, i) => new TaskMergeRequest(task.Key, task.Key, 1) { Turn = i + 1 - task.Value }),
        ]);

        Assert.Equal(["most", "high", "chain", "plain", "least"], order.Select(request => request.TaskId));
        Assert.Equal((30, -20), (places["most"], places["least"]));
        Assert.Equal(0, places["plain"]);
    }

    private static int RunsFor(MergeQueueBatchOptions? rules, int culprit)
    {
        var world = Simulate(rules, 8, merged => merged.Any(entry => entry.TaskId == $"t{culprit}"));
        Assert.Equal([$"t{culprit}"], world.SentBack.Select(entry => entry.TaskId));
        Assert.Equal(7, world.Merged.Count);
        return world.Runs + world.Reruns;
    }

    /// <summary>Twenty-four entries in turn of three parts.</summary>
    private static TrainSimulator Time(MergeQueueBatchOptions rules, int limit)
    {
        var world = new TrainSimulator(With(24, rules) with { Limit = limit }, _ => false)
        {
            PartsOf = entry => [$"{int.Parse(entry.TaskId[1..], CultureInfo.InvariantCulture) % 3}"],
        };
        world.Run();
        Assert.Equal(24, world.Merged.Count);
        return world;
    }

    private static TrainSimulator Simulate(MergeQueueBatchOptions? rules, int n, Func<IReadOnlyList<TaskMergeRequest>, bool> isBroken)
    {
        var world = new TrainSimulator(With(n, rules), isBroken);
        world.Run();
        return world;
    }

    private static MergeQueueState Build(MergeQueueState state)
    {
        foreach (var batch in state.Batches.Where(batch => batch.Running.Count == 0))
        {
            state = state.Started(batch.Id, [new MergeBatchPrefixGateRequest(batch.Entries.Count, 1)]);
        }
        var build = Assert.IsType<MergeQueueStepDecision.MergeBatchCreationDecision>(MergeQueueNextStepDecider.Next(state));
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

    private static MergeQueueState With(int n, MergeQueueBatchOptions? rules) =>
        new()
        {
            Rules = rules,
            Verdicts = new MergeQueueStatistics(0, 0),
            Limit = 8,
            Queue = [.. Enumerable.Range(1, n).Select(i => new TaskMergeRequest($"t{i}", $"c{i}", 1))],
        };
}
