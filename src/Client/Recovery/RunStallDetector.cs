using Temporalio.Api.Workflow.V1;

namespace Orchestrator.Client;

/// <summary>
/// Detects whether a run makes progress, from the server's records of the run's activities. A caller compares two results and measures time
/// only by its own clock, because the server's and the host's clocks might be wrong.
/// </summary>
public static class RunStallDetector
{
    /// <summary>Describes the pending activities that a run has on its owner host.</summary>
    /// <param name="client">Client of the server that hosts the run.</param>
    /// <param name="runId">Id of the run.</param>
    /// <param name="machine">Identity of the run's owner host.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <returns>Text that changes when a worker starts an activity or sends a heartbeat. Null if the run does not wait for a worker
    /// there.</returns>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public static async Task<string?> DescribePendingActivitiesAsync(
        ITemporalClient client,
        string runId,
        string machine,
        CancellationToken cancellation = default
    ) =>
        Of(
            await UnreachableHostDetector.PendingAsync(client, runId, new RpcOptions { CancellationToken = cancellation }, cancellation),
            machine
        );

    /// <summary>True if a worker on a host is executing an activity of a run.</summary>
    /// <param name="client">Client of the server that hosts the run.</param>
    /// <param name="runId">Id of the run.</param>
    /// <param name="machine">Identity of the host.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public static async Task<bool> IsAtWorkAsync(
        ITemporalClient client,
        string runId,
        string machine,
        CancellationToken cancellation = default
    ) =>
        (await UnreachableHostDetector.PendingAsync(client, runId, new RpcOptions { CancellationToken = cancellation }, cancellation)).Any(
            step =>
                step.State is PendingActivityState.Started or PendingActivityState.CancelRequested
                && UnreachableHostDetector.MachineOf(step) == machine
        );

    /// <summary>
    /// Describes the pending activities of a run in the same way as <see cref="DescribePendingActivitiesAsync"/>. Does not call the
    /// server or read the clock.
    /// </summary>
    /// <param name="pending">Pending activities of the run.</param>
    /// <param name="machine">Identity of the run's owner host. Activities on other hosts are ignored.</param>
    public static string? Of(IReadOnlyCollection<PendingActivityInfo> pending, string machine)
    {
        var steps = pending
            .Where(step => step.State != PendingActivityState.Paused && !UnreachableHostDetector.IsElsewhere(step, machine))
            .ToList();
        // While a retry is scheduled for later, the run does not wait for a worker.
        return
            steps.Count == 0 || steps.Exists(step => step is { State: PendingActivityState.Scheduled, NextAttemptScheduleTime: not null })
            ? null
            : string.Join(
                '\n',
                steps
                    .Select(step => $"{step.ActivityId} {step.ScheduledTime} {step.State} {step.Attempt} {step.LastHeartbeatTime}")
                    .Order(StringComparer.Ordinal)
            );
    }
}
