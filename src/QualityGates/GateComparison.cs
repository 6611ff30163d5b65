namespace Orchestrator.QualityGates;

/// <summary>A green run of a gate, as far as later ones are compared with it.</summary>
/// <param name="Tests">Tests that ran; null: they could not be counted.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record GreenRun(int? Tests, double Seconds);

/// <summary>What is strange about a green gate beside its own past. It stands in nobody's way; people are told.</summary>
public static class GateComparison
{
    /// <summary>So many runs are looked back on: a suite that was made smaller on purpose is the usual one after that.</summary>
    public const int Looked = 5;

    private const double Faster = 5;
    private const double LongEnough = 10;

    /// <summary>The strange in a few words; null: nothing is.</summary>
    /// <param name="past">Earlier green runs of the same command, oldest first.</param>
    /// <param name="verdict">How it ended now.</param>
    public static string? Find(IReadOnlyList<GreenRun> past, GateVerdict verdict)
    {
        // A measurement that is over sooner may be just what was wanted.
        if (verdict is not { Result: GateResult.Passed, Cached: null, Gate.IsMeasurement: false })
        {
            return null;
        }
        return verdict.Tests?.Contradiction ?? Beside([.. past.TakeLast(Looked)], verdict);
    }

    private static string? Beside(IReadOnlyList<GreenRun> past, GateVerdict verdict)
    {
        // What it looks at hangs on what was changed.
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
        // With as many tests as ever it was the machine, or what the build kept.
        var usual = past.Select(run => run.Seconds).Order().ElementAt(past.Count / 2);
        return verdict.Tests is null && past.Count >= 2 && usual >= LongEnough && verdict.Duration.TotalSeconds * Faster < usual
            ? string.Create(CultureInfo.InvariantCulture, $"{usual:0.0} s lately, {verdict.Duration.TotalSeconds:0.0} s now")
            : null;
    }

    // Less than half; of a handful only when nothing is left.
    private static bool IsFarLess(int now, int before) => before > 0 && (now == 0 || (now * 2 < before && before - now >= 5));

    private static string Words(int tests) => $"{tests} {(tests == 1 ? "test" : "tests")}";
}
