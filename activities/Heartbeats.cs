using Orchestrator.Runs;
using Temporalio.Activities;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>Says that an activity is alive while its step works. Cancellation arrives with the answers.</summary>
internal static class Heartbeats
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Sends heartbeats while the work is done.</summary>
    /// <typeparam name="T">The work's task.</typeparam>
    public static async Task<T> WhileAsync<T>(Func<CancellationToken, Task<T>> work)
    {
        var context = ActivityExecutionContext.Current;
        var running = work(context.CancellationToken);
        await BesideAsync(running, context);
        return await running;
    }

    /// <inheritdoc cref="WhileAsync{T}"/>
    public static async Task WhileAsync(Func<CancellationToken, Task> work)
    {
        var context = ActivityExecutionContext.Current;
        var running = work(context.CancellationToken);
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
    /// Does work that says itself that it is alive, and that may be left as well as stopped: only who asks for the activity stops it,
    /// everything else lets go.
    /// </summary>
    public static async Task<T> FollowAsync<T>(Func<StepExecution, Task<T>> work)
    {
        var context = ActivityExecutionContext.Current;
        using var stop = new CancellationTokenSource();
        using var detach = new CancellationTokenSource();
        var turn = Task.CompletedTask;
        var cancelled = context.CancellationToken.Register(() => turn = TurnAsync());
        var info = context.Info;
        var execution =
            info.WorkflowRunId
            ?? throw new InvalidOperationException($"The activity {info.ActivityType} belongs to a run and is only called by workflows.");
        var step = new StepExecution(
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
            await turn;
        }

        async Task TurnAsync() => await (await IsToStopAsync(context) ? stop : detach).CancelAsync();
    }

    /// <summary>
    /// Stopped by who asks for it, and where nobody follows after us: the server knows this attempt no more, and the workflow that it was
    /// for is closed (it was terminated). Where the workflow is open, another attempt follows.
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
            return !await WorkflowState.IsOpenAsync(context.TemporalClient.GetWorkflowHandle(id));
        }
        catch (Exception silent) when (silent is RpcException or RpcTimeoutOrCanceledException or InvalidOperationException)
        {
            // A server that can't be asked may have another attempt at work.
            return false;
        }
    }
}
