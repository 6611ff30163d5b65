using Orchestrator.KillTest;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Cli.Tests;

/// <summary>A sample of the kill test (<c>scripts/kill-test</c>): the real program, killed at drawn places and at random moments.</summary>
public class KillTestTests(ITestOutputHelper output)
{
    private readonly KillRound _round = new([Path.Combine(AppContext.BaseDirectory, "orchestrate")]);

    [Fact]
    public Task SmallPlan_KilledAtADrawnPlaceAndAtRandomMoments_LosesNothingAndDoesNothingTwice() =>
        PlayAsync(KillPlan.Small, places: 1, mostKills: 3);

    [Fact]
    [Trait("Category", "Full")]
    public Task FullPlan_KilledAtDrawnPlacesAndAtRandomMoments_LosesNothingAndDoesNothingTwice() =>
        PlayAsync(KillPlan.Full, places: 3, mostKills: 5);

    private async Task PlayAsync(KillPlan drawn, int places, int mostKills)
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var plan = drawn with { Seed = seed };
        var counter = new PlaceKiller(null);
        var undisturbed = await _round.RunAsync(plan, counter, expected: null);
        AssertSound(undisturbed, $"seed {seed}, undisturbed");

        var all = KillPlaces.Of(counter.Counts).ToArray();
        new Random(seed).Shuffle(all);
        foreach (var place in all.Take(places))
        {
            AssertSound(
                await _round.RunAsync(plan, new PlaceKiller(place), undisturbed.Fingerprint),
                $"seed {seed}, {place} of {all.Length} places"
            );
        }

        AssertSound(
            await _round.RunAsync(plan, new RandomKiller(new Random(seed), mostKills), undisturbed.Fingerprint),
            $"seed {seed}, random moments"
        );
    }

    private static void AssertSound(KillResult result, string when) =>
        Assert.True(result.Faults.Count == 0, string.Join('\n', [when, .. result.Faults, result.Output]));
}
