using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Runs.Tests;

public sealed class CarriedPartsTests
{
    private static readonly IReadOnlyList<CarriedTask> Tasks =
    [
        new("a", "e1", 7, 2, false, 1, 0.5m, 10) { Status = new RunTask { Id = "a", State = TaskStates.Merged, Commit = "c" } },
        new("b", "", 0, 0, false, 0, 0, 0) { Status = new RunTask { Id = "b", State = TaskStates.Skipped, Reason = "depends on ü" } },
    ];

    [Fact]
    public void Read_WhatWasStored_IsTheSameAndStoringTwiceIsHarmless()
    {
        using var folder = new TempFolder();
        var run = new RunFolder(folder.Path, "run-1");

        var part = CarriedParts.Store(run, Tasks);
        var again = CarriedParts.Store(run, Tasks);
        var read = CarriedParts.Read(run, part);

        Assert.Equal(part, again);
        Assert.Equal(("a", 7, "c"), (read[0].Id, read[0].ReportSequence, read[0].Status!.Commit));
        Assert.Equal("depends on ü", read[1].Status!.Reason);
    }

    [Fact]
    public void Read_ChangedOrGone_IsRefusedWithItsName()
    {
        using var folder = new TempFolder();
        var run = new RunFolder(folder.Path, "run-1");
        var part = CarriedParts.Store(run, Tasks);
        var file = Directory.EnumerateFiles(run.Carried).Single();

        File.AppendAllText(file, " ");
        var changed = Assert.Throws<StepException>(() => CarriedParts.Read(run, part));
        File.Delete(file);
        var gone = Assert.Throws<StepException>(() => CarriedParts.Read(run, part));

        Assert.Equal(("CarriedChanged", true), (changed.FailureType, changed.IsFinal));
        Assert.Equal(("CarriedGone", true), (gone.FailureType, gone.IsFinal));
        Assert.Contains(Path.GetFileName(file), gone.Message, StringComparison.Ordinal);
    }
}
