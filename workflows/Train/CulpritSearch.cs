namespace Orchestrator.Workflows.Train;

/// <summary>Finds the entry of a failed batch that makes the gates fail.</summary>
/// <remarks>
/// Each gated tree omits half of the suspects, which are ordered behind all other entries. A passing tree lands, so finding a single
/// culprit costs one gate run per halving and usually no further gate runs for the rest of its batch. The search bisects prefixes in the
/// given order if another culprit is probable among the other entries, or if those entries fail without the suspects.
/// </remarks>
internal static class CulpritSearch
{
    // Measured by 'scripts/bench train': fewest gate runs with 5 to 30 % bad entries, and with one culprit among eight entries.
    private const double FewFailures = 0.15;

    /// <summary>Returns the next step of the search.</summary>
    /// <param name="state">State of the merge queue.</param>
    /// <param name="batch">Batch whose gates failed on the merge of all entries.</param>
    public static MergeQueueStepDecision Next(MergeQueueState state, TrainBatch batch) =>
        state.Rules is null ? Bisect(state, batch) : Search(state, batch);

    private static MergeQueueStepDecision Search(MergeQueueState state, TrainBatch batch)
    {
        var (whole, green, red) = (batch.Entries.Count, batch.Green, batch.Red);
        var result = batch.Results[red];
        var isOfSeveral = red <= batch.Cleared;

        // A gate that is known to be flaky is repeated first.
        if (
            red == whole
            && MergeQueueNextStepDecider.IsFlaky(state, result)
            && Missing(state, batch, result, isOfSeveral) is > 0 and var doubtful
        )
        {
            return MergeQueueNextStepDecider.Gate(batch, new MergeBatchPrefixGateRequest(whole, doubtful));
        }
        if (red < whole && !batch.KeepsOrder && !isOfSeveral && OthersProbablyPass(state, whole - red))
        {
            return SuspectsLast(batch, green, red);
        }
        var cleared = isOfSeveral ? green : Math.Max(green, batch.Cleared);
        if (red - cleared > 1)
        {
            return MergeQueueNextStepDecider.Gate(
                batch,
                [.. Divide(state, cleared, red).Select(length => new MergeBatchPrefixGateRequest(length, 1))]
            );
        }
        return cleared > green ? MergeQueueNextStepDecider.Gate(batch, new MergeBatchPrefixGateRequest(cleared, 1))
            : Missing(state, batch, result, isOfSeveral) is > 0 and var more
                ? MergeQueueNextStepDecider.Gate(batch, new MergeBatchPrefixGateRequest(red, more))
            : new MergeQueueStepDecision.MergeQueueEntryRejectionDecision(batch.Id, red);
    }

    /// <summary>
    /// True if the unsuspected entries would probably pass without the suspects, either because they are few or because entries seldom
    /// fail.
    /// </summary>
    private static bool OthersProbablyPass(MergeQueueState state, int others) =>
        state.Verdicts is null || others * state.Verdicts.EstimateFailureRate() <= FewFailures;

    /// <summary>Rebuilds the batch with the suspects behind all other entries.</summary>
    private static MergeQueueStepDecision.MergeBatchRebuildDecision SuspectsLast(TrainBatch batch, int green, int red)
    {
        var first = Math.Max(green, batch.Cleared);
        IReadOnlyList<TaskMergeRequest> rest =
        [
            .. batch.Entries.Take(first).Skip(batch.Landed),
            .. batch.Entries.Skip(red),
            .. batch.Entries.Take(red).Skip(first),
        ];
        return new MergeQueueStepDecision.MergeBatchRebuildDecision(batch.Id, rest, rest.Count - (red - first));
    }

    /// <summary>
    /// Returns the prefix lengths that divide the suspects into equal parts, so that there is one more part than concurrent gate runs.
    /// </summary>
    private static IEnumerable<int> Divide(MergeQueueState state, int cleared, int red)
    {
        var parts = Math.Min(state.Parallel, red - cleared - 1) + 1;
        return Enumerable.Range(1, parts - 1).Select(part => cleared + ((red - cleared) * part / parts));
    }

    /// <summary>
    /// Returns the number of further failures required before the entry is returned to its task. All failures of the same gates in this
    /// search count, unless later entries may have caused them.
    /// </summary>
    private static int Missing(MergeQueueState state, TrainBatch batch, MergeResult result, bool isOfSeveral)
    {
        var isUncertain = state.Verdicts is not null && batch.Red < batch.Entries.Count && MergeQueueNextStepDecider.IsFlaky(state, result);
        return MergeQueueNextStepDecider.Missing(
            state,
            result,
            isUncertain || isOfSeveral || batch.KeepsOrder || batch.IsAlone
                ? result.Failures
                : batch.Reds.Where(red => red.Failed.Intersect(result.Failed).Any()).Sum(red => red.Failures)
        );
    }

    /// <summary>
    /// Bisects prefixes in the given order, for queues from earlier versions. A failure is confirmed by repeating the gates on the same
    /// tree.
    /// </summary>
    private static MergeQueueStepDecision Bisect(MergeQueueState state, TrainBatch batch)
    {
        var (whole, green, red) = (batch.Entries.Count, batch.Green, batch.Red);
        var last = batch.Results[whole];
        if (MergeQueueNextStepDecider.Missing(state, last, last.Failures) is > 0 and var moreOfWhole)
        {
            return MergeQueueNextStepDecider.Gate(batch, new MergeBatchPrefixGateRequest(whole, moreOfWhole));
        }
        var shortest = batch.Results[red];
        var missing = MergeQueueNextStepDecider.Missing(state, shortest, shortest.Failures);
        if (red - green > 1)
        {
            return MergeQueueNextStepDecider.Gate(batch, Prefixes(state, shortest, missing, green, red));
        }
        return missing > 0
            ? MergeQueueNextStepDecider.Gate(batch, new MergeBatchPrefixGateRequest(red, missing))
            : new MergeQueueStepDecision.MergeQueueEntryRejectionDecision(batch.Id, red);
    }

    /// <summary>
    /// Returns gate runs on prefixes that divide the possible ends of the shortest failing prefix into equal parts. In the last round, each
    /// of these prefixes and the known failing one are tested often enough to be certain.
    /// </summary>
    private static List<MergeBatchPrefixGateRequest> Prefixes(MergeQueueState state, MergeResult shortest, int missing, int green, int red)
    {
        var isLastRound = state.Parallel >= red - green - 1;
        var tries =
            isLastRound || MergeQueueNextStepDecider.IsFlaky(state, shortest) ? MergeQueueNextStepDecider.CertainTries(state, shortest) : 1;
        var runs = Divide(state, green, red).Select(length => new MergeBatchPrefixGateRequest(length, tries)).ToList();
        if (isLastRound && runs.Count < state.Parallel && missing > 0)
        {
            runs.Add(new MergeBatchPrefixGateRequest(red, missing));
        }
        return runs;
    }
}
