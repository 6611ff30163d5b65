using System.Collections.Immutable;

namespace Orchestrator.Workflows.Train;

/// <summary>Entries that are merged one on top of the other and gated together, or a single entry. Each has a merge commit that is not on
/// staging yet.</summary>
/// <param name="Entries">The entries, in merge order.</param>
/// <param name="Merges">Merges of the entries, in the same order.</param>
internal sealed record TrainBatch(IReadOnlyList<MergeRequest> Entries, IReadOnlyList<MergeResult> Merges)
{
    /// <summary>Number of the batch within this execution.</summary>
    public int Id { get; init; }

    /// <summary>Batch on whose merges this one is built, in the expectation that it passes; 0 for staging.</summary>
    public int After { get; init; }

    /// <summary>Parts of the repository that the entries can influence.</summary>
    public Footprint Footprint { get; init; } = Footprint.Everything;

    /// <summary>Footprint of the work that landed since the batch was built, and that its trees lack; null for none. It overlaps none of
    /// the batch's own parts.</summary>
    public Footprint? Lacks { get; init; }

    /// <summary>Number of entries on staging.</summary>
    public int Landed { get; init; }

    /// <summary>Gate results, by the number of entries merged in the tree.</summary>
    public ImmutableSortedDictionary<int, MergeResult> Results { get; init; } = ImmutableSortedDictionary<int, MergeResult>.Empty;

    /// <summary>Trees whose gates are running, by the number of entries merged in the tree.</summary>
    public ImmutableSortedSet<int> Running { get; init; } = [];

    /// <summary>Number of leading entries that are not suspected of a failure. The entries after them include the culprit, if there is only
    /// one.</summary>
    public int Cleared { get; init; }

    /// <summary>True if the entries stay in this order, because there may be several culprits or another order can't be merged.</summary>
    public bool KeepsOrder { get; init; }

    /// <summary>Failed gate results of all trees of this search, oldest first. The culprit was merged in each, if there is only
    /// one.</summary>
    public ImmutableList<MergeResult> Reds { get; init; } = [];

    /// <summary>True if the batch has one entry, which then causes all failures.</summary>
    public bool IsAlone => Entries.Count == 1;

    /// <summary>Length of the longest prefix that is known to pass.</summary>
    public int Green => Math.Max(Landed, Results.Where(result => IsGreen(result.Value)).Select(result => result.Key).LastOrDefault());

    /// <summary>Length of the shortest prefix beyond <see cref="Green"/> that is known to fail; 0 for none.</summary>
    public int Red => Results.Where(result => result.Key > Green && !IsGreen(result.Value)).Select(result => result.Key).FirstOrDefault();

    /// <summary>Entries that are not on staging.</summary>
    public IEnumerable<MergeRequest> Rest => Entries.Skip(Landed);

    /// <summary>Commit that the first entry of <see cref="Rest"/> was merged onto.</summary>
    public string Base => Landed == 0 ? Merges[0].Onto : Merges[Landed - 1].Commit;

    /// <summary>True if gates failed on all entries together, or their result is unknown.</summary>
    public bool HasFailed => Results.TryGetValue(Entries.Count, out var whole) && !IsGreen(whole);

    /// <summary>Refusal of the entry at a position: its own, or that of the shortest failing prefix.</summary>
    /// <param name="length">Position of the entry, from 1.</param>
    public MergeResult RefusalOf(int length) =>
        Reds.FindLast(red => (red.TaskId, red.Attempt) == (Entries[length - 1].TaskId, Entries[length - 1].Attempt)) ?? Results[length];

    /// <summary>Adds the gate result of a tree. Failures of repeated runs on the same tree add up. Gates that finally pass are
    /// green.</summary>
    public TrainBatch With(int length, MergeResult result) =>
        this with
        {
            Running = Running.Remove(length),
            Reds = IsGreen(result) ? Reds : Reds.Add(result),
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

    /// <summary>Returns the batch after its rest was merged again onto staging, in the given order.</summary>
    /// <param name="entries">The rest, in its new order.</param>
    /// <param name="merges">Merges of the entries.</param>
    /// <param name="cleared">New value of <see cref="Cleared"/>.</param>
    /// <param name="keepsResults">True if results of trees count for the new ones, because the new order is the same.</param>
    public TrainBatch Remade(IReadOnlyList<MergeRequest> entries, IReadOnlyList<MergeResult> merges, int cleared, bool keepsResults)
    {
        // The tree of all entries is the same in any order, unless their merges do not commute.
        var isSameTree = keepsResults || (merges[^1].Tree is { } tree && tree == Merges[^1].Tree);
        var results = keepsResults
            ? Results.Where(result => result.Key > Landed).Select(result => KeyValuePair.Create(result.Key - Landed, result.Value))
            : Results
                .Where(result => isSameTree && result.Key == Entries.Count)
                .Select(last => KeyValuePair.Create(entries.Count, last.Value));
        return this with
        {
            Entries = entries,
            Merges = merges,
            Landed = 0,
            Lacks = null,
            Cleared = cleared,
            Results = results.ToImmutableSortedDictionary(),
        };
    }

    internal static bool IsGreen(MergeResult result) => result.Outcome == MergeOutcome.Made;
}
