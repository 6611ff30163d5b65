using System.Collections.Immutable;
using Orchestrator.Plans;

namespace Orchestrator.Workflows.Train;

/// <summary>Entries that are merged one on top of the other and gated as a whole: one merge commit each, none of them on staging
/// yet.</summary>
/// <param name="Entries">In the order of their merges.</param>
internal sealed record TrainBatch(IReadOnlyList<MergeRequest> Entries)
{
    /// <summary>How many entries staging contains.</summary>
    public int Landed { get; init; }

    /// <summary>Gate results, by the number of entries merged in the tree.</summary>
    public ImmutableSortedDictionary<int, PrefixResult> Results { get; init; } = ImmutableSortedDictionary<int, PrefixResult>.Empty;

    /// <summary>Trees whose gates run, by the same number.</summary>
    public ImmutableSortedSet<int> Running { get; init; } = [];

    /// <summary>The longest prefix that is known to pass.</summary>
    public int Green => Math.Max(Landed, Results.Where(result => result.Value.Gates.IsGood).Select(result => result.Key).LastOrDefault());

    /// <summary>The shortest prefix beyond that which is known to fail; 0: none.</summary>
    public int Red =>
        Results.Where(result => result.Key > Green && !result.Value.Gates.IsGood).Select(result => result.Key).FirstOrDefault();

    /// <summary>Entries that are not on staging.</summary>
    public IEnumerable<MergeRequest> Rest => Entries.Skip(Landed);

    /// <summary>Adds the gate result of a tree.</summary>
    public TrainBatch With(int length, PrefixResult result) =>
        this with
        {
            Running = Running.Remove(length),
            Results = Results.SetItem(length, Results.TryGetValue(length, out var before) ? result.After(before) : result),
        };
}

/// <summary>Gate results of the tree with the first entries of a batch merged; beside what the gates said counts how often that was
/// asked.</summary>
/// <param name="Gates">What came of the gates the last time.</param>
/// <param name="Failures">How often those that do not hold were run.</param>
internal sealed record PrefixResult(GateSummary Gates, int Failures = 0)
{
    /// <summary>The failed gates were run once more: failures of the same tree add up, and a gate that passes in the end is
    /// green.</summary>
    public PrefixResult After(PrefixResult before) =>
        Gates.IsGood || Gates.BlamesMachine ? this : this with { Failures = Failures + before.Failures };
}
