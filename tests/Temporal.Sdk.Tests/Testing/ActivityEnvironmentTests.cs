using Temporalio.Activities;
using Temporalio.Testing;
using Xunit;

namespace Orchestrator.Temporal.Sdk.Tests.Testing;

/// <summary>Activity code without a worker.</summary>
public sealed class ActivityEnvironmentTests
{
    [Fact]
    public async Task Run_Heartbeats_AreHeard()
    {
        var heard = new List<object?>();
        var environment = new ActivityEnvironment
        {
            Heartbeater = details => heard.AddRange(details),
            Info = ActivityEnvironment.DefaultInfo with { Attempt = 3 },
        };

        var attempt = await environment.RunAsync(() =>
        {
            ActivityExecutionContext.Current.Heartbeat("a", 1);
            return ActivityExecutionContext.Current.Info.Attempt;
        });

        Assert.Equal(3, attempt);
        Assert.Equal(["a", 1], heard);
        Assert.False(ActivityExecutionContext.HasCurrent);
    }

    [Fact]
    public async Task Cancel_RunningActivity_SeesTokenAndReason()
    {
        var environment = new ActivityEnvironment();
        var started = new TaskCompletionSource();
        var run = environment.RunAsync(async () =>
        {
            var context = ActivityExecutionContext.Current;
            started.SetResult();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(Timeout.Infinite, context.CancellationToken));
            return context.CancelReason;
        });
        await started.Task;

        environment.Cancel(ActivityCancelReason.Timeout);

        Assert.Equal(ActivityCancelReason.Timeout, await run);
    }
}
