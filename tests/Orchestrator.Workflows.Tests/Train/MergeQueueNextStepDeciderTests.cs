using Orchestrator.Messages;
using Orchestrator.Workflows.Train;
using Xunit;

namespace Orchestrator.Workflows.Tests.Train;

public sealed class MergeQueueNextStepDeciderTests
{
    [Fact]
    public void Next_OneWaits_IsMergedAlone() => Assert.Equal("t1", Alone(With(1)).TaskId);

    [Fact]
    public void Next_TrainIsOff_EachIsMergedAlone()
    {
        var state = With(5) with { Limit = 1 };
        Assert.Equal("t1", Alone(state).TaskId);
    }

    [Fact]
    public void Next_AllGreen_LandsAllWithOneRun()
    {
        var world = Simulate(With(8), _ => false);
        Assert.Equal(8, world.Merged.Count);
        Assert.Equal((1, 0, 1), (world.Runs, world.Reruns, world.Batches));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Next_OneCulpritInN_CostsAtMostTwoRunsAndTheLogarithm(int parallel)
    {
        for (var n = 2; n <= 32; n++)
        {
            for (var culprit = 1; culprit <= n; culprit++)
            {
                var state = With(n) with { Limit = n, Parallel = parallel };
                var bad = state.Queue[culprit - 1];
                var world = new TrainSimulator(state, merged => merged.Contains(bad));
                while (world.SentBack.Count == 0)
                {
                    Drive(world);
                }
                Assert.Equal([bad], world.SentBack);
                Assert.Equal(state.Queue.Take(culprit - 1), world.Merged);
                if (parallel == 1)
                {
                    var rerunsOfOneGate = world.Reruns - 1;
                    Assert.True(
                        world.Runs + rerunsOfOneGate <= 2 + Math.Ceiling(Math.Log2(n)),
                        $"{culprit} of {n}: {world.Runs} runs, {world.Reruns} of one gate"
                    );
                }
                else if (n == 8)
                {
                    Assert.True(world.Rounds - 1 <= 2, $"{culprit} of {n}: {world.Rounds - 1} rounds");
                }
            }
        }
    }

    [Fact]
    public void Next_GateFailsOnce_IsFlakyAndAllLand()
    {
        var first = true;
        var world = Simulate(With(4), _ => false, () => first && !(first = false));
        Assert.Equal(4, world.Merged.Count);
        Assert.Empty(world.SentBack);
        Assert.Equal(["tests"], world.State.Flaky);
        Assert.Equal((1, 1), (world.Runs, world.Reruns));
    }

    [Fact]
    public void Next_AllButTheWholeAreGreenAndTheGateIsFlaky_HasNoCulprit()
    {
        // The whole fails twice by chance, prefixes do not, and one that fails once shows that the gate does so.
        var chance = new Queue<bool>([true, true, false, true, false, false]);
        var world = Simulate(With(3), _ => false, () => chance.Count > 0 && chance.Dequeue());
        Assert.Equal(3, world.Merged.Count);
        Assert.Empty(world.SentBack);
    }

    [Fact]
    public void Next_MachineIsToBlame_MergesWhatIsLeftOneByOne()
    {
        var state = With(4);
        state = TrainSimulator.Build(state, state.Queue).Gated(1, 4, new MergeResult { FailureClass = FailureClass.Environment });
        Assert.IsType<MergeQueueStepDecision.MergeBatchAbandonmentDecision>(MergeQueueNextStepDecider.Next(state));
        state = state.WithoutBatch(1);
        for (var i = 1; i <= 4; i++)
        {
            var alone = Alone(state);
            Assert.Equal($"t{i}", alone.TaskId);
            state = state.Answered([alone]);
        }
        Assert.IsType<MergeQueueStepDecision.MergeQueueWaitDecision>(MergeQueueNextStepDecider.Next(state));
    }

    [Fact]
    public void Next_GatesRun_WaitsWhateverHasEnded()
    {
        var state = With(8) with { Parallel = 3 };
        state = TrainSimulator.Build(state, state.Queue);
        state = Gate(state, 8, isGreen: false);
        var gate = Assert.IsType<MergeQueueStepDecision.MergeBatchGateRunDecision>(MergeQueueNextStepDecider.Next(state));
        state = state.Started(gate.Batch, gate.Runs);
        foreach (var run in gate.Runs)
        {
            Assert.IsType<MergeQueueStepDecision.MergeQueueWaitDecision>(MergeQueueNextStepDecider.Next(state));
            state = Gate(state, run.Length, isGreen: run.Length < 4);
        }
        Assert.Equal(new MergeQueueStepDecision.StagingBranchMoveDecision(1, 2), MergeQueueNextStepDecider.Next(state));
    }

    /// <summary>Each entry alone, two of them, or two that only fail together; whatever ends first.</summary>
    [Fact]
    public void SentBack_RandomBatches_IsTheShortestRedPrefixOfBruteForce()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 500; round++)
        {
            var n = random.Next(2, 20);
            var state = With(n) with { Limit = n, Parallel = random.Next(1, 6) };
            var culprits = Enumerable.Range(0, random.Next(0, 3)).Select(_ => $"t{random.Next(1, n + 1)}").ToHashSet();
            var pairs = Enumerable
                .Range(0, random.Next(0, 3))
                .Select(_ => ($"t{random.Next(1, n + 1)}", $"t{random.Next(1, n + 1)}"))
                .ToList();
            bool IsBroken(IReadOnlyList<TaskMergeRequest> merged)
            {
                var tasks = merged.Select(m => m.TaskId).ToHashSet();
                return tasks.Overlaps(culprits) || pairs.Any(p => p.Item1 != p.Item2 && tasks.Contains(p.Item1) && tasks.Contains(p.Item2));
            }

            // One after the other: what breaks what is merged so far is left out.
            var expected = new List<TaskMergeRequest>();
            var left = new List<TaskMergeRequest>();
            foreach (var entry in state.Queue)
            {
                (IsBroken([.. expected, entry]) ? left : expected).Add(entry);
            }
            var world = new TrainSimulator(state, IsBroken) { GateTime = () => random.NextDouble() };
            world.Run();
            Assert.True(expected.SequenceEqual(world.Merged) && left.SequenceEqual(world.SentBack), $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void Result_OtherDelays_IsTheSame()
    {
        var seed = Environment.TickCount;
        for (var history = 0; history < 200; history++)
        {
            var (first, second) = (Play(seed + history, 1), Play(seed + history, 2));
            Assert.True(first == second, $"seed {seed + history}: {first} or {second}");
        }
    }

    /// <summary>However unfairly work comes and depends on other work, each is decided when what was before it is.</summary>
    [Fact]
    public void Queue_WorkKeepsComing_NothingStarves()
    {
        var random = new Random(20261122);
        for (var round = 0; round < 20; round++)
        {
            var (began, number) = (new Dictionary<string, int>(), 0);
            TrainSimulator world = null!;
            world = new TrainSimulator(With(0) with { Limit = random.Next(1, 9) }, merged => merged.Any(m => m.TaskId[^1] is '3' or '8'))
            {
                OnBegin = (state, _) =>
                {
                    foreach (var (task, bound) in began)
                    {
                        Assert.True(
                            world.Batches <= bound || state.Queue.All(entry => entry.TaskId != task),
                            $"{task} waits longer than those before it take"
                        );
                    }
                },
            };
            for (var batch = 0; batch < 200; batch++)
            {
                for (var come = random.Next(0, 4); come > 0; come--)
                {
                    var task = $"t{++number}";
                    var before = world.State.Queue.Count;
                    began[task] = world.Batches + (4 * (before + 4)) + 4;
                    // It may depend on what comes after it.
                    IReadOnlyList<string> dependsOn = [$"t{number + random.Next(1, 4)}", $"t{random.Next(1, number + 1)}"];
                    world.Enqueue(new TaskMergeRequest(task, $"c{number}", 1) { DependsOn = dependsOn });
                }
                var until = world.Batches + 1;
                while (world.Batches < until && world.State.Queue.Count > 0)
                {
                    Drive(world);
                }
            }
        }
    }

    [Fact]
    public void Order_OldDependsOnYoung_TakesItAlongAndKeepsItsPlace()
    {
        var queue = With(4).Queue;
        var order = MergeOrderCalculator.Of(queue.SetItem(0, queue[0] with { DependsOn = ["t3"] }));
        Assert.Equal(["t3", "t1", "t2", "t4"], order.Select(r => r.TaskId));
    }

    [Fact]
    public void Order_Circle_HasEachOnce() =>
        Assert.Equal(
            2,
            MergeOrderCalculator.Of([.. With(2).Queue.Select(r => r with { DependsOn = r.TaskId == "t1" ? ["t2"] : ["t1"] })]).Count
        );

    [Fact]
    public void Conflict_OneIsAtItsOwn_OthersWaitAndTheRestGoesOn()
    {
        var state = With(3);
        var (first, second) = (state.Queue[0], state.Queue[1]);
        Assert.True(state.MayResolve(first));
        state = state.SentToResolve(first);

        Assert.False(state.MayResolve(second));
        state = state.PutOff(second);

        var third = Alone(state);
        Assert.Equal("t3", third.TaskId);
        state = Gate(TrainSimulator.Build(state, [third]), 1, isGreen: true).Landed(1, 1).Ended(1);
        Assert.IsType<MergeQueueStepDecision.MergeQueueWaitDecision>(MergeQueueNextStepDecider.Next(state));
        Assert.Equal(["t2"], state.Queue.Select(request => request.TaskId));
    }

    [Fact]
    public void Conflict_Resolved_ComesFirstAndThenThoseThatWaited()
    {
        var state = With(2);
        state = state.SentToResolve(state.Queue[0]).PutOff(state.Queue[1]).Enqueue(new TaskMergeRequest("t9", "c9", 1));

        state = state.Enqueue(new TaskMergeRequest("t1", "c1-again", 2));

        var again = Assert.IsType<MergeQueueStepDecision.MergeBatchCreationDecision>(MergeQueueNextStepDecider.Next(state)).Requests;
        Assert.Equal(["t1", "t9"], again.Select(request => request.TaskId));
        state = Gate(TrainSimulator.Build(state, again), 2, isGreen: true).Landed(1, 2).Ended(1);
        Assert.Equal(("", 0), (state.Resolving, state.Deferred.Count));
        Assert.Equal("t2", Alone(state).TaskId);
    }

    [Theory]
    [InlineData("t1", 1)]
    [InlineData("another", 0)]
    public void Conflict_WhoIsAtItDoesNotComeBack_LetsOthersGo(string passed, int ready)
    {
        var state = With(2);
        state = state.SentToResolve(state.Queue[0]).PutOff(state.Queue[1]).Passed(passed);
        Assert.Equal(ready, state.Ready.Count);
    }

    [Fact]
    public void Enqueue_Twice_CountsOnce()
    {
        var state = With(2);
        Assert.Equal(2, state.Enqueue(state.Queue[0] with { DependsOn = ["x"] }).Queue.Count);
        Assert.Equal(3, state.Enqueue(state.Queue[0] with { Attempt = 2 }).Queue.Count);
    }

    private static string Play(int seed, int delays)
    {
        var (random, delay) = (new Random(seed), new Random((seed * 31) + delays));
        var n = random.Next(5, 30);
        var culprits = Enumerable.Range(0, n / 5).Select(_ => $"t{random.Next(1, n + 1)}").ToHashSet();
        var pairs = Enumerable.Range(0, n / 5).Select(_ => ($"t{random.Next(1, n + 1)}", $"t{random.Next(1, n + 1)}")).ToList();
        bool Breaks(IReadOnlyList<TaskMergeRequest> merged)
        {
            var first = merged.Where(m => m.Attempt == 1).Select(m => m.TaskId).ToHashSet();
            return first.Overlaps(culprits) || pairs.Any(p => p.Item1 != p.Item2 && first.Contains(p.Item1) && first.Contains(p.Item2));
        }
        TrainSimulator world = null!;
        world = new TrainSimulator(new MergeQueueState { Limit = 8, Parallel = 3 }, Breaks)
        {
            GateTime = () => delay.NextDouble() * 10,
            OnSentBack = request =>
                world.At(
                    delay.NextDouble() * 30,
                    () => world.Enqueue(request with { Attempt = request.Attempt + 1, Commit = request.Commit + "+" })
                ),
        };
        var at = 0.0;
        foreach (var request in With(n).Queue)
        {
            at += random.NextDouble() * 3;
            world.At(at, () => world.Enqueue(request));
        }
        world.Run();
        return string.Join(" ", world.Merged.Select(m => m.Commit).Order(StringComparer.Ordinal))
            + " | "
            + string.Join(" ", world.SentBack.Select(m => m.Commit).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Most_AfterTasksThatLandOrAreSentBack_IsOneMoreForEachOrHalf()
    {
        var state = With(6) with { Window = 3 };
        state = TrainSimulator.Build(state, [.. state.Queue.Take(3)]);

        Assert.Equal((5, 2), (state.Landed(1, 2).Most, state.WithReturnedEntry(1, 3).Most));
        Assert.Equal(8, (state with { Window = 7 }).Landed(1, 2).Most);
        Assert.Equal(1, (state with { Window = 1 }).WithReturnedEntry(1, 1).Most);
    }

    [Theory]
    [InlineData(0, 0, 8)]
    [InlineData(20, 2, 8)]
    [InlineData(20, 4, 4)]
    [InlineData(20, 8, 2)]
    [InlineData(20, 15, 1)]
    [InlineData(100_000, 0, 8)]
    public void Most_WithVerdicts_IsSmallWhereManyEntriesFail(int judged, int returned, int expected) =>
        Assert.Equal(expected, (With(6) with { Verdicts = new MergeQueueStatistics(judged, returned), Window = 3 }).Most);

    [Fact]
    public void Verdicts_OfLongAgo_CountLess()
    {
        var verdicts = Enumerable.Range(0, 100).Aggregate(new MergeQueueStatistics(0, 0), (all, _) => all.With(0, 1));

        Assert.Equal(1, verdicts.ChooseBatchSize());
        Assert.True(Enumerable.Range(0, 30).Aggregate(verdicts, (all, _) => all.With(8, 0)).ChooseBatchSize() > 8);
    }

    /// <summary>Entries 4 to 8 are not suspected once the first four failed.</summary>
    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(20, 2, false)]
    public void Next_FirstHalfFails_ReordersWhereTheOthersProbablyPass(int judged, int returned, bool reorders)
    {
        var state = With(8) with { Rules = new MergeQueueBatchOptions(), Verdicts = new MergeQueueStatistics(judged, returned) };
        var failed = new MergeResult
        {
            Outcome = MergeOutcome.Refused,
            Failures = 1,
            Failed = ["test"],
        };
        state = TrainSimulator.Build(state, state.Queue).Gated(1, 8, failed).Gated(1, 4, failed);

        Assert.Equal(reorders, MergeQueueNextStepDecider.Next(state) is MergeQueueStepDecision.MergeBatchRebuildDecision);
    }

    [Fact]
    public void Most_AfterOneThatWasAlone_IsOneMoreOrTheSame()
    {
        var state = With(6) with { Window = 3 };
        state = TrainSimulator.Build(state, [state.Queue[0]]);

        Assert.Equal((4, 3), (state.Landed(1, 1).Most, state.WithReturnedEntry(1, 1).Most));
    }

    [Theory]
    [InlineData(FailureClass.Environment)]
    [InlineData(FailureClass.Invalid)]
    public void Next_StepOfOneThatIsAloneSaysNothingOfItsWork_GivesItThatResult(FailureClass failureClass)
    {
        var state = With(2);
        state = TrainSimulator.Build(state, [state.Queue[0]]).Gated(1, 1, new MergeResult { FailureClass = failureClass });

        Assert.Equal(new MergeQueueStepDecision.MergeQueueEntryRejectionDecision(1, 1), MergeQueueNextStepDecider.Next(state));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Next_MergeIsGone_IsMadeAnew(int entries)
    {
        var state = With(3);
        state = TrainSimulator
            .Build(state, [.. state.Queue.Take(entries)])
            .Gated(1, entries, new MergeResult { FailureClass = FailureClass.Transient });

        Assert.IsType<MergeQueueStepDecision.MergeBatchEndDecision>(MergeQueueNextStepDecider.Next(state));
        Assert.Equal(
            3,
            Assert.IsType<MergeQueueStepDecision.MergeBatchCreationDecision>(MergeQueueNextStepDecider.Next(state.Ended(1))).Requests.Count
        );
    }

    [Fact]
    public void Next_GateKnownToBeFlakyFailsOnOneAlone_IsRunOnceMoreBeforeItIsSentBack()
    {
        var state = With(1) with { Flaky = ["tests"] };
        state = Gate(TrainSimulator.Build(state, state.Queue), 1, isGreen: false);

        Assert.Equal(
            [new MergeBatchPrefixGateRequest(1, 1)],
            Assert.IsType<MergeQueueStepDecision.MergeBatchGateRunDecision>(MergeQueueNextStepDecider.Next(state)).Runs
        );
        state = state.Gated(1, 1, new MergeResult { Failures = 1, Failed = ["tests"] });
        Assert.Equal(new MergeQueueStepDecision.MergeQueueEntryRejectionDecision(1, 1), MergeQueueNextStepDecider.Next(state));
    }

    /// <summary>One flaky gate among those that failed is enough to doubt the result.</summary>
    [Fact]
    public void Next_OneOfTheFailedGatesIsKnownToBeFlaky_IsRunOnceMore()
    {
        var state = With(1) with { Flaky = ["tests"] };
        state = TrainSimulator
            .Build(state, state.Queue)
            .Started(1, [new MergeBatchPrefixGateRequest(1, 2)])
            .Gated(1, 1, new MergeResult { Failures = 2, Failed = ["lint", "tests"] });

        Assert.Equal(
            [new MergeBatchPrefixGateRequest(1, 1)],
            Assert.IsType<MergeQueueStepDecision.MergeBatchGateRunDecision>(MergeQueueNextStepDecider.Next(state)).Runs
        );
    }

    private static TrainSimulator Simulate(
        MergeQueueState state,
        Func<IReadOnlyList<TaskMergeRequest>, bool> isBroken,
        Func<bool>? fails = null
    )
    {
        var world = new TrainSimulator(state, isBroken, fails);
        world.Run();
        return world;
    }

    /// <summary>Until the next thing has been decided.</summary>
    private static void Drive(TrainSimulator world)
    {
        if (!world.Step())
        {
            world.Advance();
        }
    }

    private static MergeQueueState Gate(MergeQueueState state, int length, bool isGreen) =>
        state
            .Started(state.LastBatch, [new MergeBatchPrefixGateRequest(length, 2)])
            .Gated(
                state.LastBatch,
                length,
                isGreen ? new MergeResult { Outcome = MergeOutcome.Made } : new MergeResult { Failures = 2, Failed = ["tests"] }
            );

    /// <summary>The one entry of the batch that is made next.</summary>
    private static TaskMergeRequest Alone(MergeQueueState state) =>
        Assert.Single(Assert.IsType<MergeQueueStepDecision.MergeBatchCreationDecision>(MergeQueueNextStepDecider.Next(state)).Requests);

    private static MergeQueueState With(int n) =>
        new() { Limit = 8, Queue = [.. Enumerable.Range(1, n).Select(i => new TaskMergeRequest($"t{i}", $"c{i}", 1))] };
}
