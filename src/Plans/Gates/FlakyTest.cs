namespace Orchestrator.Plans;

/// <summary>A test that failed and passed on the same files, by the latest verdicts of its gate.</summary>
/// <param name="Test">The test as its runner spells it.</param>
/// <param name="Gate">The command of its gate.</param>
/// <param name="Flakes">The number of verdicts with such a failure.</param>
/// <param name="Verdicts">The number of verdicts that count, at most <see cref="Longest"/>.</param>
/// <param name="Last">The time of the latest such failure; null: it was not noted.</param>
public sealed record FlakyTest(
    [property: JsonPropertyName("test")] string Test,
    [property: JsonPropertyName("gate")] string Gate,
    [property: JsonPropertyName("flakes")] int Flakes,
    [property: JsonPropertyName("verdicts")] int Verdicts,
    [property: JsonPropertyName("last")] DateTimeOffset? Last
)
{
    /// <summary>The number of verdicts that count.</summary>
    public const int Longest = 50;

    /// <summary>The tests that failed by chance in verdicts of one gate, the most frequent first. Pure.</summary>
    /// <param name="past">The verdicts, oldest first.</param>
    public static IReadOnlyList<FlakyTest> In(IReadOnlyList<GateVerdict> past)
    {
        var counted = past.TakeLast(Longest).ToList();
        return
        [
            .. counted
                .SelectMany(verdict => (verdict.FlakyTests ?? []).Distinct().Select(test => (Test: test, Verdict: verdict)))
                .GroupBy(flake => flake.Test)
                .Select(flakes => new FlakyTest(
                    flakes.Key,
                    flakes.First().Verdict.Gate.Command,
                    flakes.Count(),
                    counted.Count,
                    flakes.Max(flake => flake.Verdict.At)
                ))
                .OrderByDescending(flaky => flaky.Flakes)
                .ThenBy(flaky => flaky.Test, StringComparer.Ordinal),
        ];
    }
}
