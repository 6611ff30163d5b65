using System.Globalization;
using Orchestrator.Conformance.Scenarios;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Conformance;

/// <summary>
/// Runs the recorded scenarios. <c>CONFORMANCE_SAMPLE</c> is how many (<c>all</c> for all), <c>CONFORMANCE_SEED</c> chooses which; the seed is printed.
/// </summary>
public sealed class RecordedScenarioTests(ITestOutputHelper output)
{
    private const int Parallel = 6;
    private const int Sample = 120;

    [Fact]
    [Trait("Category", "Full")]
    public Task Server_SampleOfRecordedScenarios_AnswersAsRecorded()
    {
        var wanted = Environment.GetEnvironmentVariable("CONFORMANCE_SAMPLE");
        var count = wanted == "all" ? ScenarioLibrary.All.Count
            : int.TryParse(wanted, CultureInfo.InvariantCulture, out var number) ? number
            : Sample;
        var seed = int.TryParse(Environment.GetEnvironmentVariable("CONFORMANCE_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        var random = new Random(seed);
        output.WriteLine($"CONFORMANCE_SEED={seed} CONFORMANCE_SAMPLE={count}");
        return RunAsync([.. ScenarioLibrary.All.OrderBy(_ => random.Next()).Take(count)]);
    }

    [Fact]
    [Trait("Category", "Full")]
    public Task Server_AllRecordedScenarios_AnswersAsRecorded() => RunAsync(ScenarioLibrary.All);

    private async Task RunAsync(IReadOnlyList<Scenario> scenarios)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(6));
        await using var target = await ConformanceTarget.StartAsync();
        using var suite = await Suite.SetUpAsync(target.Address, limit.Token);
        var result = await suite.RunAsync([.. scenarios.Where(scenario => !AllowedExceptions.All.ContainsKey(scenario.Name))], Parallel, retry: true, _ => { }, limit.Token);
        foreach (var line in result.Summary().Concat(result.Retried.Select(name => $"passed only when run again: {name}")))
        {
            output.WriteLine(line);
        }

        var failed = result.Results.Where(one => !one.Passed).ToList();
        Assert.True(failed.Count == 0, string.Join('\n', failed.Select(one => $"{one.Name}\n  {string.Join("\n  ", one.Differences.Take(5))}")));
    }
}
