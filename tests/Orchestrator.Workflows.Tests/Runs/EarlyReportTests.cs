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
        var asked = Report("x", 5, TaskStateNames.Verifying);

        TaskWorkflowReportHandler.HandleReport(state, Report("x", 6, TaskStateNames.Merging), TestRun.Now);
        TaskWorkflowReportHandler.HandleReport(state, Report("x", 4, TaskStateNames.Executing), TestRun.Now);

        Assert.Equal(TaskStateNames.Merging, TaskWorkflowReportHandler.NewestOf(state, asked).Progress.State);
        Assert.Equal(TaskStateNames.Pending, state.Board.Find("a").Progress.State);
    }

    [Fact]
    public void NewestOf_ReportOfAnotherExecution_DoesNotCount()
    {
        var state = TestRun.Of(TestRun.Task("a"));
        var asked = Report("y", 5, TaskStateNames.Verifying);

        TaskWorkflowReportHandler.HandleReport(state, Report("x", 6, TaskStateNames.Merging), TestRun.Now);

        Assert.Same(asked, TaskWorkflowReportHandler.NewestOf(state, asked));
    }

    [Fact]
    public void NewestOf_ReportOfATaskThatIsAtWork_IsTakenAtOnce()
    {
        var state = TestRun.Of(TestRun.Task("a"));
        TestRun.Start(state, "a");

        TestRun.Report(state, "a", TaskStateNames.Verifying);

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
