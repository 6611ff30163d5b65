using Orchestrator.NightBench.Figures;
using Orchestrator.NightBench.Nights;
using Orchestrator.TestKit;
using Xunit.Abstractions;

namespace Orchestrator.NightBench.Tests;

/// <summary>Nights of the bench with the real program, disturbed as the bench does it.</summary>
public sealed class NightBenchTests(ITestOutputHelper output)
{
    [Fact]
    [Trait("Category", "Full")]
    public async Task FiftyNights_OfDrawnSeeds_HoldWhatANightPromises()
    {
        var seed = Random.Shared.Next(1_000_000);
        for (var night = 0; night < 50; night++)
        {
            await PlayAsync(seed + night, tasks: 60);
        }
    }

    private async Task PlayAsync(int seed, int tasks)
    {
        output.WriteLine($"seed {seed}");
        var bench = new Bench("orchestrate", OrchestrateProgram.Path) { NoSmallDisk = "the tests mount no disk", Say = output.WriteLine };

        var result = await bench.PlayAsync(seed, tasks);

        output.WriteLine(result.ToJson());
        NightPromises.AssertHeld(result.Figures);
    }
}
