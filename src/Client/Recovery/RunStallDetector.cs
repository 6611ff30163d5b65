using Temporalio.Api.Workflow.V1;

namespace Orchestrator.Client;

/// <summary>Detects if a run makes progress, from the server's records of its activities. A caller that compares two results needs only
/// its own clock; the clocks of the server and the inspected host may be wrong.</summary>
public static class RunStallDetector
{
    /// <summary>Describes the activities of a run on its owner host.</summary>
    /// <param name="client">Client of the server that hosts the run.</param>
    /// <param name="runId">Id of the run.</param>
    /// <param name="machine">Owner host of the run.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <returns>A text that stays the same until a worker starts an activity or heartbeats, or null if the run does not wait for a worker
    /// there.</returns>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public static async Task<string?> LookAsync(
        ITemporalClient client,
        string runId,
        string machine,
        CancellationToken cancellation = default
    ) => Of(await HostPresence.PendingAsync(client, runId, new RpcOptions { CancellationToken = cancellation }, cancellation), machine);

    /// <summary>True if a worker on a host is executing an activity of a run.</summary>
    /// <param name="client">Client of the server that hosts the run.</param>
    /// <param name="runId">Id of the run.</param>
    /// <param name="machine">The host.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public static async Task<bool> IsAtWorkAsync(
        ITemporalClient client,
        string runId,
        string machine,
        CancellationToken cancellation = default
    ) =>
        (await HostPresence.PendingAsync(client, runId, new RpcOptions { CancellationToken = cancellation }, cancellation)).Any(step =>
            step.State is PendingActivityState.Started or PendingActivityState.CancelRequested && HostPresence.MachineOf(step) == machine
        );

    /// <summary>Describes the activities of a run, as <see cref="LookAsync"/> does, without calling the server or reading the
    /// clock.</summary>
    /// <param name="pending">Pending activities of the run.</param>
    /// <param name="machine">Owner host of the run. Activities on other hosts are ignored.</param>
    public static string? Of(IReadOnlyCollection<PendingActivityInfo> pending, string machine)
    {
        var steps = pending.Where(step => step.State != PendingActivityState.Paused && !HostPresence.IsElsewhere(step, machine)).ToList();
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
