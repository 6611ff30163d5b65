using Orchestrator.Temporal.Sdk.Tests.Unkind;
using Xunit.Abstractions;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>
/// The recorded scenarios, live: our client and worker on a server (the embedded one, or TEMPORAL_ADDRESS), compared with what the official
/// SDK did on a real server.
/// </summary>
public sealed class ScenarioTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Run_RecordedScenarios_GoAsRecorded()
    {
        var seed = ScenarioRunner.Seed(output);
        await using var server = await ScriptServer.StartAsync();
        await ScenarioRunner.RunAsync(
            server,
            ScenarioRunner.Choose(seed, sampleSize: 10),
            AllowedDifferences.Read(),
            TimeSpan.FromSeconds(60),
            output
        );
    }

    /// <summary>
    /// A server may do much that ours does not do by itself (see <see cref="UnkindProxy" /> and <see cref="LateClock" />): nothing of it
    /// shows in what comes out.
    /// </summary>
    [Fact]
    public async Task Run_RecordedScenariosOnAnUnkindServer_GoAsRecorded()
    {
        var seed = ScenarioRunner.Seed(output);
        await using var server = await ScriptServer.StartAsync(seed);
        try
        {
            await ScenarioRunner.RunAsync(
                server,
                ScenarioRunner.Choose(seed, sampleSize: 8),
                AllowedDifferences.Unkind(),
                TimeSpan.FromSeconds(120),
                output
            );
        }
        finally
        {
            output.WriteLine(string.Join(", ", server.Unkindness.Select(one => $"{one.Key}: {one.Value}")));
        }
    }
}
