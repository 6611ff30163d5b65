using System.Collections.Concurrent;
using Orchestrator.Messages;
using Temporalio.Activities;
using Temporalio.Exceptions;

namespace Orchestrator.Workflows.Tests;

/// <summary>Places for tasks of runs that spread theirs.</summary>
internal sealed partial class ScriptedActivities : IHostSlotActivities
{
    /// <summary>Changes to slots, in order.</summary>
    public ConcurrentQueue<string> Placing { get; } = new();

    /// <summary>Times that tasks have waited for a slot here.</summary>
    public ConcurrentQueue<TimeSpan> PlaceWaits { get; } = new();

    /// <summary>The reason why the host accepts no task now, or null if it accepts tasks.</summary>
    public string? TakesNone { get; set; }

    [Activity]
    public async Task HoldPlaceAsync(HoldSlotInput input)
    {
        var context = ActivityExecutionContext.Current;
        if (TakesNone is { } why)
        {
            throw new ApplicationFailureException(why, FailureTypes.HostNotReady, false, nextRetryDelay: TimeSpan.FromMilliseconds(200));
        }
        Placing.Enqueue($"hold {input.TaskId}");
        PlaceWaits.Enqueue(context.Info.StartedTime - context.Info.CurrentAttemptScheduledTime);
        var place = new TaskHostSlot(new("/there", "key2", queue) { Host = "desk" }, context.Info.Attempt) { Number = input.Number };
        await client.GetWorkflowHandle<ITaskWorkflow>(context.Info.WorkflowId!).SignalAsync(task => task.PlacedAsync(place));
        while (!context.CancellationToken.IsCancellationRequested)
        {
            context.Heartbeat();
            await Task.Delay(100);
        }
        if (context.CancelReason is ActivityCancelReason.CancelRequested or ActivityCancelReason.GoneFromServer)
        {
            Placing.Enqueue($"left {input.TaskId}");
        }
    }

    [Activity]
    public Task HandTaskAsync(PushTaskWorkInput input)
    {
        Placing.Enqueue($"hand {input.TaskId}");
        return Task.CompletedTask;
    }

    [Activity]
    public Task TakeTaskAsync(FetchTaskWorkInput input)
    {
        Placing.Enqueue($"take {input.TaskId}");
        return Task.CompletedTask;
    }

    [Activity]
    public Task ShareMergeAsync(VerifyMergeBatchInput input)
    {
        Placing.Enqueue($"share {input.Commit}");
        return Task.CompletedTask;
    }

    /// <summary>The verdict of a host on a published merge, or null if it has no free slot.</summary>
    public Func<VerifyPublishedMergeInput, MergeResult?> GateMerge { get; set; } = _ => null;

    [Activity]
    public Task<MergeResult> GateMergeAsync(VerifyPublishedMergeInput input) =>
        Task.FromResult(GateMerge(input) ?? throw new ApplicationFailureException("no slot is free", FailureTypes.NoPlace));

    [Activity]
    public Task WithdrawMergeAsync(VerifyMergeBatchInput input)
    {
        Placing.Enqueue($"withdraw {input.Commit}");
        return Task.CompletedTask;
    }
}
