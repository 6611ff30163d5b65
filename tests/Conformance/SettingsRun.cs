using Orchestrator.Conformance.Scenarios;

namespace Orchestrator.Conformance;

/// <summary>Runs scenarios, each against a server with the settings that it was recorded with.</summary>
internal static class SettingsRun
{
    /// <summary>Runs all, those of the same settings against one server.</summary>
    /// <param name="scenarios">The scenarios.</param>
    /// <param name="start">Starts a server with settings.</param>
    /// <param name="parallel">Scenarios at a time.</param>
    /// <param name="retry">True to run those that failed again, alone.</param>
    /// <param name="onResult">Called after each.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public static async Task<SuiteResult> RunAsync(
        IReadOnlyList<Scenario> scenarios,
        Func<string, Task<ConformanceTarget>> start,
        int parallel,
        bool retry,
        Action<ScenarioResult> onResult,
        CancellationToken cancellationToken
    )
    {
        var results = new List<ScenarioResult>();
        var retried = new List<string>();
        foreach (var group in scenarios.GroupBy(RecordedSettings.Of).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            await using var target = await start(group.Key);
            using var suite = await Suite.SetUpAsync(target.Address, cancellationToken);
            var result = await suite.RunAsync([.. group], parallel, retry, onResult, cancellationToken);
            results.AddRange(result.Results);
            retried.AddRange(result.Retried);
        }

        return new SuiteResult(results, retried);
    }
}
