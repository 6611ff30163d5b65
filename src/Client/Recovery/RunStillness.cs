using Temporalio.Api.Workflow.V1;

namespace Orchestrator.Client;

/// <summary>Checks whether anything of a run moves, by what the server knows of its steps. Who compares two looks needs no clock but its
/// own: those of the server and of the machine that is asked about may be wrong.</summary>
public static class RunStillness
{
    /// <summary>Describes the steps of a run on its own machine.</summary>
    /// <param name="client">Client of the server that holds the run.</param>
    /// <param name="runId">The run.</param>
    /// <param name="machine">The run's machine.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>As long as no worker takes a step or says that it works on one, the same text; null: the run waits for no worker
    /// there.</returns>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public static async Task<string?> LookAsync(
        ITemporalClient client,
        string runId,
        string machine,
        CancellationToken cancellation = default
    ) => Of(await MachinePresence.PendingAsync(client, runId, new RpcOptions { CancellationToken = cancellation }, cancellation), machine);

    /// <summary>True if a worker of a machine has a step of a run in hand.</summary>
    /// <param name="client">Client of the server that holds the run.</param>
    /// <param name="runId">The run.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="RpcException">The server can't be reached.</exception>
    public static async Task<bool> IsAtWorkAsync(
        ITemporalClient client,
        string runId,
        string machine,
        CancellationToken cancellation = default
    ) =>
        (await MachinePresence.PendingAsync(client, runId, new RpcOptions { CancellationToken = cancellation }, cancellation)).Any(step =>
            step.State is PendingActivityState.Started or PendingActivityState.CancelRequested && MachinePresence.MachineOf(step) == machine
        );

    /// <summary>Describes the steps of a run; see <see cref="LookAsync"/>. No server, no clock.</summary>
    /// <param name="pending">Its steps that wait or are under way.</param>
    /// <param name="machine">The run's machine. What is done on other hosts says nothing of that.</param>
    public static string? Of(IReadOnlyCollection<PendingActivityInfo> pending, string machine)
    {
        var steps = pending
            .Where(step => step.State != PendingActivityState.Paused && !MachinePresence.IsElsewhere(step, machine))
            .ToList();
        // One that is to be tried later is waited for by nobody.
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
