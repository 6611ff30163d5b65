namespace Orchestrator.Workflows.Train;

/// <summary>
/// Decides on the merge queue's next step from its whole state. Entries are merged on top of each other and tested by gates together, and
/// passing prefixes land immediately. Conflicts with the staging branch are resolved one at a time, because resolving one may cause or
/// remove another.
/// </summary>
internal static class MergeQueueNextStepDecider
{
    /// <summary>Number of failures of a gate on the same tree after which an entry is returned to its task.</summary>
    internal const int Failures = 2;

    /// <summary>
    /// Number of failures after which an entry is returned to its task if the gate is known to be flaky. Used instead of
    /// <see cref="Failures"/>.
    /// </summary>
    private const int FailuresOfFlaky = 3;

    /// <summary>Returns the next step.</summary>
    /// <param name="state">State of the merge queue.</param>
    /// <param name="isDraining">True if no further batch may be created.</param>
    public static MergeQueueStepDecision Next(MergeQueueState state, bool isDraining = false)
    {
        foreach (var batch in state.Batches)
        {
            if (Continue(state, batch) is { } step && !(state.IsBusy && step.IsExclusive))
            {
                return step;
            }
        }
        return state.IsBusy || isDraining ? new MergeQueueStepDecision.MergeQueueWaitDecision() : NextBatchSelector.Of(state);
    }

    /// <summary>
    /// Returns the maximum number of runs of a failing gate on the merge of all entries. With several entries, one failure starts a search
    /// for the culprit, which repeats the gate anyway. Queues from earlier versions repeat the gate first.
    /// </summary>
    public static int TriesOfWhole(MergeQueueState state, int entries) => state.Rules is null || entries == 1 ? Failures : 1;

    private static MergeQueueStepDecision? Continue(MergeQueueState state, TrainBatch batch)
    {
        var whole = batch.Entries.Count;
        if (batch.Running.Count > 0)
        {
            return null;
        }
        if (batch.After != 0)
        {
            return batch.Results.ContainsKey(whole)
                ? null
                : Gate(batch, new MergeBatchPrefixGateRequest(whole, TriesOfWhole(state, whole)));
        }
        if (batch.Green > batch.Landed)
        {
            return state.Rules is null || batch.Base == state.Staging
                ? new MergeQueueStepDecision.StagingBranchMoveDecision(batch.Id, batch.Green)
                : new MergeQueueStepDecision.MergeBatchRebuildDecision(
                    batch.Id,
                    [.. batch.Rest],
                    Math.Max(0, batch.Cleared - batch.Landed)
                );
        }
        if (batch.Landed == whole)
        {
            return new MergeQueueStepDecision.MergeBatchEndDecision(batch.Id);
        }
        if (batch.Results.Values.FirstOrDefault(result => result.FailureClass != FailureClass.None) is { } unjudged)
        {
            return unjudged.FailureClass == FailureClass.Transient ? new MergeQueueStepDecision.MergeBatchEndDecision(batch.Id)
                : batch.IsAlone ? new MergeQueueStepDecision.MergeQueueEntryRejectionDecision(batch.Id, whole)
                : new MergeQueueStepDecision.MergeBatchAbandonmentDecision(batch.Id);
        }
        return batch.Results.ContainsKey(whole)
            ? CulpritSearch.Next(state, batch)
            : Gate(batch, new MergeBatchPrefixGateRequest(whole, TriesOfWhole(state, whole)));
    }

    /// <summary>Creates a step that runs gates.</summary>
    internal static MergeQueueStepDecision.MergeBatchGateRunDecision Gate(
        TrainBatch batch,
        params IReadOnlyList<MergeBatchPrefixGateRequest> runs
    ) => new(batch.Id, runs);

    /// <summary>Returns the number of further failures of the failed gates that are required before the failure counts.</summary>
    /// <param name="state">State of the merge queue, which contains the known flaky gates.</param>
    /// <param name="result">Failed gate result.</param>
    /// <param name="failures">Number of failures so far.</param>
    internal static int Missing(MergeQueueState state, MergeResult result, int failures) =>
        (IsFlaky(state, result) ? FailuresOfFlaky : Failures) - failures;

    /// <summary>Returns the number of failures of a gate on the same tree after which the failure is certain.</summary>
    internal static int CertainTries(MergeQueueState state, MergeResult result) => IsFlaky(state, result) ? FailuresOfFlaky : Failures;

    /// <summary>True if one of the failed gates is known to be flaky.</summary>
    internal static bool IsFlaky(MergeQueueState state, MergeResult result) => result.Failed.Any(state.Flaky.Contains);
}
