namespace Orchestrator.Gates.Tampering;

/// <summary>The result of work in the gates as they were at its base.</summary>
public enum BaseSuiteResult
{
    /// <summary>The gates were not run, or those that fail fail at the base as well.</summary>
    NotRun,

    /// <summary>The gates pass.</summary>
    Green,

    /// <summary>The gates fail.</summary>
    Red,

    /// <summary>The gates say nothing about it: tests of the base do not compile or load against it, or none ran.</summary>
    NotComparable,
}

/// <summary>A gate that ran fewer tests on work than on its base.</summary>
/// <param name="Gate">The gate's name.</param>
/// <param name="Before">Tests that ran in the form of the base.</param>
/// <param name="Now">Tests that ran on the work.</param>
public sealed record FewerTests(string Gate, int Before, int Now);

/// <summary>The verdict of the base's own gates on a task's product code: with tests, fixtures, configuration and scripts as at the
/// base.</summary>
/// <param name="Result">How it fares.</param>
/// <param name="Failed">Tests that fail, as the runner spells them; empty where it names none.</param>
public sealed record BaseSuite(BaseSuiteResult Result, IReadOnlyList<string> Failed)
{
    /// <summary>Gates that run fewer tests on the work than in the form of its base.</summary>
    public IReadOnlyList<FewerTests> Fewer { get; init; } = [];

    /// <summary>The verdict of gates that were not run.</summary>
    public static BaseSuite NotRun { get; } = new(BaseSuiteResult.NotRun, []);

    /// <summary>Reads the verdicts.</summary>
    /// <param name="ofWork">Verdicts of gates on the work as it is: one that did not pass there says nothing here.</param>
    /// <param name="verdicts">Verdicts with everything put back that they rest on; also of gates that did not look at the work, which
    /// have to pass as well.</param>
    /// <param name="atBase">Verdicts of the failed ones at the base: one that does not pass there waits for work that is still to be
    /// done.</param>
    public static BaseSuite Of(IReadOnlyList<GateVerdict> ofWork, IReadOnlyList<GateVerdict> verdicts, IReadOnlyList<GateVerdict> atBase)
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

    /// <summary>The gates that ran fewer tests on the work than in other verdicts of the same gates. Without a count none ran.</summary>
    public static IReadOnlyList<FewerTests> FewerIn(IReadOnlyList<GateVerdict> ofWork, IReadOnlyList<GateVerdict> others) =>
        [
            .. ofWork
                .Where(verdict => verdict.Passed && !ChangedFileNames.AreAskedFor(verdict.Gate))
                .Join(
                    others.Where(verdict => verdict.Passed || IsRed(verdict)),
                    verdict => verdict.Gate.Identity,
                    verdict => verdict.Gate.Identity,
                    (now, before) => new FewerTests(now.Gate.Name, before.Tests?.Ran ?? 0, now.Tests?.Ran ?? 0)
                )
                .Where(fewer => fewer.Now < fewer.Before),
        ];

    /// <summary>True if a gate says that the work is not good. A build that fails, or a test that can't be loaded, is what a changed
    /// interface does to old tests.</summary>
    public static bool IsRed(GateVerdict verdict) =>
        verdict
            is {
                Result: GateResult.Failed,
                Kind: GateKind.Failed,
                BlamesMachine: false,
                Quarantined: false,
                Gate.Type: GateType.Test or GateType.Custom,
            };

    private static bool IsGreen(GateVerdict verdict) =>
        verdict is { Holds: true, Gate.Type: GateType.Test or GateType.Custom } && verdict.Kind != GateKind.NoTests;
}
