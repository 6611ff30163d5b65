namespace Orchestrator.Workflows.Train;

/// <summary>What the train does next.</summary>
internal abstract record TrainStep
{
    /// <summary>Nothing, until work comes or gates have ended.</summary>
    public sealed record Wait : TrainStep;

    /// <summary>One is merged as if there were no train.</summary>
    /// <param name="Request">Which.</param>
    /// <param name="Tries">How often a gate that does not hold is run before that is believed.</param>
    public sealed record MergeAlone(MergeRequest Request, int Tries) : TrainStep;

    /// <summary>A batch is made: merge commits one on top of the other.</summary>
    /// <param name="Requests">Of what, in order.</param>
    public sealed record Build(IReadOnlyList<MergeRequest> Requests) : TrainStep;

    /// <summary>Gates are run on trees of the batch, all at once, and nothing is decided before all have ended.</summary>
    /// <param name="Runs">Which.</param>
    public sealed record Gate(IReadOnlyList<PrefixRun> Runs) : TrainStep;

    /// <summary>Staging moves over the first entries, all of which are merged then.</summary>
    /// <param name="Length">How many.</param>
    public sealed record Land(int Length) : TrainStep;

    /// <summary>One goes back to its agent: with it the gates do not hold, without it they do. The batch is over; those behind it wait
    /// for the next.</summary>
    /// <param name="Length">Its place, from 1.</param>
    public sealed record SendBack(int Length) : TrainStep;

    /// <summary>The batch is over.</summary>
    public sealed record End : TrainStep;

    /// <summary>The batch is given up: what is left of it is merged one by one, where a machine that does not work has a name and a cure
    /// for each.</summary>
    public sealed record GiveUp : TrainStep;
}

/// <summary>The gates of one tree of a batch.</summary>
/// <param name="Length">How many entries are merged in it.</param>
/// <param name="Tries">How often a gate that does not hold is run before that is believed.</param>
internal sealed record PrefixRun(int Length, int Tries);
