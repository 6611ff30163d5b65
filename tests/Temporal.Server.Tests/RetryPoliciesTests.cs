using Google.Protobuf.WellKnownTypes;
using Temporal.Server.History;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

public sealed class RetryPoliciesTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 16)]
    [InlineData(8, 100)]
    [InlineData(10_000, 100)]
    public void Interval_OfDefaults_DoublesUpToAHundredTimes(int attempt, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryPolicies.Interval(RetryPolicies.WithDefaults(null), attempt));

    [Fact]
    public void Next_WithoutPolicy_SaysSo() =>
        Assert.Equal(RetryState.RetryPolicyNotSet, RetryPolicies.Next(null, 1, Application("A"), Now, null).State);

    [Fact]
    public void Next_AtMaximumAttempts_Ends() =>
        Assert.Equal(
            RetryState.MaximumAttemptsReached,
            RetryPolicies.Next(new RetryPolicy { MaximumAttempts = 3 }, 3, Application("A"), Now, null).State
        );

    [Fact]
    public void Next_NonRetryableType_Ends()
    {
        var policy = new RetryPolicy { NonRetryableErrorTypes = { "A" } };

        Assert.Equal(RetryState.NonRetryableFailure, RetryPolicies.Next(policy, 1, Application("A"), Now, null).State);
        Assert.Equal(RetryState.InProgress, RetryPolicies.Next(policy, 1, Application("B"), Now, null).State);
    }

    [Fact]
    public void Next_PastTheExpiration_EndsAsTimeout()
    {
        var policy = new RetryPolicy { InitialInterval = Duration.FromTimeSpan(TimeSpan.FromSeconds(10)) };

        Assert.Equal(RetryState.Timeout, RetryPolicies.Next(policy, 1, Application("A"), Now, Now.AddSeconds(9)).State);
        Assert.Equal(RetryState.InProgress, RetryPolicies.Next(policy, 1, Application("A"), Now, Now.AddSeconds(10)).State);
    }

    [Fact]
    public void Next_FailureNamesTheDelay_TakesIt()
    {
        var failure = Application("A");
        failure.ApplicationFailureInfo.NextRetryDelay = Duration.FromTimeSpan(TimeSpan.FromSeconds(7));

        Assert.Equal((RetryState.InProgress, TimeSpan.FromSeconds(7)), RetryPolicies.Next(new RetryPolicy(), 1, failure, Now, null));
    }

    [Theory]
    [InlineData(TimeoutType.StartToClose, RetryState.InProgress)]
    [InlineData(TimeoutType.Heartbeat, RetryState.InProgress)]
    [InlineData(TimeoutType.ScheduleToClose, RetryState.Timeout)]
    [InlineData(TimeoutType.ScheduleToStart, RetryState.Timeout)]
    public void Next_OfTimeouts_RetriesOnlyThoseOfOneAttempt(TimeoutType type, RetryState state) =>
        Assert.Equal(state, RetryPolicies.Next(new RetryPolicy(), 1, ServerFailureFactory.Timeout(type, "late"), Now, null).State);

    private static Failure Application(string type) =>
        new()
        {
            Message = "failed",
            ApplicationFailureInfo = new ApplicationFailureInfo { Type = type },
        };
}
