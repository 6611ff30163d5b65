using Orchestrator.Git;
using Temporalio.Activities;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>Says that an activity is alive while it waits for something that says nothing itself. Cancellation arrives with the answers.</summary>
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
        try
        {
            return await running;
        }
        catch (WorktreeReplacedException replaced)
        {
            throw new ApplicationFailureException(replaced.Message, replaced, "WorktreeGone", nonRetryable: true);
        }
    }
}
