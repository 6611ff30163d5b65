using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.Runs.Merging;
using Orchestrator.Runs.Tasks;
using Temporalio.Activities;

namespace Orchestrator.Activities;

/// <summary>Implements the activities that merge tasks. The interface documents each activity.</summary>
public sealed class MergeQueueActivities(RunServiceBundle services) : IMergeQueueActivities
{
    /// <summary>Time limit for releasing a worktree. Without this limit, a slow release would delay other merges.</summary>
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(5);

    private readonly MergeQueueBatchMerger _batches = new(services, CallingWorkflowExecution.AskAsync);

    private readonly TaskWorkImpactFinder _locator = new(services);

    private readonly TaskBranchAndWorktreePreparer _preparation = new(services);

    [Activity]
    public Task<MergedBatch> MergeBatchAsync(MergeBatchInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(async stop =>
        {
            var built = await _batches.BuildAsync(input.Build, stop);
            if (input.ToGate(built) is not { } gate)
            {
                return new MergedBatch(built);
            }
            var gated = await _batches.GateAsync(gate, stop);
            return input.ToLand(built, gated) is { } land
                ? new MergedBatch(built, gated, await ReleaseAsync(input.Build, await _batches.LandAsync(land, stop), stop))
                : new MergedBatch(built, gated);
        });

    [Activity]
    public Task<IReadOnlyList<AffectedRepositoryParts>> LocateWorkAsync(FindAffectedRepositoryPartsInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _locator.LocateAsync(input, stop));

    [Activity]
    public Task<IReadOnlyList<MergeResult>> BuildBatchAsync(BuildBatchInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _batches.BuildAsync(input, stop));

    [Activity]
    public Task<MergeResult> GateBatchAsync(VerifyMergeBatchInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _batches.GateAsync(input, stop));

    [Activity]
    public Task<IReadOnlyList<MergeResult>> LandBatchAsync(AdvanceStagingBranchInput input) =>
        ActivityHeartbeatSender.RunWithHeartbeatsAsync(stop => _batches.LandAsync(input, stop));

    /// <summary>
    /// Releases the worktrees of merged tasks. If a release fails or takes too long, the task's workflow later releases the worktree
    /// itself.
    /// </summary>
    private async Task<IReadOnlyList<MergeResult>> ReleaseAsync(
        BuildBatchInput batch,
        IReadOnlyList<MergeResult> landed,
        CancellationToken stop
    )
    {
        var released = batch.Requests.Where(request => request.Releases).Select(request => request.TaskId).ToHashSet();
        return await Task.WhenAll(landed.Select(ReleaseOneAsync));

        async Task<MergeResult> ReleaseOneAsync(MergeResult result)
        {
            if (!result.Merged || !released.Contains(result.TaskId))
            {
                return result;
            }
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(ReleaseLimit);
            try
            {
                var release = new ReleaseTaskInput(batch.RunId, batch.Repository, batch.PlanHash, result.TaskId);
                await _preparation.ReleaseAsync(release, limit.Token);
                return result with { Released = true };
            }
            catch (Exception) when (!stop.IsCancellationRequested)
            {
                return result;
            }
        }
    }
}
