namespace Orchestrator.Gates.Tampering;

/// <summary>Result of running a task's gates on its work with the tests, configuration and scripts of the base.</summary>
public enum BaseSuiteResult
{
    /// <summary>The gates were not run with the base's tests, or each gate that fails with them also fails on the base itself.</summary>
    NotRun,

    /// <summary>The gates pass with the tests and configuration of the base.</summary>
    Green,

    /// <summary>At least one gate that does not fail on the base itself fails with the tests and configuration of the base.</summary>
    Red,

    /// <summary>
    /// The result is inconclusive, for example because the base's tests do not compile or load with the task's work, or because no test
    /// ran.
    /// </summary>
    NotComparable,
}

/// <summary>Gate that ran fewer tests with the test files of a task's work than with those of the base commit.</summary>
/// <param name="Gate">Name of the gate.</param>
/// <param name="Before">Tests that ran in the base's version.</param>
/// <param name="Now">Tests that ran on the work.</param>
public sealed record TestCountDrop(string Gate, int Before, int Now);

/// <summary>
/// Verdict of the gates on a task's product code combined with the tests, fixtures, configuration and scripts of the base.
/// </summary>
/// <param name="Result">Result of the gates.</param>
/// <param name="Failed">Names of failed tests, as the test runner spells them. Empty if the runner names none.</param>
public sealed record BaseSuiteVerdict(BaseSuiteResult Result, IReadOnlyList<string> Failed)
{
    /// <summary>Gates that ran fewer tests with the test files of the task's work than with those of the base.</summary>
    public IReadOnlyList<TestCountDrop> Fewer { get; init; } = [];

    /// <summary>Verdict if the gates were not run with the tests of the base.</summary>
    public static BaseSuiteVerdict NotRun { get; } = new(BaseSuiteResult.NotRun, []);

    /// <summary>Combines the verdicts of the individual gates into one verdict.</summary>
    /// <param name="ofWork">Verdicts of gates on the unchanged work. A gate that did not pass on the unchanged work is ignored.</param>
    /// <param name="verdicts">Verdicts after restoring everything that they depend on from the base. Includes gates that did not check the
    /// work, which have to pass as well.</param>
    /// <param name="atBase">Verdicts of the failed gates at the base. A gate that also fails at the base depends on unfinished
    /// work.</param>
    public static BaseSuiteVerdict Of(
        IReadOnlyList<GateVerdict> ofWork,
        IReadOnlyList<GateVerdict> verdicts,
        IReadOnlyList<GateVerdict> atBase
    )
    {
        var known = ofWork.ToDictionary(verdict => verdict.Gate.Identity, verdict => verdict.Holds);
        var open = atBase
            .Where(verdict => verdict is { Passed: false, Quarantined: false })
            .Select(verdict => verdict.Gate.Identity)
            .ToHashSet();
        var telling = verdicts.Where(verdict => known.GetValueOrDefault(verdict.Gate.Identity, true)).ToList();
        var red = telling
            .Where(verdict => IsRed(verdict) && known.ContainsKey(verdict.Gate.Identity) && !open.Contains(verdict.Gate.Identity))
            .ToList();
        var failing = telling.Where(verdict => verdict is { Passed: false, Quarantined: false }).ToList();
        var fewer = FewerIn(ofWork, telling);
        return red.Count > 0 ? new(BaseSuiteResult.Red, [.. red.SelectMany(verdict => verdict.FailedTests ?? [])]) { Fewer = fewer }
            : telling.Exists(IsGreen) && failing.Count == 0 ? new(BaseSuiteResult.Green, []) { Fewer = fewer }
            : failing.Count > 0 && failing.TrueForAll(verdict => open.Contains(verdict.Gate.Identity)) ? NotRun
            : new(BaseSuiteResult.NotComparable, []);
    }

    /// <summary>
    /// Returns the gates that ran fewer tests on the work than in the run that a second list of verdicts describes. A missing count is
    /// treated as zero tests.
    /// </summary>
    public static IReadOnlyList<TestCountDrop> FewerIn(IReadOnlyList<GateVerdict> ofWork, IReadOnlyList<GateVerdict> others) =>
        [
            .. ofWork
                .Where(verdict => verdict.Result == GateResult.Passed && !ChangedFileNames.AreAskedFor(verdict.Gate))
                .Join(
                    others.Where(verdict => verdict.Passed || IsRed(verdict)),
                    verdict => verdict.Gate.Identity,
                    verdict => verdict.Gate.Identity,
                    (now, before) => new TestCountDrop(now.Gate.Name, before.Tests?.Ran ?? 0, now.Tests?.Ran ?? 0)
                )
                .Where(fewer => fewer.Now < fewer.Before),
        ];

    /// <summary>
    /// True if a gate rejects the work. A failed build or a test that can't be loaded does not count, because an interface change can break
    /// old tests in these ways.
    /// </summary>
    public static bool IsRed(GateVerdict verdict) =>
        verdict
            is {
                Result: GateResult.Failed,
                Kind: GateOutcomeKind.Failed,
                BlamesMachine: false,
                Quarantined: false,
                Gate.Type: GateType.Test or GateType.Custom,
            };

    private static bool IsGreen(GateVerdict verdict) =>
        verdict is { Holds: true, Gate.Type: GateType.Test or GateType.Custom } && verdict.Kind != GateOutcomeKind.NoTests;
}
