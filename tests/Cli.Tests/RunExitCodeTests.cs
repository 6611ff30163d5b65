using Orchestrator.Cli.Runs;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Cli.Tests;

public class RunExitCodeTests
{
    [Theory]
    [InlineData(RunStateNames.Completed, 0)]
    [InlineData(RunStateNames.Failed, 1)]
    [InlineData(RunStateNames.Cancelled, 1)]
    [InlineData(RunStateNames.Escalated, 1)]
    [InlineData(RunStateNames.AwaitingPromotion, 3)]
    [InlineData(RunStateNames.Preparing, null)]
    [InlineData(RunStateNames.Landing, null)]
    public void CodeOf_StateAlone_Decides(string state, int? code) => Assert.Equal(code, (int?)RunExitCode.CodeOf(Run(state)));

    /// <summary>The state stays for moments after the answer, until the run has joined the others of its repository.</summary>
    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, null)]
    public void CodeOf_RunAwaitingApproval_NeedsAPersonUntilItsQuestionIsAnswered(bool question, int? code)
    {
        var run = Run(RunStateNames.AwaitingApproval) with
        {
            Questions = question ? [new RunQuestion { Id = "plan", Question = "?" }] : [],
        };

        Assert.Equal(code, (int?)RunExitCode.CodeOf(run));
    }

    [Theory]
    [InlineData(TaskStateNames.Executing, false, true, null)]
    [InlineData(TaskStateNames.Parked, false, true, null)]
    [InlineData(TaskStateNames.Parked, true, true, 4)]
    [InlineData(TaskStateNames.Merging, true, false, null)]
    [InlineData(TaskStateNames.Blocked, false, true, 3)]
    [InlineData(TaskStateNames.Blocked, true, false, 4)]
    [InlineData(TaskStateNames.Pending, true, false, 4)]
    [InlineData(TaskStateNames.Pending, false, false, null)]
    public void CodeOf_ExecutingRun_DependsOnWhetherAnythingMoves(string task, bool paused, bool question, int? code)
    {
        var run = Run(RunStateNames.Executing) with
        {
            Paused = paused,
            Tasks = [new RunTaskStatus { Id = "a", State = task }],
            Questions = question ? [new RunQuestion { Id = "a", Question = "?" }] : [],
        };

        Assert.Equal(code, (int?)RunExitCode.CodeOf(run));
    }

    [Theory]
    [InlineData(TaskStateNames.Pending, "", 4)]
    [InlineData(TaskStateNames.Pending, "run-y/b works on src/**; it has waited since 12:00", null)]
    [InlineData(TaskStateNames.Executing, "", null)]
    public void CodeOf_OneTaskPaused_DependsOnTheOthers(string other, string reason, int? code)
    {
        var run = Run(RunStateNames.Executing) with
        {
            Tasks =
            [
                new RunTaskStatus
                {
                    Id = "a",
                    State = TaskStateNames.Executing,
                    Paused = true,
                },
                new RunTaskStatus
                {
                    Id = "b",
                    State = other,
                    Why = new TaskRemarkForUserReason(new VerbatimQuote(reason)),
                },
            ],
        };

        Assert.Equal(code, (int?)RunExitCode.CodeOf(run));
    }

    private static RunStatus Run(string state) => new() { RunId = "run-x", State = state };
}
