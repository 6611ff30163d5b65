using Orchestrator.Messages;
using Temporalio.Activities;
using Temporalio.Exceptions;

namespace Orchestrator.Workflows.Tests;

/// <summary>An agent, planner or reviewer of a random history: works for a moment, and is stopped as a real one is.</summary>
internal static class HistoryAgent
{
    /// <summary>The longest a history may take. The pauses of one task whose agent is killed four times in a row are 10, 30 and 90 s, and
    /// other tasks may wait for it with pauses of their own.</summary>
    public static readonly TimeSpan EndsWithin = TimeSpan.FromMinutes(8);

    /// <summary>
    /// Works. A start that has ended has its outcome, whoever takes it up and whatever they were told meanwhile.
    /// </summary>
    /// <param name="hasEnded">The start has ended before.</param>
    /// <param name="isStopped">True if the agent is requested only to be stopped.</param>
    /// <param name="start">Its number.</param>
    /// <param name="stop">Interrupts it.</param>
    /// <returns>The result of the stopped agent, or null if the agent has ended.</returns>
    public static async Task<AgentRunResult?> WorkAsync(bool hasEnded, bool isStopped, int start, CancellationToken stop)
    {
        var context = ActivityExecutionContext.Current;
        try
        {
            if (!hasEnded && isStopped)
            {
                return Stopped;
            }
            if (!hasEnded)
            {
                await Task.Delay(start * 7 % 40, stop);
            }
            return null;
        }
        catch (OperationCanceledException interrupted) when (context.CancelReason is ActivityCancelReason.CancelRequested)
        {
            // The server or the disk may be away in this moment: it is not tried again, since it is to be cancelled.
            return start % 3 == 1 ? throw new IOException("the server is away", interrupted) : Stopped;
        }
        catch (OperationCanceledException stopping)
        {
            throw new ApplicationFailureException(
                "the worker stops",
                stopping,
                FailureTypes.WorkerStops,
                nonRetryable: false,
                nextRetryDelay: TimeSpan.FromMilliseconds(1)
            );
        }
    }

    private static AgentRunResult Stopped => new() { FailureClass = FailureClass.Stopped, Session = "s" };
}
