namespace Orchestrator.Plans;

/// <summary>A test that failed and passed on the same files, according to recent verdicts of its gate.</summary>
/// <param name="Test">Name of the test as its runner spells it.</param>
/// <param name="Gate">Command of the gate.</param>
/// <param name="Flakes">Number of verdicts in which the test both failed and passed.</param>
/// <param name="Verdicts">Number of inspected verdicts, at most <see cref="Longest"/>.</param>
/// <param name="Last">Time of the latest flaky verdict, or null if it was not recorded.</param>
public sealed record FlakyTest(
    [property: JsonPropertyName("test")] string Test,
    [property: JsonPropertyName("gate")] string Gate,
    [property: JsonPropertyName("flakes")] int Flakes,
    [property: JsonPropertyName("verdicts")] int Verdicts,
    [property: JsonPropertyName("last")] DateTimeOffset? Last
)
{
    /// <summary>Maximum number of recent verdicts that are searched for flaky tests.</summary>
    public const int Longest = 50;

    /// <summary>Finds flaky tests in a gate's verdicts. Tests that were flaky most often come first.</summary>
    /// <param name="past">Verdicts, oldest first.</param>
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
