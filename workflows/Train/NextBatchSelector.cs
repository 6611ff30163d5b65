namespace Orchestrator.Workflows.Train;

/// <summary>
/// Chooses the entries of the next batch: the first entry in merge order that may be verified now, and the entries that can follow it.
/// </summary>
/// <remarks>
/// An entry whose footprint overlaps no current batch starts on staging. An entry that overlaps batches is built on the last of them, if
/// speculation allows that. No entry overtakes an earlier entry whose footprint overlaps its own.
/// </remarks>
internal static class NextBatchSelector
{
    /// <summary>
    /// Returns the step that creates the next batch. If that is not possible, returns a step that determines affected parts or waits.
    /// </summary>
    public static MergeQueueStepDecision Of(MergeQueueState state)
    {
        if (state.Rules is null && state.Batches.Count > 0)
        {
            return new MergeQueueStepDecision.MergeQueueWaitDecision();
        }
        var order = MergeOrderCalculator.Of(state.Ready);
        if (state.Rules is { HasLanes: true } && Unlocated(state, order) is { Count: > 0 } unlocated)
        {
            return new MergeQueueStepDecision.AffectedPartsSearchDecision(unlocated);
        }
        var held = new List<TaskMergeRequest>();
        for (var i = 0; i < order.Count; i++)
        {
            if (Below(state, order[i], held) is not { } after)
            {
                held.Add(order[i]);
                continue;
            }
            return state.Alone.Contains(order[i].TaskId)
                ? new MergeQueueStepDecision.MergeBatchCreationDecision([order[i]], after)
                : new MergeQueueStepDecision.MergeBatchCreationDecision(Gather(state, order.Skip(i), held, after), after);
        }
        return new MergeQueueStepDecision.MergeQueueWaitDecision();
    }

    private static IReadOnlyList<TaskMergeRequest> Unlocated(MergeQueueState state, IReadOnlyList<TaskMergeRequest> order) =>
        [.. order.Where(request => !state.Footprints.ContainsKey((request.TaskId, request.Attempt)))];

    /// <summary>
    /// Returns the entries of the next batch. These are the first entry and later entries that build on the same commit and have
    /// overlapping footprints.
    /// </summary>
    private static List<TaskMergeRequest> Gather(
        MergeQueueState state,
        IEnumerable<TaskMergeRequest> order,
        List<TaskMergeRequest> held,
        int after
    )
    {
        var batch = new List<TaskMergeRequest>();
        var footprint = (ChangeFootprint?)null;
        foreach (var request in order)
        {
            var own = state.FootprintOf(request);
            if (batch.Count == state.Most || state.Alone.Contains(request.TaskId))
            {
                break;
            }
            if ((footprint is null || footprint.Overlaps(own)) && Below(state, request, held) == after)
            {
                batch.Add(request);
                footprint = footprint?.With(own) ?? own;
            }
            else
            {
                held.Add(request);
            }
        }
        return batch;
    }

    /// <summary>Returns the batch that an entry must be built on, 0 for staging, or null if the entry has to wait.</summary>
    private static int? Below(MergeQueueState state, TaskMergeRequest request, List<TaskMergeRequest> held)
    {
        var own = state.FootprintOf(request);
        if (held.Exists(other => own.Overlaps(state.FootprintOf(other)) || request.DependsOn.Contains(other.TaskId)))
        {
            return null;
        }
        var overlapped = state
            .Batches.Where(batch => own.Overlaps(batch.Footprint) || batch.Rest.Any(entry => request.DependsOn.Contains(entry.TaskId)))
            .ToList();
        if (overlapped.Count == 0)
        {
            return 0;
        }
        var tip = overlapped[^1];
        var chain = Chain(state, tip);
        return
            chain.Count <= state.Rules!.Speculation
            && overlapped.TrueForAll(chain.Contains)
            && chain.TrueForAll(batch => !batch.HasFailed && batch.Landed == 0 && batch.Lacks?.Overlaps(own) != true)
            && !state.Batches.Exists(batch => batch.After == tip.Id)
            && !state.Conflicts.Contains((request.TaskId, tip.Id))
            ? tip.Id
            : null;
    }

    /// <summary>Returns a batch and all batches on which it is built.</summary>
    private static List<TrainBatch> Chain(MergeQueueState state, TrainBatch tip)
    {
        var chain = new List<TrainBatch> { tip };
        while (chain[^1].After != 0)
        {
            chain.Add(state.Find(chain[^1].After)!);
        }
        return chain;
    }
}
