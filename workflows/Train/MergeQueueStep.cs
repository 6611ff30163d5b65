namespace Orchestrator.Workflows.Train;

/// <summary>Next step of the merge queue.</summary>
internal abstract record MergeQueueStep
{
    /// <summary>Waits for work or for the end of gates.</summary>
    public sealed record Wait : MergeQueueStep;

    /// <summary>Creates a batch: merge commits, one on top of the other.</summary>
    /// <param name="Requests">Requests of the batch, in order. A request that must go alone is a batch of one.</param>
    public sealed record Build(IReadOnlyList<MergeRequest> Requests) : MergeQueueStep;

    /// <summary>Runs gates on trees of the batch concurrently. No decision is made before all have ended.</summary>
    /// <param name="Runs">Gate runs to start.</param>
    public sealed record Gate(IReadOnlyList<PrefixRun> Runs) : MergeQueueStep;

    /// <summary>Moves staging to the first merges, whose entries are then merged.</summary>
    /// <param name="Length">Number of entries.</param>
    public sealed record Land(int Length) : MergeQueueStep;

    /// <summary>Returns an entry with its refusal, because the gates fail with it and pass without it, or because it is alone. Ends the
    /// batch; later entries wait for the next one.</summary>
    /// <param name="Length">Position of the entry in the batch, from 1.</param>
    public sealed record SendBack(int Length) : MergeQueueStep;

    /// <summary>Ends the batch. Its remaining entries wait for the next one.</summary>
    public sealed record End : MergeQueueStep;

    /// <summary>Gives up the batch. Its remaining entries are merged one by one, so that a fault of the host is reported for each with its
    /// remedy.</summary>
    public sealed record GiveUp : MergeQueueStep;
}

/// <summary>Gate run on one tree of a batch.</summary>
/// <param name="Length">Number of entries merged in the tree.</param>
/// <param name="Tries">Number of runs of a failing gate before the failure counts.</param>
internal sealed record PrefixRun(int Length, int Tries);
