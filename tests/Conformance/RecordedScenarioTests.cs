using System.Globalization;
using Orchestrator.Conformance.Scenarios;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Conformance;

/// <summary>
/// Runs the recorded scenarios, in an order that <c>CONFORMANCE_SEED</c> chooses (the seed is printed); <c>CONFORMANCE_SAMPLE</c> takes
/// only so many of them.
/// </summary>
public sealed class RecordedScenarioTests(ITestOutputHelper output)
{
    private const int Parallel = 6;

    [Fact]
    public Task Server_RecordedScenarios_AnswersAsRecorded()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("CONFORMANCE_SAMPLE"), CultureInfo.InvariantCulture, out var wanted)
            ? wanted
            : ScenarioLibrary.All.Count;
        var seed = int.TryParse(Environment.GetEnvironmentVariable("CONFORMANCE_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : Random.Shared.Next();
        var random = new Random(seed);
        output.WriteLine($"CONFORMANCE_SEED={seed} CONFORMANCE_SAMPLE={count}");
        return RunAsync([.. ScenarioLibrary.All.OrderBy(_ => random.Next()).Take(count)]);
    }

    private async Task RunAsync(IReadOnlyList<Scenario> scenarios)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(6.5));
        var result = await SettingsRun.RunAsync(
            [.. scenarios.Where(scenario => !AllowedExceptions.Covers(scenario.Name))],
            ConformanceTarget.StartAsync,
            Parallel,
            retry: true,
            _ => { },
            limit.Token
        );
        foreach (var line in result.Summary().Concat(result.Retried.Select(name => $"passed only when run again: {name}")))
        {
            output.WriteLine(line);
        }

        var failed = result.Results.Where(one => !one.Passed).ToList();
        Assert.True(
            failed.Count == 0,
            string.Join('\n', failed.Select(one => $"{one.Name}\n  {string.Join("\n  ", one.Differences.Take(5))}"))
        );
    }
}
