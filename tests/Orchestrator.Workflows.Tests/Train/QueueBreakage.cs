using Orchestrator.Messages;

namespace Orchestrator.Workflows.Tests.Train;

/// <summary>First attempts that break the gates, alone or in pairs.</summary>
internal sealed class QueueBreakage(Random random, int n)
{
    private readonly HashSet<string> _culprits = [.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => $"t{random.Next(1, n + 1)}")];

    private readonly List<(string, string)> _pairs =
    [
        .. Enumerable.Range(0, random.Next(0, 3)).Select(_ => ($"t{random.Next(1, n + 1)}", $"t{random.Next(1, n + 1)}")),
    ];

    /// <summary>Part of the repository of an entry; pairs of different parts do not fail.</summary>
    public Func<TaskMergeRequest, string> LaneOf { get; init; } = _ => "";

    /// <summary>True if gates fail on a tree with these entries.</summary>
    public bool IsIn(IReadOnlyList<TaskMergeRequest> merged)
    {
        var first = merged.Where(entry => entry.Attempt == 1).ToDictionary(entry => entry.TaskId, LaneOf);
        return first.Keys.Any(_culprits.Contains)
            || _pairs.Exists(pair =>
                pair.Item1 != pair.Item2
                && first.TryGetValue(pair.Item1, out var lane)
                && first.TryGetValue(pair.Item2, out var other)
                && lane == other
            );
    }
}
