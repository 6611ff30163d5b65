using Orchestrator.NightBench.Figures;
using Orchestrator.NightBench.Nights;
using Orchestrator.TestKit;
using Xunit.Abstractions;

namespace Orchestrator.NightBench.Tests;

/// <summary>Nights of the bench with the real program, disturbed as the bench does it.</summary>
public sealed class NightBenchTests(ITestOutputHelper output)
{
    [Theory]
    [Trait("Category", "Full")]
    [InlineData(0)]
    [InlineData(1)]
    public Task ShortNight_OfADrawnSeed_HoldsWhatANightPromises(int number) =>
        PlayAsync((Random.Shared.Next(100_000) * 3) + number, tasks: 6, NightPace.Brief);

    [Fact]
    [Trait("Category", "Full")]
    public async Task FiftyNights_OfDrawnSeeds_HoldWhatANightPromises()
    {
        var seed = Random.Shared.Next(1_000_000);
        for (var night = 0; night < 50; night++)
        {
            await PlayAsync(seed + night, tasks: 60, NightPace.Published);
        }
    }

    private async Task PlayAsync(int seed, int tasks, NightPace pace)
    {
        output.WriteLine($"seed {seed}");
        var bench = new Bench("orchestrate", OrchestrateProgram.Path)
        {
            NoSmallDisk = "the tests mount no disk",
            Say = output.WriteLine,
            Pace = pace,
        };

        var result = await bench.PlayAsync(seed, tasks);

        output.WriteLine(result.ToJson());
        AssertHolds(result.Figures);
    }

    private static void AssertHolds(NightFigures figures)
    {
        Assert.Equal(figures.Landable, figures.Landed);
        Assert.Equal(0, figures.RedCommits);
        Assert.Empty(figures.LostHunks);
        Assert.Empty(figures.RepeatedStarts);
        Assert.InRange(figures.BlockedStarts, 0, NightRates.Workers - 1);
        Assert.Empty(figures.Contradicted);
        Assert.True(figures.Money <= figures.Budget, $"{figures.Money} of {figures.Budget} USD were spent");
    }
}
