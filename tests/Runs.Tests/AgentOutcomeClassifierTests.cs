using Orchestrator.Agents;
using Orchestrator.Messages;
using Orchestrator.Runs.AgentCalls;
using Xunit;

namespace Orchestrator.Runs.Tests;

public class AgentOutcomeClassifierTests
{
    [Theory]
    [InlineData(AgentFailure.Timeout, "raise timeout and")]
    [InlineData(AgentFailure.Turns, "raise limits.turns and")]
    [InlineData(AgentFailure.Money, "raise limits.cost and")]
    [InlineData(AgentFailure.Memory, "raise limits.memory ")]
    public void Of_PassedLimit_SaysWhichSettingToRaise(AgentFailure failure, string cure)
    {
        var (failureClass, message) = AgentOutcomeClassifier.Of(
            new AgentOutcome { Failure = failure, Detail = "Stopped." },
            null,
            found: false
        );

        Assert.Equal(FailureClass.Limit, failureClass);
        Assert.StartsWith("Stopped. Retry the task ", message, StringComparison.Ordinal);
        Assert.Contains(cure, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pandas>=2.0", "", "", "needs pandas>=2.0 (because)")]
    [InlineData("", "src/api.py", "", "needs to write src/api.py (because)")]
    [InlineData("", "", "the parser", "is too big, so its agent proposes these parts: (1) the parser (because)")]
    [InlineData("", "", "", "because")]
    public void Of_BlockedAgent_SaysWhatItWouldTake(string need, string file, string split, string expected)
    {
        var claim = new AgentOutcomeClaim
        {
            Task = "login",
            Status = "blocked",
            Reason = "because",
            Needs = need.Length > 0 ? [need] : [],
            Files = file.Length > 0 ? [file] : [],
            Split = split.Length > 0 ? [split] : [],
        };

        var (failureClass, message) = AgentOutcomeClassifier.Of(new AgentOutcome { Failure = AgentFailure.None }, claim, found: false);

        Assert.Equal((FailureClass.Blocked, expected), (failureClass, message));
    }

    [Fact]
    public void Of_LimitToldWithoutFullStop_IsASentenceBeforeTheCure() =>
        Assert.StartsWith(
            "Reached maximum number of turns (3). Retry the task ",
            AgentOutcomeClassifier
                .Of(new AgentOutcome { Failure = AgentFailure.Turns, Detail = "Reached maximum number of turns (3)" }, null, found: false)
                .Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Of_PlannerPassedItsTime_NamesThePlannersSetting() =>
        Assert.Contains(
            "raise planner.timeout and",
            AgentOutcomeClassifier.Of(new AgentOutcome { Failure = AgentFailure.Timeout }, null, found: false, "planner.timeout").Message,
            StringComparison.Ordinal
        );
}
