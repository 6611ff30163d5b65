using System.Collections.Immutable;

namespace Orchestrator.Workflows.Train;

/// <summary>
/// One or more entries that are merged on top of each other and tested by gates together. Each entry has a merge commit that is not on the
/// staging branch yet.
/// </summary>
/// <param name="Entries">Entries in merge order.</param>
/// <param name="Merges">Merge commits of the entries, in the same order.</param>
internal sealed record TrainBatch(IReadOnlyList<TaskMergeRequest> Entries, IReadOnlyList<MergeResult> Merges)
{
    /// <summary>Number of the batch within this execution.</summary>
    public int Id { get; init; }

    /// <summary>Number of the batch that this one is built on, assuming that the other one passes; 0 for staging.</summary>
    public int After { get; init; }

    /// <summary>Parts of the repository that the entries can affect.</summary>
    public ChangeFootprint Footprint { get; init; } = ChangeFootprint.Everything;

    /// <summary>
    /// Footprint of work that landed after the batch was built, and that the batch's trees do not contain; null if there is none. It never
    /// overlaps the batch's own footprint.
    /// </summary>
    public ChangeFootprint? Lacks { get; init; }

    /// <summary>Number of the batch's entries that are already on staging.</summary>
    public int Landed { get; init; }

    /// <summary>Gate results by the number of entries that are merged in the tested tree.</summary>
    public ImmutableSortedDictionary<int, MergeResult> Results { get; init; } = ImmutableSortedDictionary<int, MergeResult>.Empty;

    /// <summary>Trees whose gates are running, each identified by the number of entries that are merged in it.</summary>
    public ImmutableSortedSet<int> Running { get; init; } = [];

    /// <summary>
    /// Number of leading entries that are not suspected of a failure. If there is a single culprit, it is among the other entries.
    /// </summary>
    public int Cleared { get; init; }

    /// <summary>
    /// True if the entries must keep this order, because there may be several culprits, or because another order could not be merged.
    /// </summary>
    public bool KeepsOrder { get; init; }

    /// <summary>
    /// Failed gate results of all trees in this search, oldest first. If there is a single culprit, each of these trees contains it.
    /// </summary>
    public ImmutableList<MergeResult> Reds { get; init; } = [];

    /// <summary>True if the batch has a single entry, which then causes every failure.</summary>
    public bool IsAlone => Entries.Count == 1;

    /// <summary>Length of the longest prefix that is known to pass.</summary>
    public int Green => Math.Max(Landed, Results.Where(result => IsGreen(result.Value)).Select(result => result.Key).LastOrDefault());

    /// <summary>Length of the shortest prefix beyond <see cref="Green"/> that is known to fail; 0 if there is none.</summary>
    public int Red => Results.Where(result => result.Key > Green && !IsGreen(result.Value)).Select(result => result.Key).FirstOrDefault();

    /// <summary>Entries that are not on staging yet.</summary>
    public IEnumerable<TaskMergeRequest> Rest => Entries.Skip(Landed);

    /// <summary>Commit that the first entry of <see cref="Rest"/> was merged onto.</summary>
    public string Base => Landed == 0 ? Merges[0].Onto : Merges[Landed - 1].Commit;

    /// <summary>True if the gates failed on the merge of all entries, or their result is unknown.</summary>
    public bool HasFailed => Results.TryGetValue(Entries.Count, out var whole) && !IsGreen(whole);

    /// <summary>
    /// Returns the refusal of the entry at a position. This is the last failed gate result for the entry, or else the gate result of the
    /// prefix that ends with it.
    /// </summary>
    /// <param name="length">Position of the entry, from 1.</param>
    public MergeResult RefusalOf(int length) =>
        Reds.FindLast(red => (red.TaskId, red.Attempt) == (Entries[length - 1].TaskId, Entries[length - 1].Attempt)) ?? Results[length];

    /// <summary>
    /// Returns the batch with another gate result. Failures of repeated runs on the same tree add up, and gates that pass in the end count
    /// as passed.
    /// </summary>
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

    /// <summary>Returns the batch after its remaining entries were merged again onto staging, in the given order.</summary>
    /// <param name="entries">Remaining entries, in their new order.</param>
    /// <param name="merges">Merge commits of these entries.</param>
    /// <param name="cleared">New value of <see cref="Cleared"/>.</param>
    /// <param name="keepsResults">True if earlier gate results stay valid, because the order is unchanged.</param>
    public TrainBatch Rebuilt(IReadOnlyList<TaskMergeRequest> entries, IReadOnlyList<MergeResult> merges, int cleared, bool keepsResults)
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
