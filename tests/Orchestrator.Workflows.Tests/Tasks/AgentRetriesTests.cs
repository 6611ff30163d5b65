using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Workflows.Tasks;
using Xunit;

namespace Orchestrator.Workflows.Tests.Tasks;

public sealed class AgentRetriesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void After_TransientFailures_WaitsLongerAndFailsAtTheLastAttempt()
    {
        var retries = new AgentRetries(new RetryRule { MaxAttempts = 3, BaseDelay = TimeSpan.FromSeconds(2) });
        var transient = new AgentRunResult { FailureClass = FailureClasses.Transient, Message = "no network" };

        Assert.Equal(AfterAgent.Later, retries.After(transient).Next);
        Assert.Equal(TimeSpan.FromSeconds(2), retries.Backoff(transient, Now, 1));
        Assert.Equal(AfterAgent.Later, retries.After(transient).Next);
        Assert.Equal(TimeSpan.FromSeconds(2), retries.Backoff(transient, Now, 0.5));
        Assert.Equal(TimeSpan.FromSeconds(30), retries.Backoff(transient with { ResetAt = Now.AddSeconds(30) }, Now, 1));
        Assert.Equal((AfterAgent.Fail, "no network (3 attempts)"), retries.After(transient));
    }

    [Fact]
    public void After_AgentKilledAgainAndAgain_FailsAfterTwenty()
    {
        var retries = new AgentRetries(new RetryRule());
        var died = new AgentRunResult { FailureClass = FailureClasses.Died, Message = "killed" };

        Assert.All(Enumerable.Range(1, 19), _ => Assert.Equal(AfterAgent.Again, retries.After(died).Next));
        Assert.Equal((AfterAgent.Fail, "the agent was killed 20 times in a row: killed"), retries.After(died));
    }

    [Theory]
    [InlineData(FailureClasses.None, nameof(AfterAgent.Done))]
    [InlineData(FailureClasses.Stopped, nameof(AfterAgent.Stopped))]
    [InlineData(FailureClasses.UsageLimit, nameof(AfterAgent.AtReset))]
    [InlineData(FailureClasses.Account, nameof(AfterAgent.Parked))]
    [InlineData(FailureClasses.Environment, nameof(AfterAgent.Parked))]
    [InlineData(FailureClasses.Blocked, nameof(AfterAgent.Answered))]
    [InlineData(FailureClasses.Held, nameof(AfterAgent.Again))]
    [InlineData(FailureClasses.GaveUp, nameof(AfterAgent.Fail))]
    [InlineData(FailureClasses.Limit, nameof(AfterAgent.Fail))]
    public void After_Outcome_SaysWhatComesNext(string failureClass, string next) =>
        Assert.Equal(
            next,
            new AgentRetries(new RetryRule()).After(new AgentRunResult { FailureClass = failureClass, Message = "m" }).Next.ToString()
        );

    [Fact]
    public void UntilReset_SpreadsTheWakingAndKnowsAPastReset()
    {
        var limit = new AgentRunResult { FailureClass = FailureClasses.UsageLimit, ResetAt = Now.AddHours(1) };

        Assert.Equal((Now.AddHours(1), TimeSpan.FromMinutes(61)), AgentRetries.UntilReset(limit, Now, 1));
        Assert.Equal(TimeSpan.FromSeconds(1), AgentRetries.UntilReset(limit, Now.AddHours(2), 0).Wait);
        Assert.Equal(Now.AddMinutes(15), AgentRetries.UntilReset(limit with { ResetAt = null }, Now, 0).Reset);
    }
}
