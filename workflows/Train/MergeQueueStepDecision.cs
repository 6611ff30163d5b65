namespace Orchestrator.Workflows.Train;

/// <summary>Next step of the merge queue.</summary>
internal abstract record MergeQueueStepDecision
{
    /// <summary>True if the step uses staging or creates merges. Only one such step may be in progress.</summary>
    public virtual bool IsExclusive => false;

    /// <summary>Waits for new work, or for a step in progress to end.</summary>
    public sealed record MergeQueueWaitDecision : MergeQueueStepDecision;

    /// <summary>Determines which parts of the repository the waiting entries can affect.</summary>
    /// <param name="Requests">Entries whose footprint is not known yet.</param>
    public sealed record AffectedPartsSearchDecision(IReadOnlyList<TaskMergeRequest> Requests) : MergeQueueStepDecision
    {
        /// <inheritdoc/>
        public override bool IsExclusive => true;
    }

    /// <summary>Creates a batch by merging entries on top of each other.</summary>
    /// <param name="Requests">Requests of the batch, in order. A request that must be merged alone forms a batch of one.</param>
    /// <param name="After">Number of the batch whose merges it is built on; 0 for staging.</param>
    public sealed record MergeBatchCreationDecision(IReadOnlyList<TaskMergeRequest> Requests, int After = 0) : MergeQueueStepDecision
    {
        /// <inheritdoc/>
        public override bool IsExclusive => true;
    }

    /// <summary>
    /// Merges the remaining entries of a batch again, either because other batches moved the staging branch, or to put the suspects last.
    /// </summary>
    /// <param name="Batch">Number of the batch.</param>
    /// <param name="Entries">Remaining entries of the batch, in their new order.</param>
    /// <param name="Cleared">Number of leading entries that are not suspected of a failure.</param>
    public sealed record MergeBatchRebuildDecision(int Batch, IReadOnlyList<TaskMergeRequest> Entries, int Cleared) : MergeQueueStepDecision
    {
        /// <inheritdoc/>
        public override bool IsExclusive => true;
    }

    /// <summary>
    /// Runs gates on several trees of a batch at the same time. The next step of the batch is chosen only after all of these gate runs have
    /// ended.
    /// </summary>
    /// <param name="Batch">Number of the batch.</param>
    /// <param name="Runs">Gate runs to start.</param>
    public sealed record MergeBatchGateRunDecision(int Batch, IReadOnlyList<MergeBatchPrefixGateRequest> Runs) : MergeQueueStepDecision;

    /// <summary>Moves the staging branch to one of the batch's merges, which lands the entries up to that merge.</summary>
    /// <param name="Batch">Number of the batch.</param>
    /// <param name="Length">Number of entries to land.</param>
    public sealed record StagingBranchMoveDecision(int Batch, int Length) : MergeQueueStepDecision
    {
        /// <inheritdoc/>
        public override bool IsExclusive => true;
    }

    /// <summary>
    /// Returns an entry to its task, because the gates pass without it and fail with it, or because it is the only entry. Ends the batch;
    /// later entries go to the next batch.
    /// </summary>
    /// <param name="Batch">Number of the batch.</param>
    /// <param name="Length">Position of the entry in the batch, from 1.</param>
    public sealed record MergeQueueEntryRejectionDecision(int Batch, int Length) : MergeQueueStepDecision;

    /// <summary>Ends the batch. Its remaining entries go to the next batch.</summary>
    /// <param name="Batch">Number of the batch.</param>
    public sealed record MergeBatchEndDecision(int Batch) : MergeQueueStepDecision;

    /// <summary>
    /// Ends the batch because a step failed. Its remaining entries are merged one by one, so that each reports the error with its remedy.
    /// </summary>
    /// <param name="Batch">Number of the batch.</param>
    public sealed record MergeBatchAbandonmentDecision(int Batch) : MergeQueueStepDecision;
}

/// <summary>Request to run gates on the merge of a batch's first entries.</summary>
/// <param name="Length">Number of entries that are merged in the tree.</param>
/// <param name="Tries">Maximum number of runs of a failing gate before the failure counts.</param>
internal sealed record MergeBatchPrefixGateRequest(int Length, int Tries);
