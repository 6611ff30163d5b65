using Orchestrator.Messages;
using Orchestrator.Runs;
using Temporalio.Activities;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>Sends heartbeats during an activity, because the server reports a cancellation only in its responses to heartbeats.</summary>
internal static class ActivityHeartbeatSender
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Sends heartbeats while the work is running.</summary>
    /// <typeparam name="T">Type of the work's result.</typeparam>
    public static async Task<T> RunWithHeartbeatsAsync<T>(Func<CancellationToken, Task<T>> work)
    {
        var context = ActivityExecutionContext.Current;
        var running = work(WorkerActivityCanceler.Token);
        await BesideAsync(running, context);
        return await running;
    }

    /// <inheritdoc cref="RunWithHeartbeatsAsync{T}"/>
    public static async Task RunWithHeartbeatsAsync(Func<CancellationToken, Task> work)
    {
        var context = ActivityExecutionContext.Current;
        var running = work(WorkerActivityCanceler.Token);
        await BesideAsync(running, context);
        await running;
    }

    private static async Task BesideAsync(Task running, ActivityExecutionContext context)
    {
        while (await Task.WhenAny(running, Task.Delay(Interval, CancellationToken.None)) != running)
        {
            context.Heartbeat();
        }
    }

    /// <summary>
    /// Runs work that sends its own heartbeats. The work is stopped if the activity is canceled or paused, or if its workflow has ended. If
    /// the activity must end for another reason, such as a stopping worker, this process only detaches from the work.
    /// </summary>
    public static async Task<T> FollowAsync<T>(Func<RunStepExecutionContext, Task<T>> work)
    {
        var context = ActivityExecutionContext.Current;
        using var stop = new CancellationTokenSource();
        using var detach = new CancellationTokenSource();
        var ending = Task.CompletedTask;
        var cancelled = WorkerActivityCanceler.Token.Register(() => ending = EndAsync());
        var info = context.Info;
        var execution =
            info.WorkflowRunId
            ?? throw new InvalidOperationException(
                $"The activity {info.ActivityType} belongs to a run and can only be called by " + "workflows."
            );
        var step = new RunStepExecutionContext(
            execution,
            $"{execution}/{info.ActivityId}/{info.Attempt}",
            stop.Token,
            detach.Token,
            () => context.Heartbeat()
        )
        {
            DetachReason = () => context.CancelReason.ToString(),
        };
        try
        {
            return await work(step);
        }
        finally
        {
            await cancelled.DisposeAsync();
            await ending;
        }

        async Task EndAsync() => await (await IsToStopAsync(context) ? stop : detach).CancelAsync();
    }

    /// <summary>
    /// True if the work must be stopped because the activity was canceled or paused, or because its workflow has ended. False if another
    /// attempt at the activity may follow, or if the server can't be reached.
    /// </summary>
    private static async Task<bool> IsToStopAsync(ActivityExecutionContext context)
    {
        if (context.CancelReason is ActivityCancelReason.CancelRequested or ActivityCancelReason.Paused)
        {
            return true;
        }
        if (context.CancelReason != ActivityCancelReason.GoneFromServer || context.Info.WorkflowId is not { } id)
        {
            return false;
        }
        try
        {
            return !await OpenWorkflowChecker.IsOpenAsync(context.TemporalClient.GetWorkflowHandle(id));
        }
        catch (Exception silent) when (silent is RpcException or RpcTimeoutOrCanceledException or InvalidOperationException)
        {
            // The server is unreachable, so another attempt may already be running.
            return false;
        }
    }
}
