using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Merging;
using Orchestrator.Runs.Merging.Preflight;
using Orchestrator.Runs.Tasks.Transfer;
using Temporalio.Activities;
using Temporalio.Exceptions;

namespace Orchestrator.Activities;

/// <summary>Implements the activities for the slots of distributed runs. The interface documents each activity.</summary>
/// <param name="services">Services that activities use on this host.</param>
/// <param name="here">Repository that the worker serves.</param>
/// <param name="remote">Same as in <see cref="GitRemoteTaskStateExchanger"/>.</param>
/// <param name="slots">Slots of this host, which all its task queues share.</param>
/// <param name="readiness">Checks that this host can execute a task now. Null if this host offers no slots.</param>
public sealed class HostSlotActivities(
    RunServiceBundle services,
    RepositoryReference here,
    string? remote,
    HostSlots slots,
    HostReadinessChecker? readiness
) : IHostSlotActivities
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly GitRemoteTaskStateExchanger _share = new(services, remote);
    private readonly OtherHostMergeGateRunner _merges = new(services, remote, CallingWorkflowExecution.AskAsync);
    private readonly SlotHolderRecords _held = SlotHolderRecords.Of(services);

    [Activity]
    public async Task HoldPlaceAsync(HoldSlotInput input)
    {
        ReserveSlot();
        try
        {
            await ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => RequireReadyHostAsync(input, stop));
            await HoldAsync(input);
        }
        finally
        {
            slots.ReleaseSlot();
        }
    }

    [Activity]
    public Task ShareMergeAsync(VerifyMergeBatchInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _merges.ShareAsync(input, stop));

    [Activity]
    public async Task<MergeResult> GateMergeAsync(VerifyPublishedMergeInput input)
    {
        ReserveSlot();
        try
        {
            return await ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop =>
                _merges.GateAsync(input.Gate, isHome: input.HomeQueue == here.Queue, stop)
            );
        }
        finally
        {
            slots.ReleaseSlot();
        }
    }

    [Activity]
    public Task WithdrawMergeAsync(VerifyMergeBatchInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _merges.WithdrawAsync(input, stop));

    private void ReserveSlot()
    {
        if (!slots.TryTake())
        {
            throw new RunStepFailedException($"{services.Host} has no free slot", FailureTypes.NoPlace)
            {
                IsFinal = false,
                RetryAfter = Pause,
            };
        }
    }

    /// <summary>
    /// Fails if this host can't execute the task now, for example because of low disk space or a missing agent program. The activity is
    /// then retried, and another host can take the task.
    /// </summary>
    private async Task RequireReadyHostAsync(HoldSlotInput input, CancellationToken stop)
    {
        if (readiness is not null && await readiness.FindProblemAsync(input.Agent, stop) is { } problem)
        {
            throw new RunStepFailedException($"{services.Host} does not currently accept tasks: {problem}", FailureTypes.HostNotReady)
            {
                IsFinal = false,
                RetryAfter = Pause,
            };
        }
    }

    private async Task HoldAsync(HoldSlotInput input)
    {
        var (isHome, isStopped) = (input.HomeQueue == here.Queue, false);
        var held = new LocalRepositoryTaskReference(input.RunId, here, input.TaskId);
        _held.RecordSlot(held);
        try
        {
            isStopped = await ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => KeepAsync(input, held, isHome, stop));
            if (isStopped)
            {
                // Another host may continue the task, or this host after its worker has restarted.
                throw new RunStepFailedException($"The worker on {services.Host} is shutting down", FailureTypes.WorkerStops)
                {
                    IsFinal = false,
                };
            }
        }
        finally
        {
            _held.RecordSlotRelease(held);
            if (!isHome && !isStopped)
            {
                await _share.RemoveAssignmentAsync(held, unlessHeld: true);
            }
        }
    }

    [Activity]
    public Task HandTaskAsync(PushTaskWorkInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _share.PublishAsync(input, stop));

    [Activity]
    public Task TakeTaskAsync(FetchTaskWorkInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _share.FetchTaskAsync(input, isHost: input.HomeQueue != here.Queue, stop));

    /// <summary>Holds the slot until the task no longer needs it, and publishes the task's work at intervals.</summary>
    /// <returns>True if the worker is stopping, so that the task may continue on this host after a restart.</returns>
    private async Task<bool> KeepAsync(HoldSlotInput input, LocalRepositoryTaskReference held, bool isHome, CancellationToken stop)
    {
        var context = ActivityExecutionContext.Current;
        var task = CurrentTask.Workflow;
        var isKept = HostTaskAssignmentStore.Has(held);
        try
        {
            await task.SignalAsync(workflow =>
                workflow.PlacedAsync(new TaskHostSlot(here, context.Info.Attempt) { Kept = isKept, Number = input.Number })
            );
        }
        catch (RpcException closed) when (closed.Code == RpcException.StatusCode.NotFound)
        {
            return false;
        }
        var last = services.Time.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            if (!isHome && HostTaskAssignmentStore.IntervalOf(held) is { } interval && services.Time.GetElapsedTime(last) >= interval)
            {
                await ShareAsync(held, stop);
                last = services.Time.GetTimestamp();
            }
            await Task.WhenAny(Task.Delay(Pause, services.Time, stop));
        }
        return context.CancelReason is ActivityCancelReason.WorkerShutdown;
    }

    private async Task ShareAsync(LocalRepositoryTaskReference held, CancellationToken stop)
    {
        try
        {
            await _share.PushIfPlacedAsync(held, asking => TaskOnThisHostChecker.IsHereAsync(CurrentTask.Workflow, here, asking), stop);
        }
        catch (Exception missed) when (missed is not OperationCanceledException)
        {
            // The next push follows soon, and every activity pushes its result before it completes.
        }
    }
}

/// <summary>
/// Slots that this host offers to distributed runs. All task queues of the host share the slots. The initial number is zero.
/// </summary>
public sealed class HostSlots
{
    private readonly Lock _lock = new();
    private int _taken;

    /// <summary>Number of slots that this host offers.</summary>
    public int Count { get; private set; }

    /// <summary>Raises the number of slots to <paramref name="count"/> if it is lower.</summary>
    public void MakeAtLeast(int count)
    {
        lock (_lock)
        {
            Count = Math.Max(Count, count);
        }
    }

    /// <summary>Takes a slot. Returns false if no slot is free.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            var isFree = _taken < Count;
            _taken += isFree ? 1 : 0;
            return isFree;
        }
    }

    /// <summary>Releases a slot.</summary>
    public void ReleaseSlot()
    {
        lock (_lock)
        {
            _taken--;
        }
    }
}
