using System.Collections.Immutable;

namespace Orchestrator.Workflows.Train;

/// <summary>Work that is merged one on top of the other and gated as a whole: a merge commit each, of which staging has none yet.</summary>
/// <param name="Entries">In the order of their merges.</param>
internal sealed record TrainBatch(IReadOnlyList<MergeRequest> Entries)
{
    /// <summary>How many staging has moved over.</summary>
    public int Landed { get; init; }

    /// <summary>What gates said, by the number of entries that were merged in the tree.</summary>
    public ImmutableSortedDictionary<int, PrefixResult> Results { get; init; } = ImmutableSortedDictionary<int, PrefixResult>.Empty;

    /// <summary>Trees whose gates run, by the same number.</summary>
    public ImmutableSortedSet<int> Running { get; init; } = [];

    /// <summary>The most entries that are known to be good together.</summary>
    public int Green => Math.Max(Landed, Results.Where(result => result.Value.IsGreen).Select(result => result.Key).LastOrDefault());

    /// <summary>The fewest, beyond those, that are known not to be; 0: none.</summary>
    public int Red => Results.Where(result => result.Key > Green && !result.Value.IsGreen).Select(result => result.Key).FirstOrDefault();

    /// <summary>What is not on staging.</summary>
    public IEnumerable<MergeRequest> Rest => Entries.Skip(Landed);

    /// <summary>Gates have said what they have to say of a tree.</summary>
    public TrainBatch With(int length, PrefixResult result) =>
        this with
        {
            Running = Running.Remove(length),
            Results = Results.SetItem(length, Results.TryGetValue(length, out var before) ? result.After(before) : result),
        };
}

/// <summary>What the gates say of a tree in which the first entries of a batch are merged.</summary>
/// <param name="IsGreen">All hold.</param>
/// <param name="Failures">How often those that do not were run.</param>
internal sealed record PrefixResult(bool IsGreen, int Failures = 0)
{
    /// <summary>The gates that do not hold, by their names.</summary>
    public IReadOnlyList<string> Failed { get; init; } = [];

    /// <summary>The machine is to blame, or they could not be run at all: that says nothing of the work.</summary>
    public bool BlamesMachine { get; init; }

    /// <summary>The gates that do not hold were run once more: failures of the same tree add up, and one that held in the end is
    /// green.</summary>
    public PrefixResult After(PrefixResult before) => IsGreen || BlamesMachine ? this : this with { Failures = Failures + before.Failures };
}
