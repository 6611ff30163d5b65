using Orchestrator.Messages;
using Orchestrator.Workflows.Runs;
using Xunit;

namespace Orchestrator.Workflows.Tests.Runs;

public sealed class RunBoardTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void NextToStart_Diamond_StartsEachTaskWhenItsDependenciesAreMerged()
    {
        var board = Board(Task("a"), Task("b", "a"), Task("c", "a"), Task("d", "b", "c"));

        Assert.Equal(["a"], Start(board, 10));
        Assert.Empty(Start(board, 10));
        Finish(board, "a", TaskStateNames.Merged);
        Assert.Equal(["b", "c"], Start(board, 10));
        Finish(board, "c", TaskStateNames.Merged);
        Assert.Empty(Start(board, 10));
        Finish(board, "b", TaskStateNames.Merged);
        Assert.Equal(["d"], Start(board, 10));
        Finish(board, "d", TaskStateNames.Merged);
        Assert.True(board.AllMerged);
    }

    [Fact]
    public void NextToStart_TwoSlots_CountsOnlyTasksThatHoldOne()
    {
        var board = Board(Task("a"), Task("b"), Task("c"));
        Assert.Equal(["a", "b"], Start(board, 2));

        Report(board, "a", TaskStateNames.Merging);

        Assert.Equal(["c"], Start(board, 2));
    }

    [Fact]
    public void NextToStart_ConflictingTasks_AreNeverAtWorkTogetherAndKeepPlanOrder()
    {
        var board = Board(Task("a") with { Excludes = ["b"] }, Task("b") with { Excludes = ["a"] }, Task("c"));

        Assert.Equal(["a", "c"], Start(board, 10));
        Report(board, "a", TaskStateNames.Merging);
        Assert.Empty(Start(board, 10));
        Finish(board, "a", TaskStateNames.Merged);
        Assert.Equal(["b"], Start(board, 10));
    }

    [Fact]
    public void NextToStart_TaskThatOwnsEverything_WorksAloneAndIsNotPassedBy()
    {
        var board = Board(Task("a"), Task("whole") with { Exclusive = true }, Task("c"));

        Assert.Equal(["a"], Start(board, 10));
        Finish(board, "a", TaskStateNames.Merged);
        Assert.Equal(["whole"], Start(board, 10));
        Assert.Empty(Start(board, 10));
        Finish(board, "whole", TaskStateNames.Merged);
        Assert.Equal(["c"], Start(board, 10));
    }

    [Fact]
    public void Report_Failure_SkipsAllDependantsAndLetsOthersGoOn()
    {
        var board = Board(Task("a"), Task("b", "a"), Task("c", "b"), Task("d"));
        Start(board, 10);

        Finish(board, "a", TaskStateNames.Failed);

        Assert.Equal(TaskStateNames.Skipped, board.Find("b").Progress.State);
        Assert.Equal(TaskStateNames.Skipped, board.Find("c").Progress.State);
        Assert.Equal(TaskStateNames.Preparing, board.Find("d").Progress.State);
        Assert.Contains("a", board.Find("b").Progress.Reason);
    }

    [Fact]
    public void Retry_FailedTask_RevivesWhatWasSkippedBecauseOfIt()
    {
        var board = Board(Task("a"), Task("x"), Task("b", "a"), Task("c", "a", "x"));
        Start(board, 10);
        Finish(board, "a", TaskStateNames.Failed);
        Finish(board, "x", TaskStateNames.Failed);

        board.Retry(board.Find("a"), "look again", Now);

        Assert.Equal(TaskStateNames.Pending, board.Find("b").Progress.State);
        Assert.Equal(TaskStateNames.Skipped, board.Find("c").Progress.State);
        Assert.Equal("look again", board.Find("a").State.Guidance);
        Assert.Equal(["a"], Start(board, 10));
        Finish(board, "a", TaskStateNames.Merged);
        Assert.Equal(["b"], Start(board, 10));
    }

    [Fact]
    public void Report_OfTheExecutionBeforeARetry_IsNotTakenForThePresentOne()
    {
        var board = Board(Task("a"));
        Start(board, 10);
        Finish(board, "a", TaskStateNames.Failed);
        board.Retry(board.Find("a"), "", Now);
        Start(board, 10);

        TaskWorkflowReportHandler.Apply(board, Of("a", TaskStateNames.Failed, 99) with { ExecutionId = "x0" }, Now);

        Assert.Equal(TaskStateNames.Preparing, board.Find("a").Progress.State);
        TaskWorkflowReportHandler.Apply(board, Of("a", TaskStateNames.Merged, 1) with { ExecutionId = "second" }, Now);
        Assert.True(board.AllMerged);
    }

    [Fact]
    public void Report_OfTheExecutionBeforeARetry_IsNotTakenForThePresentOneInALaterExecutionOfTheRun()
    {
        var before = Board(Task("a"));
        Start(before, 1);
        Finish(before, "a", TaskStateNames.Failed);
        before.Retry(before.Find("a"), "look again", Now);
        var after = new RunTaskTracker();
        after.Add([Task("a")], Now, new Dictionary<string, (TaskCheckpoint, bool)> { ["a"] = (before.Find("a").State, true) });
        Start(after, 1);

        TaskWorkflowReportHandler.Apply(after, Of("a", TaskStateNames.Failed, 99) with { ExecutionId = "x0" }, Now);

        Assert.Equal((TaskStateNames.Preparing, "look again"), (after.Find("a").Progress.State, after.Find("a").State.Guidance));
    }

    [Fact]
    public void CountAsDone_FailedTask_LetsDependantsRun()
    {
        var board = Board(Task("a"), Task("b", "a"));
        Start(board, 10);
        Finish(board, "a", TaskStateNames.Failed);

        board.CountAsDone(board.Find("a"), TaskStateNames.Waived, new TaskSkippedByUserReason(DecidingUser.Of("")), Now);

        Assert.Equal(["b"], Start(board, 10));
    }

    [Fact]
    public void Report_LateOrDoubledOrOfAnotherExecution_ChangesNothing()
    {
        var board = Board(Task("a"));
        Start(board, 10);
        Report(board, "a", TaskStateNames.Verifying, sequence: 5);
        var sequence = board.Journal.Sequence;

        Report(board, "a", TaskStateNames.Executing, sequence: 4);
        Report(board, "a", TaskStateNames.Verifying, sequence: 5);
        TaskWorkflowReportHandler.Apply(board, Of("a", TaskStateNames.Failed, 9) with { ExecutionId = "another" }, Now);

        Assert.Equal(sequence, board.Journal.Sequence);
        Assert.Equal(TaskStateNames.Verifying, board.Find("a").Progress.State);
    }

    /// <summary>A worker died after it had sent a report, and the workflow of the task took another path.</summary>
    [Fact]
    public void Report_SameNumberAndAnotherState_IsApplied()
    {
        var board = Board(Task("a"));
        Start(board, 1);
        Report(board, "a", TaskStateNames.Verifying, sequence: 5);

        Report(board, "a", TaskStateNames.Cancelled, sequence: 5);

        Assert.Equal(TaskStateNames.Cancelled, board.Find("a").Progress.State);
    }

    [Fact]
    public void Approval_Rejected_SkipsDependants()
    {
        var board = Board(Task("a") with { RequiresApproval = true }, Task("b", "a"));
        Assert.Empty(Start(board, 10));
        board.Change(board.Find("a"), TaskStateNames.AwaitingApproval, null, Now);

        board.End(board.Find("a"), TaskStateNames.Cancelled, new ApprovalDeniedByUserReason(DecidingUser.Of("kim")), Now);

        Assert.Equal(TaskStateNames.Skipped, board.Find("b").Progress.State);
        Assert.False(board.AnyReady);
    }

    [Fact]
    public void Approval_Given_StartsTheTask()
    {
        var board = Board(Task("a") with { RequiresApproval = true });
        board.Change(board.Find("a"), TaskStateNames.AwaitingApproval, null, Now);

        board.Approve(board.Find("a"), new ApprovedByUserReason(DecidingUser.Of("kim")), Now);

        Assert.Equal(["a"], Start(board, 10));
    }

    [Fact]
    public void TakeUnrecorded_ManyChanges_HandsOutEachEventOnceAndInOrder()
    {
        var board = Board([.. Enumerable.Range(0, 50).Select(i => Task($"t{i}"))]);
        Start(board, 50);
        List<long> seen = [];

        while (board.Journal.HasUnrecorded)
        {
            seen.AddRange(board.Journal.RemoveUnrecorded(board, 7).Events.Select(e => e.Sequence));
        }

        Assert.Equal(Enumerable.Range(1, 50).Select(i => (long)i), seen);
    }

    [Fact]
    public void AnyOrderOfEvents_RandomPlans_KeepsTheRulesAndEnds()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var attempt = 0; attempt < 300; attempt++)
        {
            var plan = RandomPlan(random);
            var board = Board(plan);
            var atWork = new HashSet<string>();
            for (var step = 0; step < 2000 && !(atWork.Count == 0 && !board.AnyReady); step++)
            {
                foreach (var id in Start(board, random.Next(1, 5)))
                {
                    Assert.True(
                        board.Find(id).Outline.DependsOn.All(d => board.Find(d).Progress.State == TaskStateNames.Merged),
                        $"seed {seed}: {id} began too early"
                    );
                    Assert.False(
                        board.Find(id).Outline.Excludes.Any(atWork.Contains),
                        $"seed {seed}: {id} works beside a task it excludes"
                    );
                    Assert.True(!board.Find(id).Outline.Exclusive || atWork.Count == 0, $"seed {seed}: {id} does not work alone");
                    atWork.Add(id);
                }
                if (atWork.Count == 0)
                {
                    continue;
                }
                var ending = atWork.ElementAt(random.Next(atWork.Count));
                atWork.Remove(ending);
                Finish(board, ending, random.Next(5) == 0 ? TaskStateNames.Failed : TaskStateNames.Merged);
            }
            Assert.Empty(atWork);
            Assert.All(
                board.Entries,
                e => Assert.True(TaskStateNames.IsEnd(e.Progress.State), $"seed {seed}: {e.Outline.Id} is {e.Progress.State}")
            );
            Assert.Equal(board.Entries.All(e => e.Progress.State == TaskStateNames.Merged), board.AllMerged);
        }
    }

    private static TaskOutline[] RandomPlan(Random random)
    {
        var count = random.Next(1, 15);
        var excludes = Enumerable.Range(0, count).Select(_ => new HashSet<string>()).ToArray();
        for (var i = 0; i < count; i++)
        {
            var other = random.Next(count);
            if (random.Next(3) == 0 && other != i)
            {
                excludes[i].Add($"t{other}");
                excludes[other].Add($"t{i}");
            }
        }
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(i =>
                    Task($"t{i}", [.. Enumerable.Range(0, i).Where(_ => random.Next(4) == 0).Select(d => $"t{d}")]) with
                    {
                        Excludes = [.. excludes[i]],
                        Exclusive = random.Next(8) == 0,
                    }
                ),
        ];
    }

    private static RunTaskTracker Board(params TaskOutline[] tasks)
    {
        var board = new RunTaskTracker();
        board.Add(tasks, Now);
        return board;
    }

    private static TaskOutline Task(string id, params string[] dependsOn) => new() { Id = id, DependsOn = dependsOn };

    private static string[] Start(RunTaskTracker board, int slots)
    {
        var started = ReadyTaskSelector.NextToStart(board, slots);
        foreach (var entry in started)
        {
            board.Started(entry, Now);
        }
        return [.. started.Select(e => e.Outline.Id)];
    }

    private static TaskReport Of(string id, string state, int sequence) =>
        new()
        {
            Progress = new TaskProgress { Id = id, State = state },
            ExecutionId = "x",
            Sequence = sequence,
        };

    private static void Report(RunTaskTracker board, string id, string state, int? sequence = null) =>
        TaskWorkflowReportHandler.Apply(
            board,
            Of(id, state, sequence ?? (board.Find(id).State.ReportSequence + 1)) with
            {
                ExecutionId = $"x{board.Find(id).State.PastExecutions.Count}",
            },
            Now
        );

    private static void Finish(RunTaskTracker board, string id, string state) => Report(board, id, state);
}
