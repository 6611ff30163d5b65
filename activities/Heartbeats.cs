using Orchestrator.Runs;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>Says that an activity is alive while its step works. Cancellation arrives with the answers.</summary>
internal static class Heartbeats
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Does the work, with heartbeats beside it.</summary>
    public static async Task<T> WhileAsync<T>(Func<CancellationToken, Task<T>> work)
    {
        var context = ActivityExecutionContext.Current;
        var running = work(context.CancellationToken);
        while (await Task.WhenAny(running, Task.Delay(Interval, CancellationToken.None)) != running)
            context.Heartbeat();
        return await running;
    }

    /// <summary>Does work that says itself that it is alive, and that may be left as well as stopped: only who asks for the activity stops it, everything else lets go.</summary>
    public static async Task<T> FollowAsync<T>(Func<StepExecution, Task<T>> work)
    {
        var context = ActivityExecutionContext.Current;
        using var stop = new CancellationTokenSource();
        using var detach = new CancellationTokenSource();
        await using var cancelled = context.CancellationToken.Register(() =>
            (context.CancelReason is ActivityCancelReason.CancelRequested or ActivityCancelReason.Paused ? stop : detach).Cancel());
        var info = context.Info;
        var execution = info.WorkflowRunId ?? throw new InvalidOperationException($"The activity {info.ActivityType} belongs to a run and is only called by workflows.");
        return await work(new StepExecution(execution, $"{execution}/{info.ActivityId}/{info.Attempt}", stop.Token, detach.Token, () => context.Heartbeat())
        {
            DetachReason = () => context.CancelReason.ToString(),
        });
    }
}
