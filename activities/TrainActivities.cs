using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Merging;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>Implements the activities that merge tasks. The interface documents each activity.</summary>
public sealed class TrainActivities(RunServices services) : ITrainActivities
{
    private readonly MergeQueueBatches _batches = new(services, CallingWorkflowExecution.AskAsync);

    private readonly AffectedPartsFinder _locator = new(services);

    [Activity]
    public Task<MergedBatch> MergeBatchAsync(MergeBatchInput input) =>
        ActivityHeartbeats.WhileAsync(async stop =>
        {
            var built = await _batches.BuildAsync(input.Build, stop);
            if (input.ToGate(built) is not { } gate)
            {
                return new MergedBatch(built);
            }
            var gated = await _batches.GateAsync(gate, stop);
            return input.ToLand(built, gated) is { } land
                ? new MergedBatch(built, gated, await _batches.LandAsync(land, stop))
                : new MergedBatch(built, gated);
        });

    [Activity]
    public Task<IReadOnlyList<WorkLocation>> LocateWorkAsync(LocateInput input) =>
        ActivityHeartbeats.WhileAsync(stop => _locator.LocateAsync(input, stop));

    [Activity]
    public Task<IReadOnlyList<MergeResult>> BuildBatchAsync(BuildBatchInput input) =>
        ActivityHeartbeats.WhileAsync(stop => _batches.BuildAsync(input, stop));

    [Activity]
    public Task<MergeResult> GateBatchAsync(GateBatchInput input) => ActivityHeartbeats.WhileAsync(stop => _batches.GateAsync(input, stop));

    [Activity]
    public Task<IReadOnlyList<MergeResult>> LandBatchAsync(LandBatchInput input) =>
        ActivityHeartbeats.WhileAsync(stop => _batches.LandAsync(input, stop));
}
