using System.Collections.Immutable;

namespace Orchestrator.Workflows.Train;

/// <summary>Entries that are merged one on top of the other and gated together, or a single entry. Each has a merge commit that is not on
/// staging yet.</summary>
/// <param name="Entries">The entries, in merge order.</param>
/// <param name="Merges">Merges of the entries, in the same order.</param>
internal sealed record TrainBatch(IReadOnlyList<MergeRequest> Entries, IReadOnlyList<MergeResult> Merges)
{
    /// <summary>Number of entries on staging.</summary>
    public int Landed { get; init; }

    /// <summary>Gate results, by the number of entries merged in the tree.</summary>
    public ImmutableSortedDictionary<int, MergeResult> Results { get; init; } = ImmutableSortedDictionary<int, MergeResult>.Empty;

    /// <summary>Trees whose gates are running, by the number of entries merged in the tree.</summary>
    public ImmutableSortedSet<int> Running { get; init; } = [];

    /// <summary>True if the batch has one entry, which then causes all failures.</summary>
    public bool IsAlone => Entries.Count == 1;

    /// <summary>Length of the longest prefix that is known to pass.</summary>
    public int Green => Math.Max(Landed, Results.Where(result => IsGreen(result.Value)).Select(result => result.Key).LastOrDefault());

    /// <summary>Length of the shortest prefix beyond <see cref="Green"/> that is known to fail; 0 for none.</summary>
    public int Red => Results.Where(result => result.Key > Green && !IsGreen(result.Value)).Select(result => result.Key).FirstOrDefault();

    /// <summary>Entries that are not on staging.</summary>
    public IEnumerable<MergeRequest> Rest => Entries.Skip(Landed);

    /// <summary>Adds the gate result of a tree. Failures of repeated runs on the same tree add up. Gates that finally pass are
    /// green.</summary>
    public TrainBatch With(int length, MergeResult result) =>
        this with
        {
            Running = Running.Remove(length),
            Results = Results.SetItem(
                length,
                IsGreen(result) || !Results.TryGetValue(length, out var before)
                    ? result
                    : result with
                    {
                        Failures = result.Failures + before.Failures,
                    }
            ),
        };

    private static bool IsGreen(MergeResult result) => result.Outcome == MergeOutcome.Made;
}
