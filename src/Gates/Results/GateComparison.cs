namespace Orchestrator.Gates.Results;

/// <summary>A passing run of a gate, for comparison with later ones.</summary>
/// <param name="Tests">Tests that ran; null: they could not be counted.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record GreenRun(int? Tests, double Seconds);

/// <summary>Finds what is unusual about a passing gate compared with earlier runs. It prevents nothing; people are notified.</summary>
public static class GateComparison
{
    /// <summary>How many earlier runs count: after these a suite that was reduced on purpose is normal.</summary>
    public const int Looked = 5;

    private const double Faster = 5;
    private const double LongEnough = 10;

    /// <summary>What is unusual, in a few words; null: nothing.</summary>
    /// <param name="past">Earlier passing runs of the same command, oldest first.</param>
    /// <param name="verdict">The present result.</param>
    public static string? Find(IReadOnlyList<GreenRun> past, GateVerdict verdict)
    {
        // A faster measurement may be just what was wanted.
        if (verdict is not { Result: GateResult.Passed, Cached: null, Gate.IsMeasurement: false })
        {
            return null;
        }
        return verdict.Tests?.Contradiction ?? Beside([.. past.TakeLast(Looked)], verdict);
    }

    private static string? Beside(IReadOnlyList<GreenRun> past, GateVerdict verdict)
    {
        // Its result depends on the changed files, so runs are not comparable.
        if (past.Count == 0 || ChangedFileNames.AreAskedFor(verdict.Gate))
        {
            return null;
        }
        var most = past.Max(run => run.Tests);
        if (most is { } before && IsFarLess(verdict.Tests?.Ran ?? 0, before))
        {
            var when = past[^1].Tests == before ? "last time" : "lately";
            return verdict.Tests is { } now ? $"{Words(before)} {when}, {now.Ran} now" : $"{Words(before)} {when}, none counted now";
        }
        // With as many tests as before the cause is the machine, or the build's cache.
        var usual = past.Select(run => run.Seconds).Order().ElementAt(past.Count / 2);
        return verdict.Tests is null && past.Count >= 2 && usual >= LongEnough && verdict.Duration.TotalSeconds * Faster < usual
            ? string.Create(CultureInfo.InvariantCulture, $"{usual:0.0} s lately, {verdict.Duration.TotalSeconds:0.0} s now")
            : null;
    }

    // Less than half; for a handful only when nothing is left.
    private static bool IsFarLess(int now, int before) => before > 0 && (now == 0 || (now * 2 < before && before - now >= 5));

    private static string Words(int tests) => $"{tests} {(tests == 1 ? "test" : "tests")}";
}
