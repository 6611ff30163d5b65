namespace Orchestrator.Workflows.Train;

/// <summary>
/// Decides on the merge queue's next step from its whole state. Entries are merged on top of each other and gated together, and passing
/// prefixes land immediately. <see cref="CulpritSearch"/> finds the entry that makes gates fail, and <see cref="NextBatchSelector"/>
/// chooses the entries of the next batch. No decision about a batch is made while its gates are running, so the order in which the gates
/// complete does not matter. Conflicts with staging are resolved one at a time, because resolving one may cause or remove another.
/// </summary>
internal static class MergeQueueNextStepDecider
{
    /// <summary>Number of failures of a gate on a tree after which an entry is returned.</summary>
    internal const int Failures = 2;

    /// <summary>Number of failures required instead if the gate is known to be flaky.</summary>
    private const int FailuresOfFlaky = 3;

    /// <summary>Returns the next step.</summary>
    /// <param name="state">State of the merge queue.</param>
    /// <param name="isDraining">True if no further batch may be created.</param>
    public static MergeQueueNextStep Next(MergeQueueState state, bool isDraining = false)
    {
        foreach (var batch in state.Batches)
        {
            if (Continue(state, batch) is { } step && !(state.IsBusy && step.IsExclusive))
            {
                return step;
            }
        }
        return state.IsBusy || isDraining ? new MergeQueueNextStep.MergeQueueWaitStep() : NextBatchSelector.Of(state);
    }

    /// <summary>
    /// Returns the maximum number of runs of a failing gate on the merge of all entries. A failure of several entries starts a search for
    /// the culprit, which repeats the gate anyway.
    /// </summary>
    public static int TriesOfWhole(MergeQueueState state, int entries) => state.Rules is null || entries == 1 ? Failures : 1;

    private static MergeQueueNextStep? Continue(MergeQueueState state, TrainBatch batch)
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
                ? new MergeQueueNextStep.StagingBranchMoveStep(batch.Id, batch.Green)
                : new MergeQueueNextStep.MergeBatchRebuildStep(batch.Id, [.. batch.Rest], Math.Max(0, batch.Cleared - batch.Landed));
        }
        if (batch.Landed == whole)
        {
            return new MergeQueueNextStep.MergeBatchEndStep(batch.Id);
        }
        if (batch.Results.Values.FirstOrDefault(result => result.FailureClass != FailureClass.None) is { } unjudged)
        {
            return unjudged.FailureClass == FailureClass.Transient ? new MergeQueueNextStep.MergeBatchEndStep(batch.Id)
                : batch.IsAlone ? new MergeQueueNextStep.MergeQueueEntryRejectionStep(batch.Id, whole)
                : new MergeQueueNextStep.MergeBatchAbandonmentStep(batch.Id);
        }
        return batch.Results.ContainsKey(whole)
            ? CulpritSearch.Next(state, batch)
            : Gate(batch, new MergeBatchPrefixGateRequest(whole, TriesOfWhole(state, whole)));
    }

    /// <summary>Creates a step that runs gates.</summary>
    internal static MergeQueueNextStep.MergeBatchGateStep Gate(TrainBatch batch, params IReadOnlyList<MergeBatchPrefixGateRequest> runs) =>
        new(batch.Id, runs);

    /// <summary>Returns how many more times the failed gates must fail before the failure counts.</summary>
    /// <param name="state">State of the merge queue, which contains the known flaky gates.</param>
    /// <param name="result">Failed gate result.</param>
    /// <param name="failures">Number of failures so far.</param>
    internal static int Missing(MergeQueueState state, MergeResult result, int failures) =>
        (IsFlaky(state, result) ? FailuresOfFlaky : Failures) - failures;

    /// <summary>Returns the number of failures of a gate on a tree after which the failure is certain.</summary>
    internal static int CertainTries(MergeQueueState state, MergeResult result) => IsFlaky(state, result) ? FailuresOfFlaky : Failures;

    /// <summary>True if one of the failed gates is known to be flaky.</summary>
    internal static bool IsFlaky(MergeQueueState state, MergeResult result) => result.Failed.Any(state.Flaky.Contains);
}
