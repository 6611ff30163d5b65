using Orchestrator.Gates.Runners;
using Orchestrator.Plans;
using Xunit.Abstractions;

namespace Orchestrator.Gates.Tests.Runners;

/// <summary>Recorded outputs of real runners, played through the function that reads a gate's run. The archives are made by
/// <c>scripts/runner-outputs</c>; <c>RUNNER_OUTPUTS=FOLDER</c> plays those of another folder.</summary>
public sealed class RunnerOutputTests(ITestOutputHelper log)
{
    private const double Bar = 0.97;

    [Fact]
    public void Read_RecordedRuns_AreToldAsTheyWere()
    {
        var folder = Environment.GetEnvironmentVariable("RUNNER_OUTPUTS") ?? Path.Combine(AppContext.BaseDirectory, "RunnerOutputs");
        var runs = RecordedRun.All(folder);
        List<string> wrong = [];
        var (kinds, counts, counted, lines) = (0, 0, 0, 0);
        foreach (var run in runs)
        {
            var facts = run.Read();
            var kind = IsKind(run, facts);
            var count = IsCounted(run, facts);
            var line = IsDecisive(run, facts);
            kinds += kind ? 1 : 0;
            counted += count is null ? 0 : 1;
            counts += count == true ? 1 : 0;
            lines += line ? 1 : 0;
            if (!kind || count == false || !line)
            {
                wrong.Add($"{run.Name}: is {Truth(run)}\n    read {facts}");
            }
        }
        log.WriteLine(
            $"{runs.Count} runs: kind {Rate(kinds, runs.Count)}, counts {Rate(counts, counted)}, decisive line {Rate(lines, runs.Count)}"
        );
        wrong.ForEach(log.WriteLine);
        Assert.True(runs.Count > 0, $"There are no recordings in {folder}.");
        Assert.All([(double)kinds / runs.Count, (double)counts / counted, (double)lines / runs.Count], rate => Assert.True(rate >= Bar));
    }

    /// <summary>Each failed test is named; suites that hold it, and errors outside of tests, may be named as well.</summary>
    [Fact]
    public void Read_RecordedFailures_NamesEachFailedTest()
    {
        var runs = RecordedRun
            .All(Path.Combine(AppContext.BaseDirectory, "RunnerOutputs"))
            .Select(run => (Run: run, Facts: run.Read()))
            .Where(one => one.Run.Number("failed") is > 0)
            .ToList();

        var named = runs.Where(one => one.Facts.FailedTests.Count >= one.Run.Number("failed")).ToList();

        foreach (var (run, facts) in runs.Except(named))
        {
            log.WriteLine($"{run.Name}: {run.Number("failed")} failed, named {string.Join(" | ", facts.FailedTests)}");
        }
        log.WriteLine(Rate(named.Count, runs.Count));
        Assert.True(named.Count >= Bar * runs.Count, "Too few of the recordings name their failed tests; the log lists them.");
    }

    private static string Truth(RecordedRun run) =>
        $"{run.Text("kind")} {run.Text("environment")}, {run.Number("passed")}/{run.Number("failed")}/{run.Number("skipped")}, line "
        + $"{run.Number("decisiveLine")} ({run.Text("file")}:{run.Number("line")})";

    private static string Rate(int right, int all) => $"{right} of {all} ({100.0 * right / all:0.0} %)";

    private static bool IsKind(RecordedRun run, RunnerResult facts) =>
        run.Text("kind") == Word(facts.Kind) && run.Text("environment") == (facts.Environment is { } cause ? Word(cause) : null);

    // Null: the runner states none.
    private static bool? IsCounted(RecordedRun run, RunnerResult facts)
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

    private static bool IsDecisive(RecordedRun run, RunnerResult facts) =>
        run.Number("decisiveLine") == facts.Decisive?.Line
        && (run.Text("file") is not { } file || file == facts.Decisive?.File)
        && (run.Number("line") is not { } line || line == facts.Decisive?.FileLine);

    private static string Word<T>(T value) => System.Text.Json.JsonSerializer.Serialize(value).Trim('"');
}
