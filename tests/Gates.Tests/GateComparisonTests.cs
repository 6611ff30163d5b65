using Orchestrator.Gates.Counting;
using Orchestrator.Gates.Results;
using Orchestrator.Plans;

namespace Orchestrator.Gates.Tests;

public sealed class GateComparisonTests
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
    public void Find_TestsBesideTheGatesOwnPast_NamesFarFewer(string past, string now, string? strange)
    {
        var runs = past.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => new GreenRun(n == "-" ? null : Number(n), 1));

        Assert.Equal(
            strange,
            GateComparison.Find([.. runs], Verdict(now.Length == 0 ? null : new TestCount(Number(now), 0, Number(now), []), 1))
        );
    }

    [Theory]
    [InlineData(40, 0.5, null, "40.0 s lately, 0.5 s now")]
    [InlineData(40, 20, null, null)]
    [InlineData(5, 0.1, null, null)]
    [InlineData(40, 0.5, 312, null)] // As many tests as ever: only the machine was faster.
    public void Find_TimeBesideTheGatesOwnPast_NamesFarFasterWhereNothingWasCounted(
        double before,
        double now,
        int? tests,
        string? strange
    ) =>
        Assert.Equal(
            strange,
            GateComparison.Find(
                [new GreenRun(tests, before), new GreenRun(tests, before)],
                Verdict(tests is { } n ? new TestCount(n, 0, n, []) : null, now)
            )
        );

    [Fact]
    public void Find_PrintedMoreThanItsResultFileSays_IsNamed() =>
        Assert.Equal(
            "it printed 312 tests, junit.xml says 4",
            GateComparison.Find([], Verdict(new TestCount(4, 0, 312, ["junit.xml"]), 1))
        );

    [Fact]
    public void Find_GateOfChangedFilesOrTakenFromTheCacheOrRed_IsNotCompared()
    {
        GreenRun[] past = [new(312, 1)];
        var few = Verdict(new TestCount(4, 0, 4, []), 1);

        Assert.Null(GateComparison.Find(past, few with { Gate = new Gate("pytest {modified_tests}") }));
        Assert.Null(GateComparison.Find(past, few with { Cached = new GateCacheHit("run", default) }));
        Assert.Null(GateComparison.Find(past, few with { Result = GateResult.Failed }));
    }

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
