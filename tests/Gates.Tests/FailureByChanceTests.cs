using Orchestrator.Gates.Running;
using Orchestrator.Gates.Turns;
using Orchestrator.Plans;
using Orchestrator.TestKit;

namespace Orchestrator.Gates.Tests;

/// <summary>Failures by chance, told apart from faults test by test.</summary>
public sealed class FailureByChanceTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task FailedTest_FailsAlone_IsAFaultWithoutASecondRunOfAll()
    {
        var verdict = await RunAsync("a b", "a");

        Assert.Equal((GateResult.Failed, GateFailure.Logic, 2), (verdict.Result, verdict.Failure, verdict.Runs));
        Assert.Null(verdict.FlakyTests);
        Assert.Equal(["all", "-k a or b"], Calls);
    }

    [Fact]
    public async Task FailedTest_PassesAloneAndWithAll_FailedByChance()
    {
        var verdict = await RunAsync("a", "", "");

        Assert.Equal((GateResult.Passed, GateFailure.Flaky, 2), (verdict.Result, verdict.Failure, verdict.Runs));
        Assert.Equal(["tests/t.py::a"], verdict.FlakyTests);
        Assert.Equal(["all", "-k a", "all"], Calls);
    }

    /// <summary>A test that only other tests break passes alone: that does not excuse it.</summary>
    [Fact]
    public async Task FailedTest_PassesAloneAndFailsWithAll_IsAFault()
    {
        var verdict = await RunAsync("a b", "", "a");

        Assert.Equal((GateResult.Failed, GateFailure.Logic), (verdict.Result, verdict.Failure));
        Assert.Equal(["tests/t.py::b"], verdict.FlakyTests);
    }

    [Fact]
    public async Task FailedTests_DifferEachTime_AreAFault()
    {
        var verdict = await RunAsync("a", "", "b");

        Assert.Equal((GateResult.Failed, GateFailure.Logic), (verdict.Result, verdict.Failure));
        Assert.Null(verdict.FlakyTests);
    }

    [Theory]
    [InlineData("a", GateResult.Passed, 3)]
    [InlineData("a b", GateResult.Failed, 2)]
    public async Task FailedTest_FailedByChanceBefore_HasOneRunMore(string failing, GateResult result, int runs)
    {
        var verdict = await RunAsync(
            [failing, failing, ""],
            subject => subject with { FlakyBefore = new HashSet<string> { "tests/t.py::a" } }
        );

        Assert.Equal((result, runs), (verdict.Result, verdict.Runs));
    }

    [Fact]
    public async Task NewTest_FailsInItsThirdRun_FailedByChanceAndDecides()
    {
        var verdict = await RunAsync(["", "", "a"], subject => subject with { NewTests = ["a"] });

        Assert.Equal((GateResult.Failed, 3), (verdict.Result, verdict.Runs));
        Assert.Equal(["tests/t.py::a"], verdict.FlakyTests);
        Assert.Contains(
            "These tests failed and passed on the same files: tests/t.py::a.",
            GateVerdictFormatter.Advice(verdict),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task NewTest_Passes_RunsThreeTimes()
    {
        var verdict = await RunAsync(["", "", ""], subject => subject with { NewTests = ["a"] });

        Assert.Equal((GateResult.Passed, GateFailure.None), (verdict.Result, verdict.Failure));
        Assert.Equal(["all", "-k a", "-k a"], Calls);
    }

    [Fact]
    public void Verdicts_OfAGate_TellWhichTestsFailByChance()
    {
        var verdict = Verdict([]) with { FlakyTests = null };
        GateVerdict[] past =
        [
            Verdict([]) with
            {
                FlakyTests = ["old"],
            },
            .. Enumerable.Repeat(verdict, FlakyTest.Longest - 2),
            verdict with
            {
                FlakyTests = ["a", "b"],
            },
            verdict with
            {
                FlakyTests = ["b"],
                At = DateTimeOffset.UnixEpoch,
            },
        ];

        Assert.Equal(
            [
                new FlakyTest("b", "pytest", 2, FlakyTest.Longest, DateTimeOffset.UnixEpoch),
                new FlakyTest("a", "pytest", 1, FlakyTest.Longest, null),
            ],
            FlakyTest.In(past)
        );
    }

    [Fact]
    public void Quarantine_OfEachFailedTest_TakesTheDecisionFromTheGate()
    {
        var verdict = Quarantine("t.py::a", "t.py::b").Apply(Verdict(["t.py::a", "t.py::b[1]"]), Today);

        Assert.True(verdict is { Quarantined: true, IsAcceptable: true, Holds: true, Passed: false });
        Assert.Equal(["t.py::a", "t.py::b[1]"], verdict.QuarantinedTests);
    }

    [Fact]
    public void Quarantine_ThatDoesNotCoverTheFailure_ChangesNothing()
    {
        var quarantine = Quarantine("t.py::a");
        var failed = Verdict(["t.py::a"]);

        Assert.All(
            [
                quarantine.Apply(Verdict(["t.py::a", "t.py::ab"]), Today),
                quarantine.Apply(failed with { Counts = new TestCounts(1, 2, 0) }, Today),
                quarantine.Apply(failed with { Counts = new TestCounts(1, 1, 0, 1) }, Today),
                quarantine.Apply(failed with { Counts = null }, Today),
                quarantine.Apply(failed with { Kind = GateOutcomeKind.BuildFailed }, Today),
                quarantine.Apply(failed with { Result = GateResult.TimedOut }, Today),
                quarantine.Apply(failed, Today.AddDays(2)),
            ],
            verdict => Assert.False(verdict.Quarantined)
        );
        Assert.True(quarantine.Apply(failed, Today.AddDays(1)).Quarantined);
    }

    private static DateTimeOffset Today { get; } = new(2026, 11, 27, 23, 59, 0, TimeSpan.Zero);

    private string[] Calls => File.ReadAllLines(_folder["calls"]);

    private static TestQuarantine Quarantine(params string[] tests) =>
        new([.. tests.Select(test => new QuarantinedTest(test, "ann", "time", new DateOnly(2026, 11, 28)))]);

    private static GateVerdict Verdict(IReadOnlyList<string> failed) =>
        new()
        {
            Gate = new Gate("pytest"),
            Command = "pytest",
            Result = GateResult.Failed,
            Failure = GateFailure.Logic,
            Kind = GateOutcomeKind.Failed,
            Counts = new TestCounts(1, failed.Count, 0),
            FailedTests = failed,
        };

    private Task<GateVerdict> RunAsync(params string[] failing) => RunAsync(failing, subject => subject);

    // A runner with pytest's words: the tests of one line fail in one run.
    private Task<GateVerdict> RunAsync(string[] failing, Func<GateRunContext, GateRunContext> change)
    {
        _folder.Write("runs", string.Join('\n', failing) + "\n");
        _folder.WriteProgram(
            "pytest",
            """
            #!/bin/sh
            echo "${*:-all}" >>calls
            failing=$(sed -n "$(wc -l <calls)p" runs)
            echo '===== test session starts ====='
            for test in $failing; do echo "FAILED tests/t.py::$test - assert 1 == 2"; done
            set -- $failing
            [ $# = 0 ] && { echo '===== 3 passed in 0.01s ====='; exit 0; }
            echo "===== $# failed, 1 passed in 0.01s ====="
            exit 1
            """
        );
        var gates = new GateRunner(GateScheduler.Of(new Dictionary<string, string> { ["HOME"] = _folder.Path }));
        var subject = new GateRunContext { Directory = _folder.Path, Environment = GateVariables.Make() };
        return gates.RunAsync(new Gate("./pytest", GateType.Test), change(subject), _folder["evidence/gate.log"], Eventually.Timeout());
    }
}
