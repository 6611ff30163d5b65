using Orchestrator.Gates.Runners;
using Orchestrator.Plans;
using Xunit.Abstractions;

namespace Orchestrator.Gates.Tests.Runners;

/// <summary>Recorded outputs of real runners, played through the function that reads a gate's run. The archives are made by
/// <c>scripts/runner-outputs</c>; <c>RUNNER_OUTPUTS=FOLDER</c> plays those of another folder.</summary>
public sealed class GateOutputCollectorTests(ITestOutputHelper log)
{
    private const double Bar = 0.97;

    [Fact]
    public void Read_RecordedRuns_AreToldAsTheyWere()
    {
        var folder = Environment.GetEnvironmentVariable("RUNNER_OUTPUTS") ?? Path.Combine(AppContext.BaseDirectory, "RunnerOutputs");
        var runs = RecordedRun.All(folder);
        List<Told> told = [];
        foreach (var run in runs)
        {
            var facts = run.Read();
            var one = new Told(run.Name.Split('/')[0], IsKind(run, facts), IsCounted(run, facts), IsDecisive(run, facts));
            told.Add(one);
            if (!one.Kind || one.Counts == false || !one.Line)
            {
                log.WriteLine($"{run.Name}: is {Truth(run)}\n    read {facts} {string.Join(" | ", facts.FailedTests)}");
            }
        }
        foreach (var runner in told.GroupBy(one => one.Runner))
        {
            log.WriteLine($"{runner.Key}: {Figures([.. runner])}");
        }
        log.WriteLine($"all: {Figures(told)}");
        Assert.True(runs.Count > 0, $"There are no recordings in {folder}.");
        Assert.All(Rates(told), rate => Assert.True(rate >= Bar));
    }

    private static double[] Rates(IReadOnlyCollection<Told> told) =>
        [
            Share(told.Count(one => one.Kind), told.Count),
            Share(told.Count(one => one.Counts == true), told.Count(one => one.Counts is not null)),
            Share(told.Count(one => one.Line), told.Count),
        ];

    private static double Share(int right, int all) => all == 0 ? 1 : (double)right / all;

    private static string Figures(IReadOnlyCollection<Told> told) =>
        $"{told.Count} runs: kind {Rate(told.Count(one => one.Kind), told.Count)}, counts "
        + $"{Rate(told.Count(one => one.Counts == true), told.Count(one => one.Counts is not null))}, decisive line "
        + Rate(told.Count(one => one.Line), told.Count);

    /// <summary>Each failed test is named; suites that hold it, and errors outside of tests, may be named as well.</summary>
    [Fact]
    public void Read_RecordedFailures_NamesEachFailedTest()
    {
        var runs = RecordedRun
            .All(Path.Combine(AppContext.BaseDirectory, "RunnerOutputs"))
            .Select(run => (Run: run, Facts: run.Read()))
            .Where(one => one.Run.Text("kind") == "failed" && one.Run.FailedTests > 0)
            .ToList();

        var named = runs.Where(one => one.Facts.FailedTests.Count >= one.Run.FailedTests).ToList();

        foreach (var (run, facts) in runs.Except(named))
        {
            log.WriteLine($"{run.Name}: {run.FailedTests} failed, named {string.Join(" | ", facts.FailedTests)}");
        }
        log.WriteLine(Rate(named.Count, runs.Count));
        Assert.True(named.Count >= Bar * runs.Count, "Too few of the recordings name their failed tests; the log lists them.");
    }

    /// <summary>jasmine lists pending tests in the form of failed ones.</summary>
    [Fact]
    public void Read_FailedAndPendingTest_NamesTheFailedOneAlone() =>
        Assert.Equal(
            ["calc adds wrongly"],
            RecordedRun
                .All(Path.Combine(AppContext.BaseDirectory, "RunnerOutputs"))
                .Single(run => run.Name == "jasmine/one-fails")
                .Read()
                .FailedTests
        );

    private static string Truth(RecordedRun run) =>
        $"{run.Text("kind")} {run.Text("environment")}, {run.Number("passed")}/{run.Number("failed")}/{run.Number("skipped")}, line "
        + $"{run.Number("decisiveLine")} ({run.Text("file")}:{run.Number("line")})";

    private static string Rate(int right, int all) => $"{right} of {all} ({100 * Share(right, all):0.0} %)";

    private static bool IsKind(RecordedRun run, ClassifiedGateResult facts) =>
        run.Text("kind") == Word(facts.Kind) && run.Text("environment") == (facts.Environment is { } cause ? Word(cause) : null);

    // Null: the runner states none.
    private static bool? IsCounted(RecordedRun run, ClassifiedGateResult facts)
    {
        (int? Truth, int? Read)[] numbers =
        [
            (run.Number("passed"), facts.Counts?.Passed),
            (run.Number("failed"), facts.Counts?.Failed),
            (run.Number("skipped"), facts.Counts?.Skipped),
        ];
        return numbers.All(number => number.Truth is null)
            ? null
            : numbers.All(number => number.Truth is null || number.Truth == number.Read);
    }

    private static bool IsDecisive(RecordedRun run, ClassifiedGateResult facts) =>
        run.Number("decisiveLine") == facts.Decisive?.Line
        && (run.Text("file") is not { } file || file == facts.Decisive?.File)
        && (run.Number("line") is not { } line || line == facts.Decisive?.FileLine);

    private static string Word<T>(T value) => System.Text.Json.JsonSerializer.Serialize(value).Trim('"');

    /// <summary>True for each part that was read as it was; null if the runner states no counts.</summary>
    private sealed record Told(string Runner, bool Kind, bool? Counts, bool Line);
}
