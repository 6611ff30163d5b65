using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Workflows.Tasks;
using Xunit;

namespace Orchestrator.Workflows.Tests.Tasks;

public sealed class AgentRunRetryDeciderTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void After_TransientFailures_WaitsLongerAndFailsAtTheLastAttempt()
    {
        var retries = new AgentRunRetryDecider(new RetryRule { MaxAttempts = 3, BaseDelay = TimeSpan.FromSeconds(2) });
        var transient = new AgentRunResult { FailureClass = FailureClass.Transient, Message = "no network" };

        Assert.Equal(AgentRunNextStep.Later, retries.After(transient).Next);
        Assert.Equal(TimeSpan.FromSeconds(2), retries.Backoff(transient, Now, 1));
        Assert.Equal(AgentRunNextStep.Later, retries.After(transient).Next);
        Assert.Equal(TimeSpan.FromSeconds(2), retries.Backoff(transient, Now, 0.5));
        Assert.Equal(TimeSpan.FromSeconds(30), retries.Backoff(transient with { ResetAt = Now.AddSeconds(30) }, Now, 1));
        Assert.Equal((AgentRunNextStep.Fail, new AgentFailedReason(new VerbatimQuote("no network"), 3)), retries.After(transient));
    }

    [Fact]
    public void After_AgentKilledAgainAndAgain_PausesLongerAndFailsAfterFiveStarts()
    {
        var retries = new AgentRunRetryDecider(new RetryRule());
        var died = new AgentRunResult { FailureClass = FailureClass.Died, Message = "killed" };

        Assert.Equal(AgentRunNextStep.Again, retries.After(died).Next);
        foreach (var seconds in (int[])[10, 30, 90])
        {
            Assert.Equal(AgentRunNextStep.Later, retries.After(died).Next);
            Assert.Equal(TimeSpan.FromSeconds(seconds), retries.Backoff(died, Now, 0.5));
        }
        Assert.Equal((AgentRunNextStep.Fail, new AgentKilledReason(5, new VerbatimQuote("killed"))), retries.After(died));
    }

    [Fact]
    public void After_RefusalsOfTheMachine_FailsAtTheFourthInARow()
    {
        var retries = new AgentRunRetryDecider(new RetryRule());
        var refused = new AgentRunResult
        {
            FailureClass = FailureClass.Environment,
            IsRefused = true,
            Message = "no sandbox",
        };

        Assert.Equal(AgentRunNextStep.Later, retries.After(refused).Next);
        Assert.Equal(AgentRunNextStep.Parked, retries.After(refused with { IsRefused = false }).Next);
        foreach (var seconds in (int[])[2, 4, 6])
        {
            Assert.Equal(AgentRunNextStep.Later, retries.After(refused).Next);
            Assert.Equal(TimeSpan.FromSeconds(seconds), retries.Backoff(refused, Now, 0.5));
        }
        Assert.Equal((AgentRunNextStep.Fail, new AgentFailedReason(new VerbatimQuote("no sandbox"))), retries.After(refused));
    }

    [Fact]
    public void After_FullDiskWithSpaceAgain_ContinuesAtOnceThreeTimesInARow()
    {
        var retries = new AgentRunRetryDecider(new RetryRule());
        var full = new AgentRunResult
        {
            FailureClass = FailureClass.Environment,
            Message = "No space left on device",
            HasSpaceAgain = true,
        };

        Assert.Equal(AgentRunNextStep.Parked, retries.After(full with { HasSpaceAgain = false }).Next);
        Assert.All(Enumerable.Range(1, 3), _ => Assert.Equal(AgentRunNextStep.Again, retries.After(full).Next));
        Assert.Equal(AgentRunNextStep.Parked, retries.After(full).Next);
    }

    [Fact]
    public void After_KillsForWantOfMemory_ParksTheTaskAlone()
    {
        var retries = new AgentRunRetryDecider(new RetryRule());
        var died = new AgentRunResult { FailureClass = FailureClass.OutOfMemory, Message = "no memory" };

        AgentRunNextStep[] next = [.. Enumerable.Range(0, 6).Select(_ => retries.After(died).Next)];

        Assert.Equal(
            [
                AgentRunNextStep.Again,
                AgentRunNextStep.Later,
                AgentRunNextStep.Later,
                AgentRunNextStep.Later,
                AgentRunNextStep.ParkedAlone,
                AgentRunNextStep.ParkedAlone,
            ],
            next
        );
    }

    /// <summary>An agent that worked for long does not count as one of several quick failures in a row.</summary>
    [Fact]
    public void After_KillsAndTransientFailures_CountsBothUnlessOneRanForLong()
    {
        var (mixed, patient) = (new AgentRunRetryDecider(new RetryRule()), new AgentRunRetryDecider(new RetryRule()));
        var died = new AgentRunResult { FailureClass = FailureClass.Died, Message = "killed" };
        var transient = new AgentRunResult { FailureClass = FailureClass.Transient, Message = "no network" };

        foreach (var result in (AgentRunResult[])[transient, died, transient, died])
        {
            Assert.NotEqual(AgentRunNextStep.Fail, mixed.After(result).Next);
        }
        Assert.Equal(AgentRunNextStep.Fail, mixed.After(died).Next);
        Assert.All(Enumerable.Range(0, 20), _ => Assert.Equal(AgentRunNextStep.Again, patient.After(died, TimeSpan.FromHours(1)).Next));
    }

    [Theory]
    [InlineData(FailureClass.None, nameof(AgentRunNextStep.Done))]
    [InlineData(FailureClass.Stopped, nameof(AgentRunNextStep.Stopped))]
    [InlineData(FailureClass.UsageLimit, nameof(AgentRunNextStep.AtReset))]
    [InlineData(FailureClass.Account, nameof(AgentRunNextStep.Parked))]
    [InlineData(FailureClass.Environment, nameof(AgentRunNextStep.Parked))]
    [InlineData(FailureClass.Blocked, nameof(AgentRunNextStep.Answered))]
    [InlineData(FailureClass.Held, nameof(AgentRunNextStep.Again))]
    [InlineData(FailureClass.GaveUp, nameof(AgentRunNextStep.Fail))]
    [InlineData(FailureClass.Limit, nameof(AgentRunNextStep.Fail))]
    public void After_Outcome_SaysWhatComesNext(FailureClass failureClass, string next) =>
        Assert.Equal(
            next,
            new AgentRunRetryDecider(new RetryRule())
                .After(new AgentRunResult { FailureClass = failureClass, Message = "m" })
                .Next.ToString()
        );

    [Fact]
    public void UntilReset_AnswerOfTheGovernor_IsTaken()
    {
        var limit = new AgentRunResult
        {
            FailureClass = FailureClass.UsageLimit,
            ResetAt = Now.AddHours(1),
            WakeAt = Now.AddMinutes(61),
        };

        Assert.Equal((Now.AddHours(1), TimeSpan.FromMinutes(61)), AgentRunRetryDecider.ComputeResetWait(limit, Now));
        Assert.Equal(TimeSpan.FromSeconds(1), AgentRunRetryDecider.ComputeResetWait(limit, Now.AddHours(2)).Wait);
    }

    [Fact]
    public void UntilReset_GovernorWasNotAsked_WaitsForTheResetOrAFixedTime()
    {
        var limit = new AgentRunResult { FailureClass = FailureClass.UsageLimit, ResetAt = Now.AddHours(1) };

        Assert.Equal((Now.AddHours(1), TimeSpan.FromHours(1)), AgentRunRetryDecider.ComputeResetWait(limit, Now));
        Assert.Equal(TimeSpan.FromSeconds(30), AgentRunRetryDecider.ComputeResetWait(limit, Now.AddHours(2)).Wait);
        Assert.Equal(Now.AddMinutes(15), AgentRunRetryDecider.ComputeResetWait(limit with { ResetAt = null }, Now).Reset);
    }

    /// <summary>Throttling is no failure of the task: it uses no attempt, however often it comes, and the service's word takes
    /// precedence.</summary>
    [Fact]
    public void After_ThrottledAgainAndAgain_PausesLongerAndNeverFails()
    {
        var retries = new AgentRunRetryDecider(new RetryRule { MaxAttempts = 2 });
        var throttled = new AgentRunResult { FailureClass = FailureClass.Throttled, Message = "429" };
        var waits = new List<double>();

        for (var start = 0; start < 8; start++)
        {
            Assert.Equal(AgentRunNextStep.Later, retries.After(throttled).Next);
            waits.Add(retries.Backoff(throttled, Now, 0).TotalSeconds);
        }

        Assert.Equal([30, 60, 120, 240, 480, 900, 900, 900], waits);
        Assert.Equal(TimeSpan.FromHours(1), retries.Backoff(throttled with { ResetAt = Now.AddHours(1) }, Now, 0));
        Assert.Equal(AgentRunNextStep.Later, retries.After(new AgentRunResult { FailureClass = FailureClass.Transient }).Next);
    }
}
