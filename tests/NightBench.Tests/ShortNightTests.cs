using System.Globalization;
using Orchestrator.NightBench.Nights;
using Orchestrator.TestKit;
using Xunit.Abstractions;

namespace Orchestrator.NightBench.Tests;

/// <summary>
/// Two short nights of the bench with the real program: six tasks, one kill of the program and one usage limit. <c>TEST_SAMPLE</c> holds
/// their seed, which is printed; without it, the seed is random.
/// </summary>
public sealed class ShortNightTests(ITestOutputHelper output)
{
    private const int Tasks = 6;
    private static readonly int Seed = int.TryParse(
        Environment.GetEnvironmentVariable("TEST_SAMPLE"),
        CultureInfo.InvariantCulture,
        out var sample
    )
        ? sample
        : Random.Shared.Next(100_000);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task ShortNight_OfADrawnSeed_HoldsWhatANightPromises(int number)
    {
        // Nights alternate between the ecosystems, so these two differ.
        var seed = Seed + number;
        output.WriteLine($"seed {seed}");
        var bench = new Bench("orchestrate", OrchestrateProgram.Path)
        {
            NoSmallDisk = "the tests mount no disk",
            Say = output.WriteLine,
            Pace = NightPace.Brief,
            HasFewDisturbances = true,
        };

        var result = await bench.PlayAsync(seed, Tasks);

        output.WriteLine(result.ToJson());
        NightPromises.AssertHeld(result.Figures);
    }
}
