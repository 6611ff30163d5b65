using Orchestrator.Messages;
using Orchestrator.Workflows.Runs;
using Xunit;

namespace Orchestrator.Workflows.Tests.Runs;

/// <summary>Changes to a run's tasks by users, restores and other executions, applied to the run's board.</summary>
public sealed class RunBoardChangesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = Now.AddMinutes(1);
    private static readonly Reason Because = new TaskNotSelectedForRunReason();
    private readonly RunTaskTracker _board = new();

    [Fact]
    public void AllMerged_TasksThatAPersonHasLeftOut_CountAsDone()
    {
        Add(Task("a"), Task("b"));
        Assert.False(_board.AllMerged);
        _board.CountAsDone(_board.Find("a"), TaskStateNames.Waived, Because, Now);
        _board.End(_board.Find("b"), TaskStateNames.Cancelled, Because, Now);
        Assert.False(_board.AllMerged);
        Assert.Empty(_board.LeftOut);

        _board.Find("b").State = _board.Find("b").State with { LeftOut = true };

        Assert.True(_board.AllMerged);
        Assert.Equal(["b"], TestRun.Ids(_board.LeftOut));
    }

    [Fact]
    public void Unlanded_WorkOnStaging_IsInPlanOrderUntilItHasLanded()
    {
        Add(Task("a"), Task("b"), Task("c"), Task("d"));
        _board.CountAsDone(_board.Find("c"), TaskStateNames.Merged, Because, Now);
        _board.CountAsDone(_board.Find("a"), TaskStateNames.Merged, Because, Now);
        _board.CountAsDone(_board.Find("b"), TaskStateNames.Resolved, Because, Now);
        Assert.Equal(["a", "b", "c"], TestRun.Ids(_board.Unlanded));
        Recorded();

        _board.Landed(_board.Find("b"));

        Assert.Equal(["a", "c"], TestRun.Ids(_board.Unlanded));
        Assert.Equal("b: ", Recorded());
    }

    [Fact]
    public void GoesOn_PausedTask_HoldsItsSlotAtOnce()
    {
        Add(Task("a"));
        var entry = Start("a");
        Recorded();
        _board.ResumeTask(entry);
        Assert.False(_board.Journal.HasUnrecorded);
        entry.Progress = entry.Progress with { Paused = true };

        _board.ResumeTask(entry);

        Assert.False(entry.Progress.Paused);
        Assert.Equal("a: ", Recorded());
    }

    [Fact]
    public void Ready_TasksThatNeedAYes_AreNamed()
    {
        Add(Task("a") with { RequiresApproval = true }, Task("b"), Task("c", "a"));

        Assert.Equal(["a", "b"], TestRun.Ids(_board.Ready));
        Assert.Equal(["a"], TestRun.Ids(_board.NotApproved));
        Assert.False(_board.AnyAtWork);
        Start("b");
        Assert.True(_board.AnyAtWork);
        Assert.Equal(["b"], TestRun.Ids(_board.AtWork));
        Assert.Equal(["a"], TestRun.Ids(_board.Ready));
        Assert.Null(_board.TryFind("z"));
        Assert.Equal("c", _board.TryFind("c")?.Id);
    }

    [Fact]
    public void Add_BehindTheOthers_WaitsForThoseOfThemThatAreNotDone()
    {
        Assert.False(_board.IsFilled);
        Add(Task("a"), Task("b"));
        Assert.True(_board.IsFilled);
        _board.CountAsDone(_board.Find("a"), TaskStateNames.Merged, Because, Now);
        Recorded();

        Add(Task("c", "a"), Task("d", "a", "b"), Task("e", "c") with { Done = true });

        Assert.Equal(["b", "c"], TestRun.Ids(_board.Ready));
        Assert.Equal((1, 1), (_board.Find("d").Unmet, _board.Find("e").Unmet));
        Assert.Equal("c d e: ", Recorded());
        foreach (var id in (string[])["b", "c", "d"])
        {
            _board.CountAsDone(_board.Find(id), TaskStateNames.Merged, Because, Now);
        }
        Assert.True(_board.AllMerged);
    }

    [Fact]
    public void Add_Restored_KnowsWhatWasDoneAndWhatIsAtWork()
    {
        Add(Task("a"), Task("b"), Task("c", "a"), Task("d", "b"));
        _board.CountAsDone(_board.Find("a"), TaskStateNames.Merged, Because, Now);
        Start("b");
        var known = _board.Entries.Take(3).ToDictionary(entry => entry.Id, entry => (entry.State, entry.Id != "b"));
        RunTaskTracker restored = new();

        restored.Add([.. _board.Entries.Select(entry => entry.Outline)], Later, known);

        Assert.Equal(["b"], TestRun.Ids(restored.AtWork));
        Assert.Equal(["c"], TestRun.Ids(restored.Ready));
        Assert.Equal((true, Now), (restored.Find("a").HasEnded, restored.Find("b").Progress.Since));
        Assert.Equal(Later, restored.Find("d").Progress.Since);
        Assert.Equal(["b"], TestRun.Ids(restored.Entries.Where(entry => entry.IsUnsaved)));
        Assert.False(restored.Journal.HasUnrecorded);
        foreach (var id in (string[])["b", "c", "d"])
        {
            restored.CountAsDone(restored.Find(id), TaskStateNames.Merged, Because, Now);
        }
        Assert.True(restored.AllMerged);
    }

    [Fact]
    public void ByState_AfterChanges_HasEachTaskOnce()
    {
        Add(Task("a"), Task("b"), Task("c"));
        Start("b");
        _board.Change(_board.Find("c"), TaskStateNames.Queued, null, Now);
        _board.Change(_board.Find("c"), TaskStateNames.Pending, null, Now);

        Assert.Equal(
            [(TaskStateNames.Pending, "a c"), (TaskStateNames.Preparing, "b")],
            _board.ByState.Select(group => (group.State, string.Join(' ', TestRun.Ids(group.Entries))))
        );
        Assert.Equal(2, _board.In(TaskStateNames.Pending).Count);
        Assert.Empty(_board.In(TaskStateNames.Queued));
    }

    [Fact]
    public void AskAgain_TaskThatWasDone_IsToBeDoneOnceMore()
    {
        Add(Task("a"));
        _board.Retry(_board.Find("a"), "as said before", Now);
        _board.Find("a").Follow("first");
        _board.CountAsDone(_board.Find("a"), TaskStateNames.Findings, Because, Now);
        Assert.True(_board.AllMerged);

        _board.AskAgain(_board.Find("a"), Because, Now);

        Assert.Equal(("", ""), (_board.Find("a").State.Guidance, _board.Find("a").ExecutionId));

        Assert.False(_board.AllMerged);
        Assert.Equal(["a"], TestRun.Ids(_board.Ready));
        _board.CountAsDone(_board.Find("a"), TaskStateNames.Reviewed, Because, Now);
        Assert.True(_board.AllMerged);
    }

    [Fact]
    public void Escalate_TaskThatWasDone_NeedsAPersonWithItsEvidence()
    {
        Add(Task("a"));
        _board.CountAsDone(_board.Find("a"), TaskStateNames.Findings, Because, Now);

        _board.Escalate(_board.Find("a"), Because, Now, "report.md");

        Assert.Equal((TaskStateNames.Escalated, "report.md"), (_board.Find("a").Progress.State, _board.Find("a").Progress.Evidence));
        Assert.False(_board.AllMerged);
        Assert.False(_board.AnyReady);
        _board.CountAsDone(_board.Find("a"), TaskStateNames.Reviewed, Because, Now);
        Assert.True(_board.AllMerged);
    }

    [Fact]
    public void TakeOver_TaskThatHadEndedHere_IsAtWorkAndRevivesThoseThatWereSkipped()
    {
        Add(Task("a"), Task("b", "a"));
        Start("a").Follow("first");
        End("a", TaskStateNames.Failed);
        Assert.Equal(["b"], TestRun.Ids(_board.SkippedFor(_board.Find("a"))));

        _board.AdoptWorkflow(_board.Find("a"), "second", Later);

        var entry = _board.Find("a");
        Assert.Equal((TaskStateNames.Preparing, "second", true), (entry.Progress.State, entry.ExecutionId, entry.AtWork));
        Assert.Equal(["first"], entry.State.PastExecutions);
        Assert.Equal(TaskStateNames.Pending, _board.Find("b").Progress.State);
        Assert.Empty(_board.SkippedFor(entry));
    }

    [Fact]
    public void TakeOver_TaskAtWorkOrNotBegun_KeepsWhereItIs()
    {
        Add(Task("a"), Task("b"));
        Start("a").Follow("first");
        _board.Change(_board.Find("a"), TaskStateNames.Verifying, null, Now);

        _board.AdoptWorkflow(_board.Find("a"), "second", Later);
        _board.AdoptWorkflow(_board.Find("b"), "other", Later);

        Assert.Equal((TaskStateNames.Verifying, "second"), (_board.Find("a").Progress.State, _board.Find("a").ExecutionId));
        Assert.Equal((TaskStateNames.Preparing, "other"), (_board.Find("b").Progress.State, _board.Find("b").ExecutionId));
        Assert.Empty(_board.Find("b").State.PastExecutions);
    }

    [Fact]
    public void BeginAnew_TaskWhoseWorkflowIsGone_WaitsWithItsGuidance()
    {
        Add(Task("a"));
        var entry = Start("a");
        entry.State = entry.State with { Guidance = "look again", Progress = entry.Progress with { Paused = true } };

        _board.BeginAnew(entry, Later);

        Assert.Equal(
            (TaskStateNames.Pending, "look again", false, false),
            (entry.Progress.State, entry.State.Guidance, entry.AtWork, entry.Progress.Paused)
        );
        Assert.False(_board.AnyAtWork);
        Assert.Equal(["a"], TestRun.Ids(_board.Ready));
    }

    [Fact]
    public void Approve_TaskThatWaitsForIt_IsPendingAndElseOnlyNoted()
    {
        Add(Task("a") with { RequiresApproval = true }, Task("b") with { RequiresApproval = true });
        _board.Change(_board.Find("a"), TaskStateNames.AwaitingApproval, null, Now);
        Start("b");
        _board.Change(_board.Find("b"), TaskStateNames.AwaitingApproval, null, Now);
        Recorded();

        _board.Approve(_board.Find("a"), Because, Later, "kim");
        _board.Approve(_board.Find("b"), Because, Later, "kim");

        Assert.Equal(
            (TaskStateNames.Pending, TaskStateNames.AwaitingApproval),
            (_board.Find("a").Progress.State, _board.Find("b").Progress.State)
        );
        Assert.Empty(_board.NotApproved);
        Assert.Equal([("a", TaskStateNames.Pending, "kim"), ("b", TaskStateNames.AwaitingApproval, "kim")], Events());
    }

    [Fact]
    public void Put_SameStateAndReason_IsNoEvent()
    {
        Add(Task("a"));
        var entry = _board.Find("a");
        Recorded();

        _board.Put(entry, entry.Progress with { Tokens = 5 }, Now);
        Assert.Equal("a: ", Recorded());
        _board.Explain(entry, Because, Now);
        Assert.Equal("a: pending", Recorded());
        _board.Explain(entry, Because, Now);
        Assert.Equal("a: ", Recorded());
        _board.Change(entry, TaskStateNames.Queued, Because, Now, "file", "kim");
        Assert.Equal([("a", TaskStateNames.Queued, "kim")], Events());
    }

    [Fact]
    public void Ended_Badly_SkipsThoseThatWaitAndNobodyWhoWorksOrHasEnded()
    {
        Add(Task("a"), Task("b", "a"), Task("c", "a"), Task("d", "c"), Task("e", "a"), Task("f", "b"));
        Start("a");
        _board.AdoptWorkflow(_board.Find("b"), "b-1", Now);
        _board.End(_board.Find("c"), TaskStateNames.Cancelled, Because, Now);
        _board.Change(_board.Find("e"), TaskStateNames.AwaitingApproval, null, Now);
        Recorded();

        _board.Find("a").State = _board.Find("a").State with { AnswerSent = true };
        End("a", TaskStateNames.Failed);

        Assert.False(_board.Find("a").State.AnswerSent);
        Assert.Equal(
            [
                TaskStateNames.Failed,
                TaskStateNames.Preparing,
                TaskStateNames.Cancelled,
                TaskStateNames.Skipped,
                TaskStateNames.Skipped,
                TaskStateNames.Pending,
            ],
            _board.Entries.Select(entry => entry.Progress.State)
        );
        Assert.Equal(new TaskDependencyFailedReason("a", TaskStateNames.Failed), _board.Find("e").Progress.Why);
        Assert.Equal(new TaskDependencyFailedReason("c", TaskStateNames.Cancelled), _board.Find("d").Progress.Why);
        Assert.False(_board.AnyReady);
    }

    [Fact]
    public void Retry_ByAPerson_SaysWhoAndLeavesOutWhatIsStillHindered()
    {
        Add(Task("a"), Task("x"), Task("b", "a", "x"), Task("c", "b"));
        End("a", TaskStateNames.Failed);
        End("x", TaskStateNames.Failed);
        Recorded();

        _board.Retry(_board.Find("a"), "", Later, DecidingUser.Of("kim"));

        Assert.Equal([("a", TaskStateNames.Pending, DecidingUser.Of("kim")?.Who)], Events());
        Assert.Equal([TaskStateNames.Skipped, TaskStateNames.Skipped], _board.Entries.Skip(2).Select(entry => entry.Progress.State));
        _board.Retry(_board.Find("x"), "", Later);
        Assert.Equal([TaskStateNames.Pending, TaskStateNames.Pending], _board.Entries.Skip(2).Select(entry => entry.Progress.State));
        Assert.Equal(new FailedDependencyResumedReason("x"), _board.Find("c").Progress.Why);
        Assert.Equal(["a", "x"], TestRun.Ids(_board.Ready));
    }

    [Fact]
    public void CountAsDone_TaskThatWasSkippedFor_LetsItsDependantsStart()
    {
        Add(Task("a"), Task("b", "a"));
        End("a", TaskStateNames.Failed);

        _board.CountAsDone(_board.Find("a"), TaskStateNames.Waived, Because, Later, "kim");

        Assert.Equal(["b"], TestRun.Ids(_board.Ready));
        Assert.Equal(0, _board.Find("b").Unmet);
    }

    private static TaskOutline Task(string id, params string[] dependsOn) => new() { Id = id, DependsOn = dependsOn };

    private void Add(params TaskOutline[] tasks) => _board.Add(tasks, Now);

    private PlanTaskWithProgress Start(string id)
    {
        _board.Started(_board.Find(id), Now);
        return _board.Find(id);
    }

    private void End(string id, string state) => _board.End(_board.Find(id), state, Because, Now);

    private IEnumerable<(string?, string, string?)> Events() =>
        [.. _board.Journal.RemoveUnrecorded(_board, 99).Events.Select(change => (change.Task, change.State, change.By))];

    /// <summary>The tasks and the states of the events that were to be recorded, and are from now on.</summary>
    private string Recorded()
    {
        var (tasks, events, _) = _board.Journal.RemoveUnrecorded(_board, 99);
        return $"{string.Join(' ', tasks.Select(task => task.Id))}: {string.Join(' ', events.Select(change => change.State))}";
    }
}
