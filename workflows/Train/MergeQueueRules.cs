namespace Orchestrator.Workflows.Train;

/// <summary>Decides the merge queue's next step from its whole state. Entries are merged one on top of the other and gated together, and
/// passing prefixes land at once. <see cref="CulpritSearch"/> finds the entry with which gates fail. <see cref="NextBatch"/> chooses the
/// entries of the next batch. No decision on a batch is made while its gates run, so their order of completion does not matter. Conflicts
/// with staging are resolved one at a time, because resolving one may cause or end another.</summary>
internal static class MergeQueueRules
{
    /// <summary>Number of failures of a gate on a tree before an entry is returned.</summary>
    internal const int Failures = 2;

    /// <summary>Number of failures of a gate that is known to be flaky.</summary>
    private const int FailuresOfFlaky = 3;

    /// <summary>Returns the next step.</summary>
    /// <param name="state">The whole state.</param>
    /// <param name="isDraining">True if no further batch is made.</param>
    public static MergeQueueStep Next(MergeQueueState state, bool isDraining = false)
    {
        foreach (var batch in state.Batches)
        {
            if (Continue(state, batch) is { } step && !(state.IsBusy && step.IsExclusive))
            {
                return step;
            }
        }
        return state.IsBusy || isDraining ? new MergeQueueStep.WaitForWork() : NextBatch.Of(state);
    }

    /// <summary>Number of runs of a failing gate before its failure counts, for the tree of all entries. A failure of several entries
    /// starts a search, whose further failures confirm it.</summary>
    public static int TriesOfWhole(MergeQueueState state, int entries) => state.Rules is null || entries == 1 ? Failures : 1;

    private static MergeQueueStep? Continue(MergeQueueState state, TrainBatch batch)
    {
        var whole = batch.Entries.Count;
        if (batch.Running.Count > 0)
        {
            return null;
        }
        if (batch.After != 0)
        {
            return batch.Results.ContainsKey(whole) ? null : Gate(batch, new PrefixRun(whole, TriesOfWhole(state, whole)));
        }
        if (batch.Green > batch.Landed)
        {
            return state.Rules is null || batch.Base == state.Staging
                ? new MergeQueueStep.LandBatch(batch.Id, batch.Green)
                : new MergeQueueStep.RebuildBatch(batch.Id, [.. batch.Rest], Math.Max(0, batch.Cleared - batch.Landed));
        }
        if (batch.Landed == whole)
        {
            return new MergeQueueStep.EndBatch(batch.Id);
        }
        if (batch.Results.Values.FirstOrDefault(result => result.FailureClass != FailureClass.None) is { } unjudged)
        {
            return unjudged.FailureClass == FailureClass.Transient ? new MergeQueueStep.EndBatch(batch.Id)
                : batch.IsAlone ? new MergeQueueStep.ReturnEntry(batch.Id, whole)
                : new MergeQueueStep.AbandonBatch(batch.Id);
        }
        return batch.Results.ContainsKey(whole)
            ? CulpritSearch.Next(state, batch)
            : Gate(batch, new PrefixRun(whole, TriesOfWhole(state, whole)));
    }

    /// <summary>Creates the step that runs gates.</summary>
    internal static MergeQueueStep.GateBatch Gate(TrainBatch batch, params IReadOnlyList<PrefixRun> runs) => new(batch.Id, runs);

    /// <summary>Number of further failures of the failed gates before they count.</summary>
    /// <param name="state">The state, which knows the flaky gates.</param>
    /// <param name="result">The failed result.</param>
    /// <param name="failures">Number of failures so far.</param>
    internal static int Missing(MergeQueueState state, MergeResult result, int failures) =>
        (IsFlaky(state, result) ? FailuresOfFlaky : Failures) - failures;

    /// <summary>Number of runs of a failing gate before its failure on a tree is certain.</summary>
    internal static int CertainTries(MergeQueueState state, MergeResult result) => IsFlaky(state, result) ? FailuresOfFlaky : Failures;

    /// <summary>True if a gate that failed is known to be flaky.</summary>
    internal static bool IsFlaky(MergeQueueState state, MergeResult result) => result.Failed.Any(state.Flaky.Contains);
}
