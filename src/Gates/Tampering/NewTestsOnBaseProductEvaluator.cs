namespace Orchestrator.Gates.Tampering;

/// <summary>Evaluates whether a task's new and changed tests fail on the product without the task's change. Has no side effects.</summary>
public static class NewTestsOnBaseProductEvaluator
{
    private const int MostNamed = 20;

    /// <summary>
    /// Determines from gate verdicts whether the task's tests fail without its change. Null if the task has no new or changed test.
    /// </summary>
    /// <param name="tests">Tests of the task.</param>
    /// <param name="verdicts">Verdicts of the task's test gates on the task's tests with the product code of the base.</param>
    public static NewTestsOnBaseProductResult? Of(TestCodeChanges tests, IReadOnlyList<GateVerdict> verdicts)
    {
        var names = tests.ToProve;
        if (names.Count == 0)
        {
            return null;
        }
        var failed = verdicts.Where(verdict => verdict.Result == GateResult.Failed && !verdict.BlamesMachine).ToList();
        if (verdicts.Count == 0 || (failed.Count == 0 && !verdicts.All(verdict => verdict.Result == GateResult.Passed)))
        {
            return Unknown(names, InconclusiveNewTestsCause.CouldNotRun);
        }
        if (
            failed.Exists(verdict =>
                verdict.Kind is GateOutcomeKind.BuildFailed or GateOutcomeKind.Configuration or GateOutcomeKind.NoTests
            )
        )
        {
            return new NewTestsOnBaseProductResult(names.Count, names.Count, []);
        }
        IReadOnlyList<string> red = [.. failed.SelectMany(verdict => verdict.FailedTests ?? [])];
        if (failed.Count > 0 && red.Count == 0)
        {
            return Unknown(names, InconclusiveNewTestsCause.NoNames);
        }
        IReadOnlyList<string> green = [.. names.Where(name => !red.Any(one => TestNames.RefersTo(one, name)))];
        return new NewTestsOnBaseProductResult(names.Count, names.Count - green.Count, [.. green.Take(MostNamed)]);
    }

    /// <summary>
    /// Returns the tests whose base version fails on the work, and whose new version passes both with and without the work. These tests
    /// were weakened until they prove nothing.
    /// </summary>
    /// <param name="tests">Tests of the task.</param>
    /// <param name="failed">Tests whose base version fails on the work.</param>
    /// <param name="verdicts">Verdicts of the task's test gates on the task's tests with the product code of the base.</param>
    public static IReadOnlyList<string> FindIneffectiveTests(
        TestCodeChanges tests,
        IReadOnlyList<string> failed,
        IReadOnlyList<GateVerdict> verdicts
    )
    {
        var isTold =
            verdicts.Count > 0
            && verdicts.All(verdict => verdict.Passed || (BaseSuiteVerdict.IsRed(verdict) && verdict.FailedTests is { Count: > 0 }));
        IReadOnlyList<string> red = [.. verdicts.SelectMany(verdict => verdict.FailedTests ?? [])];
        return isTold ? [.. failed.Where(test => tests.KeptTestNames(test) is { Count: > 0 } names && !names.Any(IsRed))] : [];

        bool IsRed(string name) => red.Any(one => TestNames.RefersTo(one, name));
    }

    /// <summary>Returns an inconclusive result, or null if the task has no new or changed test.</summary>
    public static NewTestsOnBaseProductResult? Of(TestCodeChanges tests, InconclusiveNewTestsCause gap) =>
        tests.ToProve.Count == 0 ? null : Unknown(tests.ToProve, gap);

    private static NewTestsOnBaseProductResult Unknown(IReadOnlyList<string> names, InconclusiveNewTestsCause gap) =>
        new(names.Count, null, [], gap);
}
