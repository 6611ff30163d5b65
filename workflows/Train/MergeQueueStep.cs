namespace Orchestrator.Workflows.Train;

/// <summary>Next step of the merge queue.</summary>
internal abstract record MergeQueueStep
{
    /// <summary>True if the step uses staging or creates merges, so that only one such step is in progress.</summary>
    public virtual bool IsExclusive => false;

    /// <summary>Waits for work or for the end of steps in progress.</summary>
    public sealed record WaitForWork : MergeQueueStep;

    /// <summary>Determines which parts of the repository waiting entries can influence.</summary>
    /// <param name="Requests">Entries without a footprint.</param>
    public sealed record LocateEntries(IReadOnlyList<MergeRequest> Requests) : MergeQueueStep
    {
        /// <inheritdoc/>
        public override bool IsExclusive => true;
    }

    /// <summary>Creates a batch: merge commits, one on top of the other.</summary>
    /// <param name="Requests">Requests of the batch, in order. A request that must go alone is a batch of one.</param>
    /// <param name="After">Batch on whose merges it is built; 0 for staging.</param>
    public sealed record BuildBatch(IReadOnlyList<MergeRequest> Requests, int After = 0) : MergeQueueStep
    {
        /// <inheritdoc/>
        public override bool IsExclusive => true;
    }

    /// <summary>Merges the rest of a batch again onto staging, which other batches moved, or in an order that puts suspects last.</summary>
    /// <param name="Batch">Number of the batch.</param>
    /// <param name="Entries">The rest of the batch, in its new order.</param>
    /// <param name="Cleared">Number of leading entries that are not suspected.</param>
    public sealed record RebuildBatch(int Batch, IReadOnlyList<MergeRequest> Entries, int Cleared) : MergeQueueStep
    {
        /// <inheritdoc/>
        public override bool IsExclusive => true;
    }

    /// <summary>Runs gates on trees of a batch concurrently. No decision on the batch is made before all have ended.</summary>
    /// <param name="Batch">Number of the batch.</param>
    /// <param name="Runs">Gate runs to start.</param>
    public sealed record GateBatch(int Batch, IReadOnlyList<PrefixRun> Runs) : MergeQueueStep;

    /// <summary>Moves staging to the first merges, whose entries are then merged.</summary>
    /// <param name="Batch">Number of the batch.</param>
    /// <param name="Length">Number of entries.</param>
    public sealed record LandBatch(int Batch, int Length) : MergeQueueStep
    {
        /// <inheritdoc/>
        public override bool IsExclusive => true;
    }

    /// <summary>Returns an entry with its refusal, because the gates fail with it and pass without it, or because it is alone. Ends the
    /// batch; later entries wait for the next one.</summary>
    /// <param name="Batch">Number of the batch.</param>
    /// <param name="Length">Position of the entry in the batch, from 1.</param>
    public sealed record ReturnEntry(int Batch, int Length) : MergeQueueStep;

    /// <summary>Ends the batch. Its remaining entries wait for the next one.</summary>
    /// <param name="Batch">Number of the batch.</param>
    public sealed record EndBatch(int Batch) : MergeQueueStep;

    /// <summary>Gives up the batch. Its remaining entries are merged one by one, so that a fault of the host is reported for each with its
    /// remedy.</summary>
    /// <param name="Batch">Number of the batch.</param>
    public sealed record AbandonBatch(int Batch) : MergeQueueStep;
}

/// <summary>Gate run on one tree of a batch.</summary>
/// <param name="Length">Number of entries merged in the tree.</param>
/// <param name="Tries">Number of runs of a failing gate before the failure counts.</param>
internal sealed record PrefixRun(int Length, int Tries);
