namespace Orchestrator.Gates.Tampering;

/// <summary>Reads what a task's new and changed tests show on the product without its change. Pure.</summary>
public static class RedProofs
{
    private const int MostNamed = 20;

    /// <summary>The proof of verdicts; null: the task has no new and no changed test.</summary>
    /// <param name="tests">The task's tests.</param>
    /// <param name="verdicts">Verdicts of its test gates with its tests and the product of its base.</param>
    public static RedProof? Of(TestChanges tests, IReadOnlyList<GateVerdict> verdicts)
    {
        var names = tests.ToProve;
        if (names.Count == 0)
        {
            return null;
        }
        var failed = verdicts.Where(verdict => verdict.Result == GateResult.Failed && !verdict.BlamesMachine).ToList();
        if (verdicts.Count == 0 || (failed.Count == 0 && !verdicts.All(verdict => verdict.Result == GateResult.Passed)))
        {
            return Unknown(names, RedProofGap.CouldNotRun);
        }
        if (failed.Exists(verdict => verdict.Kind is GateKind.BuildFailed or GateKind.Configuration or GateKind.NoTests))
        {
            return new RedProof(names.Count, names.Count, []);
        }
        IReadOnlyList<string> red = [.. failed.SelectMany(verdict => verdict.FailedTests ?? [])];
        if (failed.Count > 0 && red.Count == 0)
        {
            return Unknown(names, RedProofGap.NoNames);
        }
        IReadOnlyList<string> green = [.. names.Where(name => !red.Any(one => TestNames.Means(one, name)))];
        return new RedProof(names.Count, names.Count - green.Count, [.. green.Take(MostNamed)]);
    }

    /// <summary>Tests that fail on the work in the form of its base, and that in its own form pass with and without it: they were changed
    /// until they show nothing.</summary>
    /// <param name="tests">The task's tests.</param>
    /// <param name="failed">Tests that fail on the work in the form of its base.</param>
    /// <param name="verdicts">Verdicts of its test gates with its tests and the product of its base.</param>
    public static IReadOnlyList<string> Hollow(TestChanges tests, IReadOnlyList<string> failed, IReadOnlyList<GateVerdict> verdicts)
    {
        var isTold =
            verdicts.Count > 0
            && verdicts.All(verdict => verdict.Passed || (BaseSuite.IsRed(verdict) && verdict.FailedTests is { Count: > 0 }));
        IReadOnlyList<string> red = [.. verdicts.SelectMany(verdict => verdict.FailedTests ?? [])];
        return isTold ? [.. failed.Where(test => tests.NamesKept(test) is { Count: > 0 } names && !names.Any(IsRed))] : [];

        bool IsRed(string name) => red.Any(one => TestNames.Means(one, name));
    }

    /// <summary>A proof that says nothing; null: the task has no new and no changed test.</summary>
    public static RedProof? Of(TestChanges tests, RedProofGap gap) => tests.ToProve.Count == 0 ? null : Unknown(tests.ToProve, gap);

    private static RedProof Unknown(IReadOnlyList<string> names, RedProofGap gap) => new(names.Count, null, [], gap);
}
