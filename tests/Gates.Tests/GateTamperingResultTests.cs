using Orchestrator.Gates.Tampering;
using Orchestrator.Plans;

namespace Orchestrator.Gates.Tests;

public sealed class GateTamperingResultTests
{
    [Theory]
    [InlineData("312", "4", "312 tests last time, 4 now")]
    [InlineData("312 4", "4", "312 tests lately, 4 now")]
    [InlineData("312", "", "312 tests last time, none counted now")]
    [InlineData("1", "0", "1 test last time, 0 now")]
    [InlineData("312", "200", null)]
    [InlineData("5", "2", null)]
    [InlineData("312 4 4 4 4 4", "4", null)]
    [InlineData("", "4", null)]
    [InlineData("-", "", null)]
    public void OfResult_TestsBesideTheGatesOwnPast_NamesFarFewer(string past, string now, string? strange)
    {
        var runs = past.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => Verdict(n == "-" ? null : Count(Number(n)), 1));

        Assert.Equal(strange, Words(runs, Verdict(now.Length == 0 ? null : Count(Number(now)), 1)));
    }

    [Theory]
    [InlineData(40, 0.5, null, "40.0 s lately, 0.5 s now")]
    [InlineData(40, 20, null, null)]
    [InlineData(5, 0.1, null, null)]
    [InlineData(40, 0.5, 312, null)] // As many tests as ever: only the machine was faster.
    public void OfResult_TimeBesideTheGatesOwnPast_NamesFarFasterWhereNothingWasCounted(
        double before,
        double now,
        int? tests,
        string? strange
    ) =>
        Assert.Equal(
            strange,
            Words(
                Enumerable.Repeat(Verdict(tests is { } usual ? Count(usual) : null, before), 2),
                Verdict(tests is { } n ? Count(n) : null, now)
            )
        );

    [Theory]
    [InlineData("junit.xml", "it printed 312 tests, junit.xml says 4")]
    [InlineData("junit.xml unit.trx", "it printed 312 tests, junit.xml, unit.trx say 4")]
    [InlineData("a b c d e", "it printed 312 tests, a, b, c and 2 more say 4")]
    public void OfResult_PrintedMoreThanItsResultFilesSay_IsNamed(string files, string strange) =>
        Assert.Equal(strange, Words([], Verdict(new TestCount(4, 0, 312, files.Split(' ')), 1)));

    [Theory]
    [InlineData(312, "312 tests before any work was done, 311 tests now")]
    [InlineData(311, null)]
    public void SinceBase_FewerTests_AreNamedBeItOne(int before, string? strange)
    {
        var now = Verdict(Count(311), 1);
        var odd = GateTamperingDetector.FindTestCountDrop(Verdict(Count(before), 1), now);

        Assert.Equal(strange, odd is null ? null : GateVerdictFormatter.Anomalies(now with { Anomalies = [odd] }));
    }

    [Fact]
    public void OfResult_GateOfChangedFilesOrTakenFromTheCacheOrRed_IsNotCompared()
    {
        GateVerdict[] past = [Verdict(Count(312), 1)];
        var few = Verdict(Count(4), 1);

        Assert.Null(GateTamperingDetector.OfResult(past, few with { Gate = new Gate("pytest {modified_tests}") }));
        Assert.Null(GateTamperingDetector.OfResult(past, few with { Cached = true }));
        Assert.Null(GateTamperingDetector.OfResult(past, few with { Result = GateResult.Failed }));
    }

    [Fact]
    public void OfResult_ARunThatFailed_IsNoMeasureForTheNext()
    {
        var failed = Verdict(Count(312), 1) with { Result = GateResult.Failed };

        Assert.Null(GateTamperingDetector.OfResult([failed], Verdict(Count(4), 1)));
    }

    private static string? Words(IEnumerable<GateVerdict> past, GateVerdict verdict) =>
        GateTamperingDetector.OfResult(past, verdict) is { } odd
            ? GateVerdictFormatter.Anomalies(verdict with { Anomalies = [odd] })
            : null;

    private static TestCount Count(int tests) => new(tests, 0, tests, []);

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static GateVerdict Verdict(TestCount? tests, double seconds) =>
        new()
        {
            Gate = new Gate("make test"),
            Command = "make test",
            Result = GateResult.Passed,
            Tests = tests,
            Duration = TimeSpan.FromSeconds(seconds),
            Runs = 1,
        };
}
