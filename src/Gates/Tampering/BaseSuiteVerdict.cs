namespace Orchestrator.Gates.Tampering;

/// <summary>Result of running the base's own gates on a task's work.</summary>
public enum BaseSuiteResult
{
    /// <summary>The base's gates were not run, or all gates that fail on the work also fail at the base.</summary>
    NotRun,

    /// <summary>The base's gates pass.</summary>
    Green,

    /// <summary>The base's gates fail.</summary>
    Red,

    /// <summary>The result is inconclusive, because tests of the base do not compile or load with the work, or no test ran.</summary>
    NotComparable,
}

/// <summary>Gate that ran fewer tests on the work than on its base.</summary>
/// <param name="Gate">Name of the gate.</param>
/// <param name="Before">Tests that ran in the base's version.</param>
/// <param name="Now">Tests that ran on the work.</param>
public sealed record TestCountDrop(string Gate, int Before, int Now);

/// <summary>Verdict of the base's own gates on a task's product code, with the base's tests, fixtures, configuration and
/// scripts.</summary>
/// <param name="Result">Result of the gates.</param>
/// <param name="Failed">Names of failed tests, as the test runner spells them. Empty if the runner names none.</param>
public sealed record BaseSuiteVerdict(BaseSuiteResult Result, IReadOnlyList<string> Failed)
{
    /// <summary>Gates that run fewer tests on the work than in the base's version.</summary>
    public IReadOnlyList<TestCountDrop> Fewer { get; init; } = [];

    /// <summary>Verdict for base gates that were not run.</summary>
    public static BaseSuiteVerdict NotRun { get; } = new(BaseSuiteResult.NotRun, []);

    /// <summary>Combines the verdicts of the gates.</summary>
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
    /// Returns the gates that ran fewer tests on the work than in a second list of verdicts. A missing count is treated as zero tests.
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
    /// True if a gate rejects the work. A failed build or a test that can't be loaded does not count, because a changed interface can cause
    /// both in old tests.
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
