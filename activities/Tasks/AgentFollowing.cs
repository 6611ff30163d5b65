using Orchestrator.Agents;
using Orchestrator.Contracts;
using Temporalio.Activities;
using Temporalio.Exceptions;

namespace Orchestrator.Activities.Tasks;

/// <summary>
/// One agent start: begun, or taken up where it is. The agent does not depend on this process: when the worker stops or dies it works on, and the next
/// attempt of this activity, here or in a successor, follows the same start.
/// </summary>
internal static class AgentFollowing
{
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(2);

    /// <summary>Follows a start to its end, with heartbeats. Cancelling the activity stops the agent; a worker that stops only lets go of it.</summary>
    /// <param name="runner">The kind of agent.</param>
    /// <param name="start">The start.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">It is stopped at once, unless it has ended.</param>
    /// <param name="meanwhile">Is done again and again while the agent works.</param>
    /// <param name="seen">Is told all that the agent does, from its beginning.</param>
    public static async Task<AgentOutcome> RunAsync(
        IAgentRunner runner, AgentStart start, TimeProvider time, bool stop, Func<Task>? meanwhile = null, Action<AgentEvent>? seen = null)
    {
        var context = ActivityExecutionContext.Current;
        using var detach = new CancellationTokenSource();
        var session = await new AgentSupervisor(time).StartOrAttachAsync(runner, start, CancellationToken.None);
        var progress = new AgentProgress(start.Folder, time);
        var following = session.FollowAsync(Take, 0, detach.Token);
        var stopped = stop;
        if (stop)
            await session.StopAsync(AgentStopReason.Requested);
        while (!following.IsCompleted)
        {
            if (meanwhile is not null)
                await meanwhile();
            var cancelled = Task.Delay(Timeout.Infinite, context.CancellationToken);
            await Task.WhenAny(following, stopped ? Task.Delay(HeartbeatInterval) : cancelled, Task.Delay(HeartbeatInterval));
            if (following.IsCompleted)
                break;
            context.Heartbeat();
            if (!context.CancellationToken.IsCancellationRequested || stopped)
                continue;
            if (context.CancelReason is not (ActivityCancelReason.CancelRequested or ActivityCancelReason.Paused))
            {
                await detach.CancelAsync();
                await QuietlyAsync(following);
                throw new ApplicationFailureException($"The worker stops ({context.CancelReason}); the agent works on and is taken up.", FailureTypes.WorkerStops, nonRetryable: false, nextRetryDelay: TimeSpan.FromMilliseconds(1));
            }
            stopped = true;
            await session.StopAsync(AgentStopReason.Requested);
        }
        return await following;

        ValueTask Take(AgentEvent happened)
        {
            progress.Take(happened);
            seen?.Invoke(happened);
            return ValueTask.CompletedTask;
        }
    }

    private static async Task QuietlyAsync(Task following)
    {
        try
        {
            await following;
        }
        catch (OperationCanceledException)
        {
            // Detached, as asked.
        }
    }

    /// <summary>What a start that is to be stopped came to where it was never begun, which it then never will be; null where there is something to be followed.</summary>
    /// <param name="stop">It is to be stopped.</param>
    /// <param name="folder">The start's folder.</param>
    /// <param name="session">The conversation to go on with later.</param>
    public static AgentRunResult? NeverBegun(bool stop, string folder, string session) => stop && AgentSupervisor.TryWithhold(folder)
        ? new() { FailureClass = FailureClasses.Stopped, Message = "stopped before it began", Session = session, NeverBegun = true }
        : null;
}
