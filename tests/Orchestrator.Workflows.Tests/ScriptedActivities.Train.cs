using System.Collections.Concurrent;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Workflows.Tests;

/// <summary>Those of the merge train.</summary>
internal sealed partial class ScriptedActivities
{
    private async Task CloseTrainAsync(string runId)
    {
        var train = client.GetWorkflowHandle<IMergeTrainWorkflow>(RunIds.ForTrain(runId));
        try
        {
            await train.SignalAsync(w => w.CloseAsync("reset"));
            while ((await train.DescribeAsync()).Status == Temporalio.Api.Enums.V1.WorkflowExecutionStatus.Running)
            {
                await Task.Delay(20);
            }
        }
        catch (RpcException missing) when (missing.Code == RpcException.StatusCode.NotFound)
        {
            // There is none.
        }
    }

    [Activity]
    public Task<MergeResult> MergeTaskAsync(MergeTaskInput input) =>
        WithHeartbeatsAsync(async stop =>
        {
            await WhileMerging(stop);
            // As in a repository: what is merged is not merged again.
            var key = $"{input.RunId}/{input.Request.TaskId} {input.Request.Attempt}";
            if (_merges.TryGetValue(key, out var done))
            {
                return done;
            }
            var result = Merge(input);
            if (result.Merged && _merges.TryAdd(key, result))
            {
                Merged.Enqueue(input.Request.TaskId);
            }
            return result;
        });

    /// <summary>Batches that gates were run on: what was merged, and how often a gate is tried.</summary>
    public ConcurrentQueue<GateBatchInput> Gated { get; } = new();

    /// <summary>How staging moved over batches.</summary>
    public ConcurrentQueue<LandBatchInput> Landings { get; } = new();

    /// <summary>What gates say of a batch; by default what <see cref="Merge"/> says of each that is in it.</summary>
    public Func<GateBatchInput, BatchGated>? GateBatch { get; set; }

    /// <summary>What comes of a batch when it is made, before it is.</summary>
    public Func<BuildBatchInput, BatchBuilt?> BuildBatch { get; set; } = _ => null;

    /// <summary>Whether staging can be moved.</summary>
    public Func<LandBatchInput, BatchLanded> LandBatch { get; set; } = _ => new BatchLanded(true);

    [Activity]
    public Task<BatchBuilt> BuildBatchAsync(BuildBatchInput input)
    {
        if (BuildBatch(input) is { } given)
        {
            return Task.FromResult(given);
        }
        var (tip, merges) = (input.StagingTip, new List<BuiltMerge>());
        foreach (var request in input.Requests)
        {
            if (_merges.TryGetValue($"{input.RunId}/{request.TaskId} {request.Attempt}", out var done))
            {
                merges.Add(new BuiltMerge("", done));
                continue;
            }
            var commit = $"merge-{request.TaskId}-{request.Attempt}";
            _built[commit] = (tip, new MergeTaskInput(input.RunId, input.Repository, input.PlanHash, "staging", request));
            tip = commit;
            merges.Add(new BuiltMerge(commit));
        }
        return Task.FromResult(new BatchBuilt { Base = input.StagingTip, Merges = merges });
    }

    [Activity]
    public Task<BatchGated> GateBatchAsync(GateBatchInput input) =>
        WithHeartbeatsAsync(async stop =>
        {
            await WhileMerging(stop);
            Gated.Enqueue(input);
            if (GateBatch is { } gate)
            {
                return gate(input);
            }
            var failed = input
                .Requests.Select(request => Merge(new MergeTaskInput(input.RunId, input.Repository, input.PlanHash, "staging", request)))
                .LastOrDefault(result => !result.Merged);
            return failed is null
                ? new BatchGated(
                    new GateSummary
                    {
                        Proof = GateProof.Verified,
                        Total = 1,
                        Passed = 1,
                    }
                )
                : new BatchGated(
                    new GateSummary
                    {
                        Proof = GateProof.Failed,
                        Total = 1,
                        Failed = ["tests"],
                    },
                    failed
                );
        });

    [Activity]
    public Task<BatchLanded> LandBatchAsync(LandBatchInput input)
    {
        var landed = LandBatch(input);
        if (landed.Landed)
        {
            Landings.Enqueue(input);
            var chain = new Stack<MergeTaskInput>();
            for (var commit = input.To; commit != input.From; commit = _built[commit].Before)
            {
                chain.Push(_built[commit].Merge);
            }
            foreach (var merge in chain)
            {
                var result = new MergeResult { Merged = true, Commit = $"merge-{merge.Request.TaskId}-{merge.Request.Attempt}" };
                if (_merges.TryAdd($"{merge.RunId}/{merge.Request.TaskId} {merge.Request.Attempt}", result))
                {
                    Merged.Enqueue(merge.Request.TaskId);
                }
            }
        }
        return Task.FromResult(landed);
    }
}
