namespace Orchestrator.QualityGates;

/// <summary>Finds what is unusual about a passing gate compared with its earlier runs and with its own result files. Pure.</summary>
public static class GateComparison
{
    /// <summary>How many earlier runs count: after these a suite that was reduced on purpose is normal.</summary>
    public const int Looked = 5;

    private const int MostFiles = 3;
    private const double Faster = 5;
    private const double LongEnough = 10;

    /// <summary>What is unusual; null: nothing.</summary>
    /// <param name="past">Earlier results of the same gate, oldest first.</param>
    /// <param name="verdict">The present result.</param>
    public static GateOddity? Find(IEnumerable<GateVerdict> past, GateVerdict verdict)
    {
        // A faster measurement may be just what was wanted.
        if (verdict is not { Result: GateResult.Passed, Cached: false, Gate.IsMeasurement: false })
        {
            return null;
        }
        return verdict.Tests is { IsContradicted: true } tests
            ? new GateOddity(GateOddityKind.CountsDiffer)
            {
                Before = tests.Printed,
                Now = tests.Ran,
                Files = new NamedFiles([.. tests.Files.Take(MostFiles)], Math.Max(0, tests.Files.Count - MostFiles)),
            }
            : Beside([.. past.Where(run => run.Passed).TakeLast(Looked)], verdict);
    }

    private static GateOddity? Beside(IReadOnlyList<GateVerdict> past, GateVerdict verdict)
    {
        // Its result depends on the changed files, so runs are not comparable.
        if (past.Count == 0 || ChangedFileNames.AreAskedFor(verdict.Gate))
        {
            return null;
        }
        var most = past.Max(run => run.Tests?.Ran);
        if (most is { } before && IsFarLess(verdict.Tests?.Ran ?? 0, before))
        {
            var isLast = past[^1].Tests?.Ran == before;
            return new GateOddity(isLast ? GateOddityKind.FewerTestsThanLast : GateOddityKind.FewerTestsThanLately)
            {
                Before = before,
                Now = verdict.Tests?.Ran,
            };
        }
        // With as many tests as before the cause is the machine, or the build's cache.
        var usual = past.Select(run => run.Duration.TotalSeconds).Order().ElementAt(past.Count / 2);
        return verdict.Tests is null && past.Count >= 2 && usual >= LongEnough && verdict.Duration.TotalSeconds * Faster < usual
            ? new GateOddity(GateOddityKind.Faster) { Before = (decimal)usual, Now = (decimal)verdict.Duration.TotalSeconds }
            : null;
    }

    // Less than half; for a handful only when nothing is left.
    private static bool IsFarLess(int now, int before) => before > 0 && (now == 0 || (now * 2 < before && before - now >= 5));
}
