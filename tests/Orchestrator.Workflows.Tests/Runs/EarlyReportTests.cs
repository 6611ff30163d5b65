using Orchestrator.Messages;
using Orchestrator.Workflows.Runs;
using Xunit;

namespace Orchestrator.Workflows.Tests.Runs;

/// <summary>After a reset tasks keep reporting to a run that has not taken them over yet.</summary>
public sealed class EarlyReportTests
{
    /// <summary>A task says each thing once: one that was ignored would be waited for without end.</summary>
    [Fact]
    public void NewestOf_ReportThatCameBeforeTheTakeOver_CountsInPlaceOfTheOlderOneThatWasAskedFor()
    {
        var state = TestRun.Of(TestRun.Task("a"));
        var asked = Report("x", 5, TaskStates.Verifying);

        TaskReportHandler.HandleReport(state, Report("x", 6, TaskStates.Merging), TestRun.Now);
        TaskReportHandler.HandleReport(state, Report("x", 4, TaskStates.Executing), TestRun.Now);

        Assert.Equal(TaskStates.Merging, TaskReportHandler.NewestOf(state, asked).Progress.State);
        Assert.Equal(TaskStates.Pending, state.Board.Find("a").Progress.State);
    }

    [Fact]
    public void NewestOf_ReportOfAnotherExecution_DoesNotCount()
    {
        var state = TestRun.Of(TestRun.Task("a"));
        var asked = Report("y", 5, TaskStates.Verifying);

        TaskReportHandler.HandleReport(state, Report("x", 6, TaskStates.Merging), TestRun.Now);

        Assert.Same(asked, TaskReportHandler.NewestOf(state, asked));
    }

    [Fact]
    public void NewestOf_ReportOfATaskThatIsAtWork_IsTakenAtOnce()
    {
        var state = TestRun.Of(TestRun.Task("a"));
        TestRun.Start(state, "a");

        TestRun.Report(state, "a", TaskStates.Verifying);

        Assert.Empty(state.EarlyReports);
    }

    private static TaskReport Report(string execution, int sequence, string to) =>
        new()
        {
            ExecutionId = execution,
            Sequence = sequence,
            Progress = new TaskProgress { Id = "a", State = to },
        };
}
