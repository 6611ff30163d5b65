using System.Collections.Concurrent;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Workflows.Tests;

/// <summary>Activities of the merge queue.</summary>
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

    /// <summary>Trees that gates were run on: what was merged in each, and how often a gate is tried.</summary>
    public ConcurrentQueue<VerifyMergeBatchInput> Gated { get; } = new();

    /// <summary>Moves of staging over merges, in order.</summary>
    public ConcurrentQueue<AdvanceStagingBranchInput> Landings { get; } = new();

    /// <summary>The gates' verdict on a tree, or null to combine the results of <see cref="Merge"/> for the requests in the tree.</summary>
    public Func<VerifyMergeBatchInput, MergeResult?> GateBatch { get; set; } = _ => null;

    /// <summary>The result of building a batch, decided before the build.</summary>
    public Func<BuildBatchInput, IReadOnlyList<MergeResult>?> BuildBatch { get; set; } = _ => null;

    /// <summary>Decides if staging can be moved, with the note of the result.</summary>
    public Func<AdvanceStagingBranchInput, (bool Landed, string Note)> LandBatch { get; set; } = _ => (true, "");

    /// <summary>Parts of the repository that work can influence; none for all.</summary>
    public Func<TaskMergeRequest, IReadOnlyList<string>> PartsOf { get; set; } = _ => [];

    [Activity]
    public Task<IReadOnlyList<AffectedRepositoryParts>> LocateWorkAsync(FindAffectedRepositoryPartsInput input) =>
        Task.FromResult<IReadOnlyList<AffectedRepositoryParts>>([
            .. input.Requests.Select(request => new AffectedRepositoryParts(PartsOf(request))),
        ]);

    [Activity]
    public async Task<MergedBatch> MergeBatchAsync(MergeBatchInput input)
    {
        var built = await BuildBatchAsync(input.Build);
        if (input.ToGate(built) is not { } gate)
        {
            return new MergedBatch(built);
        }
        var gated = await GateBatchAsync(gate);
        return input.ToLand(built, gated) is { } land
            ? new MergedBatch(built, gated, [.. (await LandBatchAsync(land)).Select(result => ReleaseMerged(input, result))])
            : new MergedBatch(built, gated);
    }

    private MergeResult ReleaseMerged(MergeBatchInput input, MergeResult result)
    {
        if (!result.Merged || !input.Build.Requests.Any(request => request.Releases && request.TaskId == result.TaskId))
        {
            return result;
        }
        if (!Release(new ReleaseTaskInput(input.Build.RunId, input.Build.Repository, "", result.TaskId)).IsCompletedSuccessfully)
        {
            return result;
        }
        Released.Enqueue(result.TaskId);
        return result with { Released = true };
    }

    [Activity]
    public Task<IReadOnlyList<MergeResult>> BuildBatchAsync(BuildBatchInput input) =>
        WithHeartbeatsAsync(async stop =>
        {
            if (BuildBatch(input) is { } given)
            {
                return given;
            }
            if (input.Requests.Count == 1)
            {
                await WhileMerging(stop);
            }
            var (tip, results) = (input.Onto.Length > 0 ? input.Onto : input.StagingTip, new List<MergeResult>());
            foreach (var request in input.Requests)
            {
                // As in a repository: what is merged is not merged again.
                if (_merges.TryGetValue(Key(input.RunId, request.TaskId, request.Attempt), out var done))
                {
                    results.Add(done with { Onto = tip });
                    continue;
                }
                var made = Of(request) with
                {
                    Outcome = MergeOutcome.Made,
                    Onto = tip,
                    Commit = $"merge-{request.TaskId}-{request.Attempt}",
                };
                if (input.Requests.Count == 1)
                {
                    var said = Merge(request) with { TaskId = request.TaskId, Attempt = request.Attempt, Onto = tip };
                    if (said.Outcome == MergeOutcome.Conflict || said.FailureClass == FailureClass.Transient)
                    {
                        results.Add(said);
                        continue;
                    }
                    _alone[made.Commit] = said;
                }
                results.Add(made);
                tip = made.Commit;
            }
            return (IReadOnlyList<MergeResult>)results;
        });

    [Activity]
    public Task<MergeResult> GateBatchAsync(VerifyMergeBatchInput input) =>
        WithHeartbeatsAsync(async stop =>
        {
            if (input.Requests.Count > 1)
            {
                await WhileMerging(stop);
            }
            Gated.Enqueue(input);
            var last = input.Requests[^1];
            var said =
                GateBatch(input)
                ?? (
                    input.Requests.Count == 1 && _alone.TryGetValue(input.Commit, out var alone)
                        ? alone
                        : input.Requests.Select(Merge).LastOrDefault(result => !result.Merged)
                );
            return said is { Outcome: MergeOutcome.Refused or MergeOutcome.Conflict }
                ? said with
                {
                    TaskId = last.TaskId,
                    Attempt = last.Attempt,
                    Failed = said.Failed.Count > 0 ? said.Failed : ["tests"],
                    Failures = input.Tries,
                }
                : (said ?? Of(last)) with
                {
                    Outcome = MergeOutcome.Made,
                };
        });

    [Activity]
    public Task<IReadOnlyList<MergeResult>> LandBatchAsync(AdvanceStagingBranchInput input)
    {
        var (landed, note) = LandBatch(input);
        IReadOnlyList<MergeResult> merges = [.. input.Merges.Select(merge => merge with { Note = note })];
        if (landed)
        {
            Landings.Enqueue(input);
            merges = [.. merges.Select(merge => merge with { Outcome = MergeOutcome.Merged })];
            foreach (var merge in merges.Where(merge => _merges.TryAdd(Key(input.RunId, merge.TaskId, merge.Attempt), merge)))
            {
                Merged.Enqueue(merge.TaskId);
            }
        }
        return Task.FromResult(merges);
    }

    private static string Key(string run, string task, int attempt) => $"{run}/{task} {attempt}";

    private static MergeResult Of(TaskMergeRequest request) => new() { TaskId = request.TaskId, Attempt = request.Attempt };
}
