using Orchestrator.Gates.Tampering;
using Orchestrator.Plans;

namespace Orchestrator.Gates.Tests;

/// <summary>The proof of red and the verdict of the base's own gates, from verdicts of gates.</summary>
public sealed class NewTestsOnBaseProductEvaluatorTests
{
    private static readonly TestCodeChanges Tests = new([
        new("tests/test_x.py", "def test_a():\n    assert f()\n", "def test_a():\n    assert g()\n\ndef test_b():\n    assert h()\n"),
    ]);

    [Fact]
    public void Of_NewAndChangedTests_AreRedByTheirNames()
    {
        Assert.Equal("red without the change: 2 of 2 tests", Said(Failed(GateOutcomeKind.Failed, "x.py::test_a", "x.py::test_b")));
        Assert.Equal(
            "red without the change: 1 of 2 tests; green with and without it: test_b",
            Said(Failed(GateOutcomeKind.Failed, "x.py::test_a"))
        );
        Assert.Equal("red without the change: 2 of 2 tests", Said(Failed(GateOutcomeKind.BuildFailed)));
    }

    [Fact]
    public void Of_TestsThatPassWithoutTheChange_ProveNothing()
    {
        Assert.Equal(
            "its tests prove nothing: red without the change: 0 of 2 tests; green with and without it: test_b, test_a",
            Said(Verdict(GateResult.Passed))
        );
        Assert.True(NewTestsOnBaseProductEvaluator.Of(Tests, [Verdict(GateResult.Passed)])!.ProvesNothing);
    }

    [Fact]
    public void Of_VerdictsThatSayNothing_AreAGap()
    {
        Assert.Equal(InconclusiveNewTestsCause.NoNames, NewTestsOnBaseProductEvaluator.Of(Tests, [Failed(GateOutcomeKind.Failed)])!.Gap);
        Assert.Equal(InconclusiveNewTestsCause.CouldNotRun, NewTestsOnBaseProductEvaluator.Of(Tests, [])!.Gap);
        Assert.Equal(
            InconclusiveNewTestsCause.CouldNotRun,
            NewTestsOnBaseProductEvaluator.Of(Tests, [Verdict(GateResult.CouldNotRun)])!.Gap
        );
        Assert.Null(NewTestsOnBaseProductEvaluator.Of(new TestCodeChanges([]), [Verdict(GateResult.Passed)]));
        foreach (var gap in Enum.GetValues<InconclusiveNewTestsCause>().Where(gap => gap != InconclusiveNewTestsCause.None))
        {
            Assert.False(NewTestsOnBaseProductEvaluator.Of(Tests, gap)!.ProvesNothing);
            Assert.StartsWith("it", GateVerdictFormatter.Red(NewTestsOnBaseProductEvaluator.Of(Tests, gap)!), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void BaseSuite_VerdictsOfTheBasesGates_AreReadBesideThoseOfTheWork()
    {
        GateVerdict[] green = [Verdict(GateResult.Passed)];

        Assert.Equal(BaseSuiteResult.Green, BaseSuiteVerdict.Of(green, green, []).Result);
        Assert.Equal(BaseSuiteResult.Red, BaseSuiteVerdict.Of(green, [Failed(GateOutcomeKind.Failed, "a")], []).Result);
        Assert.Equal(["a"], BaseSuiteVerdict.Of(green, [Failed(GateOutcomeKind.Failed, "a")], []).Failed);
        Assert.Equal(BaseSuiteResult.NotComparable, BaseSuiteVerdict.Of(green, [Failed(GateOutcomeKind.BuildFailed)], []).Result);
        Assert.Equal(BaseSuiteResult.NotComparable, BaseSuiteVerdict.Of(green, [Verdict(GateResult.TimedOut)], []).Result);
        Assert.Equal(
            BaseSuiteResult.NotComparable,
            BaseSuiteVerdict.Of(green, [Verdict(GateResult.Passed) with { Kind = GateOutcomeKind.NoTests }], []).Result
        );
        Assert.Equal(BaseSuiteResult.NotComparable, BaseSuiteVerdict.Of([], [Failed(GateOutcomeKind.Failed, "a")], []).Result);
        Assert.Equal(
            BaseSuiteResult.NotRun,
            BaseSuiteVerdict.Of(green, [Failed(GateOutcomeKind.Failed, "a")], [Failed(GateOutcomeKind.Failed)]).Result
        );
        // It fails on the work as well, so that it says nothing about what was put back.
        Assert.Equal(
            BaseSuiteResult.NotComparable,
            BaseSuiteVerdict.Of([Failed(GateOutcomeKind.Failed)], [Failed(GateOutcomeKind.Failed, "a")], []).Result
        );
    }

    [Fact]
    public void Hollow_TestThatFailsInItsOldFormAndPassesBothWays_IsNamed()
    {
        var red = Failed(GateOutcomeKind.Failed, "x.py::test_z");

        Assert.Equal(
            ["x.py::test_a"],
            NewTestsOnBaseProductEvaluator.FindIneffectiveTests(Tests, ["x.py::test_a", "x.py::test_gone"], [red])
        );
        Assert.Equal(
            ["x.py::test_a"],
            NewTestsOnBaseProductEvaluator.FindIneffectiveTests(Tests, ["x.py::test_a"], [Verdict(GateResult.Passed)])
        );
        Assert.Empty(
            NewTestsOnBaseProductEvaluator.FindIneffectiveTests(
                Tests,
                ["x.py::test_a"],
                [Failed(GateOutcomeKind.Failed, "moved.py::test_a")]
            )
        );
    }

    [Fact]
    public void Hollow_VerdictsThatNameNoTests_SayNothing()
    {
        Assert.Empty(NewTestsOnBaseProductEvaluator.FindIneffectiveTests(Tests, ["test_a"], []));
        Assert.Empty(NewTestsOnBaseProductEvaluator.FindIneffectiveTests(Tests, ["test_a"], [Failed(GateOutcomeKind.Failed)]));
        Assert.Empty(
            NewTestsOnBaseProductEvaluator.FindIneffectiveTests(
                Tests,
                ["test_a"],
                [Verdict(GateResult.Passed), Failed(GateOutcomeKind.BuildFailed)]
            )
        );
    }

    [Fact]
    public void FewerIn_GatesThatRunLessThanTheOthers_AreNamed()
    {
        Assert.Equal([new TestCountDrop("pytest", 5, 3)], Fewer(Ran(3), Ran(5)));
        Assert.Equal([new TestCountDrop("pytest", 5, 0)], Fewer(Verdict(GateResult.Passed), Ran(5)));
        Assert.Single(Fewer(Ran(3), Ran(5) with { Result = GateResult.Failed, Kind = GateOutcomeKind.Failed }));
        Assert.Empty(Fewer(Ran(3), Ran(5) with { Result = GateResult.Failed, Kind = GateOutcomeKind.BuildFailed }));
        Assert.Empty(Fewer(Ran(5), Ran(5)));
        Assert.Empty(Fewer(Ran(6), Ran(5)));
        Assert.Empty(Fewer(Ran(3) with { Result = GateResult.Failed }, Ran(5)));
        Assert.Single(BaseSuiteVerdict.Of([Ran(3)], [Ran(5)], []).Fewer);

        static IReadOnlyList<TestCountDrop> Fewer(GateVerdict now, GateVerdict before) => BaseSuiteVerdict.FewerIn([now], [before]);
        static GateVerdict Ran(int tests) => Verdict(GateResult.Passed) with { Tests = new TestCount(tests, 0, tests, []) };
    }

    private static string Said(GateVerdict verdict) => GateVerdictFormatter.Red(NewTestsOnBaseProductEvaluator.Of(Tests, [verdict])!);

    private static GateVerdict Failed(GateOutcomeKind kind, params string[] names) =>
        Verdict(GateResult.Failed) with
        {
            Kind = kind,
            FailedTests = names.Length == 0 ? null : names,
        };

    private static GateVerdict Verdict(GateResult result) =>
        new()
        {
            Gate = new Gate("pytest", GateType.Test),
            Command = "pytest",
            Result = result,
            Kind = GateOutcomeKind.Passed,
        };
}
