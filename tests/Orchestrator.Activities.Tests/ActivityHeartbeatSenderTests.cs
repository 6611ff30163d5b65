using Orchestrator.Runs;
using Temporalio.Activities;
using Temporalio.Testing;
using Xunit;

namespace Orchestrator.Activities.Tests;

/// <summary>Causes that stop a long step, and causes that only stop waiting for it.</summary>
public sealed class ActivityHeartbeatSenderTests
{
    [Theory]
    [InlineData(ActivityCancelReason.CancelRequested, true)]
    [InlineData(ActivityCancelReason.Paused, true)]
    [InlineData(ActivityCancelReason.WorkerShutdown, false)]
    [InlineData(ActivityCancelReason.Timeout, false)]
    // The environment has no server that could say whether the workflow is open.
    [InlineData(ActivityCancelReason.GoneFromServer, false)]
    public async Task Follow_Cancelled_StopsOnlyForWhoeverAsksForTheActivity(ActivityCancelReason reason, bool stops)
    {
        var environment = new ActivityEnvironment();
        var began = new TaskCompletionSource<RunStepExecutionContext>();
        var ended = new TaskCompletionSource();
        var following = environment.RunAsync(() =>
            ActivityHeartbeatSender.FollowAsync(async execution =>
            {
                began.SetResult(execution);
                await ended.Task;
                return true;
            })
        );
        var execution = await began.Task;

        environment.Cancel(reason);
        await Task.WhenAny(CancelledAsync(execution.Stop), CancelledAsync(execution.Detach)).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal((stops, !stops), (execution.Stop.IsCancellationRequested, execution.Detach.IsCancellationRequested));
        Assert.Equal(reason.ToString(), execution.DetachReason());
        ended.SetResult();
        Assert.True(await following);
    }

    private static Task CancelledAsync(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource();
        token.Register(cancelled.SetResult);
        return cancelled.Task;
    }
}
