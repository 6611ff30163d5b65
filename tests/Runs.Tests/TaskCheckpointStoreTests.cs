using Orchestrator.Messages;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Runs.Tests;

public sealed class TaskCheckpointStoreTests
{
    private static readonly IReadOnlyList<TaskCheckpoint> Tasks =
    [
        new()
        {
            Progress = new TaskProgress
            {
                Id = "a",
                State = TaskStateNames.Merged,
                Commit = "c",
            },
            ExecutionId = "e1",
            ReportSequence = 7,
        },
        new()
        {
            Progress = new TaskProgress
            {
                Id = "b",
                State = TaskStateNames.Skipped,
                Why = new TaskDependencyFailedReason("ü", TaskStateNames.Failed),
            },
        },
    ];

    [Fact]
    public void Read_WhatWasStored_IsTheSameAndStoringTwiceIsHarmless()
    {
        using var folder = new TempFolder();
        var run = new RunFolder(folder.Path, "run-1");

        var file = TaskCheckpointStore.Store(run, null, Tasks);
        var again = TaskCheckpointStore.Store(run, null, Tasks);
        var read = TaskCheckpointStore.Read(run, file, 0);

        Assert.Equal(file, again);
        Assert.Equal(("a", 7, "c"), (read[0].Progress.Id, read[0].ReportSequence, read[0].Progress.Commit));
        Assert.Equal(new TaskDependencyFailedReason("ü", TaskStateNames.Failed), read[1].Progress.Why);
    }

    [Fact]
    public void Read_ChangedOrGone_IsRefusedWithItsName()
    {
        using var folder = new TempFolder();
        var run = new RunFolder(folder.Path, "run-1");
        var file = TaskCheckpointStore.Store(run, null, Tasks);
        var path = Directory.EnumerateFiles(run.Checkpoints).Single();

        File.AppendAllText(path, " ");
        var changed = Assert.Throws<RunStepFailedException>(() => TaskCheckpointStore.Read(run, file, 0));
        File.Delete(path);
        var gone = Assert.Throws<RunStepFailedException>(() => TaskCheckpointStore.Read(run, file, 0));

        Assert.Equal(("CheckpointChanged", true), (changed.FailureType, changed.IsFinal));
        Assert.Equal(("CheckpointGone", true), (gone.FailureType, gone.IsFinal));
        Assert.Contains(Path.GetFileName(path), gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Store_OnAnEarlierFile_AddsAndReplacesAndIsReadInPages()
    {
        using var folder = new TempFolder();
        var run = new RunFolder(folder.Path, "run-1");
        var before = TaskCheckpointStore.Store(run, null, Tasks);
        var large = new TaskCheckpoint
        {
            Progress = new TaskProgress
            {
                Id = "c",
                State = TaskStateNames.Failed,
                Evidence = new string('x', 200_000),
            },
        };
        var again = Tasks[0] with { ReportSequence = 8 };

        var file = TaskCheckpointStore.Store(run, before, [large, again]);
        var first = TaskCheckpointStore.Read(run, file, 0);
        var rest = TaskCheckpointStore.Read(run, file, first.Count);

        Assert.Equal((2, 3), (before.Count, file.Count));
        Assert.Equal(["a", "b", "c"], first.Concat(rest).Select(t => t.Progress.Id));
        Assert.Equal(8, first[0].ReportSequence);
        Assert.Equal(2, first.Count);
        Assert.Equal(7, TaskCheckpointStore.Read(run, before, 0)[0].ReportSequence);
    }
}
