using Orchestrator.Messages;
using Orchestrator.Runs.Reports;
using Xunit;

namespace Orchestrator.Runs.Tests;

public sealed class RequiredUserActionTests
{
    /// <summary>A cause that many tasks have is one line, not one for each of them.</summary>
    [Fact]
    public void Of_TasksThatSayTheSame_AreNamedTogether()
    {
        var run = new RunStatus
        {
            RunId = "run",
            State = RunStateNames.Escalated,
            Tasks = [Failed("a", "no program"), Failed("b", "a gate"), Failed("c", "no program")],
            Questions = [.. "a b c".Split(' ').Select(id => new RunQuestion { Id = id, Question = $"{id} failed" })],
        };

        var step = Assert.Single(RequiredUserAction.Of(run));

        Assert.Equal("3 tasks failed:", step.What);
        Assert.Equal(["a, c failed: no program", "b failed: a gate"], step.Each);
        Assert.Equal(["b", "c"], step.Likewise);
    }

    private static RunTaskStatus Failed(string id, string reason) =>
        new()
        {
            Id = id,
            State = TaskStateNames.Failed,
            Why = new TaskRemarkForUserReason(new VerbatimQuote(reason)),
        };
}
