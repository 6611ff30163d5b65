using System.Collections.Immutable;

namespace Orchestrator.Workflows.Train;

/// <summary>Entries that are merged one on top of the other and gated as a whole, or one alone: one merge commit each, none of them on
/// staging yet.</summary>
/// <param name="Entries">In the order of their merges.</param>
/// <param name="Merges">Their merges, in the same order.</param>
internal sealed record TrainBatch(IReadOnlyList<MergeRequest> Entries, IReadOnlyList<MergeResult> Merges)
{
    /// <summary>The number of entries that staging contains.</summary>
    public int Landed { get; init; }

    /// <summary>Gate results, by the number of entries merged in the tree.</summary>
    public ImmutableSortedDictionary<int, MergeResult> Results { get; init; } = ImmutableSortedDictionary<int, MergeResult>.Empty;

    /// <summary>Trees whose gates run, by the same number.</summary>
    public ImmutableSortedSet<int> Running { get; init; } = [];

    /// <summary>True if the batch is one entry, whose fault is its own.</summary>
    public bool IsAlone => Entries.Count == 1;

    /// <summary>The longest prefix that is known to pass.</summary>
    public int Green => Math.Max(Landed, Results.Where(result => IsGreen(result.Value)).Select(result => result.Key).LastOrDefault());

    /// <summary>The shortest prefix beyond that which is known to fail; 0: none.</summary>
    public int Red => Results.Where(result => result.Key > Green && !IsGreen(result.Value)).Select(result => result.Key).FirstOrDefault();

    /// <summary>Entries that are not on staging.</summary>
    public IEnumerable<MergeRequest> Rest => Entries.Skip(Landed);

    /// <summary>Adds the gate result of a tree. If the failed gates were run once more, failures of the same tree add up; gates that pass
    /// in the end are green.</summary>
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
