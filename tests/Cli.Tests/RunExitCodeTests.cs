using Orchestrator.Cli.Runs;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Cli.Tests;

public class RunExitCodeTests
{
    [Theory]
    [InlineData(RunStates.Completed, 0)]
    [InlineData(RunStates.Failed, 1)]
    [InlineData(RunStates.Cancelled, 1)]
    [InlineData(RunStates.Escalated, 1)]
    [InlineData(RunStates.AwaitingPromotion, 3)]
    [InlineData(RunStates.Preparing, null)]
    [InlineData(RunStates.Landing, null)]
    public void CodeOf_StateAlone_Decides(string state, int? code) => Assert.Equal(code, (int?)RunExitCode.CodeOf(Run(state)));

    /// <summary>The state stays for moments after the answer, until the run has joined the others of its repository.</summary>
    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, null)]
    public void CodeOf_RunAwaitingApproval_NeedsAPersonUntilItsQuestionIsAnswered(bool question, int? code)
    {
        var run = Run(RunStates.AwaitingApproval) with { Questions = question ? [new RunQuestion { Id = "plan", Question = "?" }] : [] };

        Assert.Equal(code, (int?)RunExitCode.CodeOf(run));
    }

    [Theory]
    [InlineData(TaskStates.Executing, false, true, null)]
    [InlineData(TaskStates.Parked, false, true, null)]
    [InlineData(TaskStates.Parked, true, true, 4)]
    [InlineData(TaskStates.Merging, true, false, null)]
    [InlineData(TaskStates.Blocked, false, true, 3)]
    [InlineData(TaskStates.Blocked, true, false, 4)]
    [InlineData(TaskStates.Pending, true, false, 4)]
    [InlineData(TaskStates.Pending, false, false, null)]
    public void CodeOf_ExecutingRun_DependsOnWhetherAnythingMoves(string task, bool paused, bool question, int? code)
    {
        var run = Run(RunStates.Executing) with
        {
            Paused = paused,
            Tasks = [new RunTask { Id = "a", State = task }],
            Questions = question ? [new RunQuestion { Id = "a", Question = "?" }] : [],
        };

        Assert.Equal(code, (int?)RunExitCode.CodeOf(run));
    }

    [Theory]
    [InlineData(TaskStates.Pending, "", 4)]
    [InlineData(TaskStates.Pending, "run-y/b works on src/**; it has waited since 12:00", null)]
    [InlineData(TaskStates.Executing, "", null)]
    public void CodeOf_OneTaskPaused_DependsOnTheOthers(string other, string reason, int? code)
    {
        var run = Run(RunStates.Executing) with
        {
            Tasks =
            [
                new RunTask
                {
                    Id = "a",
                    State = TaskStates.Executing,
                    Paused = true,
                },
                new RunTask
                {
                    Id = "b",
                    State = other,
                    Why = new TaskRemarkRecorded(new Quote(reason)),
                },
            ],
        };

        Assert.Equal(code, (int?)RunExitCode.CodeOf(run));
    }

    private static RunStatus Run(string state) => new() { RunId = "run-x", State = state };
}
