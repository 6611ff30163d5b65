namespace Orchestrator.Workflows.Train;

/// <summary>The next step of the merge queue.</summary>
internal abstract record TrainStep
{
    /// <summary>Nothing, until work comes or gates have ended.</summary>
    public sealed record Wait : TrainStep;

    /// <summary>Makes a batch: merge commits one on top of the other.</summary>
    /// <param name="Requests">Of what, in order; one that has to go alone is a batch of its own.</param>
    public sealed record Build(IReadOnlyList<MergeRequest> Requests) : TrainStep;

    /// <summary>Runs gates on trees of the batch, all at once; nothing is decided before all have ended.</summary>
    /// <param name="Runs">Which.</param>
    public sealed record Gate(IReadOnlyList<PrefixRun> Runs) : TrainStep;

    /// <summary>Moves staging over the first entries, which are merged then.</summary>
    /// <param name="Length">How many.</param>
    public sealed record Land(int Length) : TrainStep;

    /// <summary>Gives an entry its refusal: with it the gates fail, without it they pass, or it is alone. The batch is over; the entries
    /// behind it wait for the next.</summary>
    /// <param name="Length">Its place, from 1.</param>
    public sealed record SendBack(int Length) : TrainStep;

    /// <summary>The batch is over: what is left of it waits for the next.</summary>
    public sealed record End : TrainStep;

    /// <summary>Gives up the batch: its remaining entries are merged one by one, so that a fault of the machine is reported for each with
    /// its cure.</summary>
    public sealed record GiveUp : TrainStep;
}

/// <summary>The gates of one tree of a batch.</summary>
/// <param name="Length">How many entries are merged in it.</param>
/// <param name="Tries">How often a failing gate is run before the failure counts.</param>
internal sealed record PrefixRun(int Length, int Tries);
