using Orchestrator.KillTest;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Cli.Tests;

public class KillTestTests(ITestOutputHelper output)
{
    private readonly KillRound _round = new([Path.Combine(AppContext.BaseDirectory, "orchestrate")]);

    [Fact]
    public async Task Runs_KilledAtRandomMoments_LoseNothingAndDoNothingTwice()
    {
        var seed = Random.Shared.Next();
        var plan = KillPlan.Full with { Seed = seed };
        var undisturbed = await _round.RunUndisturbedAsync(plan);
        Assert.True(undisturbed.Faults.Count == 0, string.Join('\n', [$"seed {seed}", .. undisturbed.Faults, undisturbed.Output]));

        var result = await _round.RunAsync(plan, new RandomKiller(new Random(seed), most: 5), undisturbed.Fingerprint);
        Assert.True(result.Faults.Count == 0, string.Join('\n', [$"seed {seed}", .. result.Faults, result.Output]));
    }

    [Fact]
    public async Task Run_KilledAtDrawnPlaces_LosesNothingAndDoesNothingTwice()
    {
        var seed = Random.Shared.Next();
        var counter = new PlaceKiller(null);
        var plan = KillPlan.Small with { Seed = seed };
        var undisturbed = await _round.RunAsync(plan, counter, expected: null);
        Assert.True(undisturbed.Faults.Count == 0, string.Join('\n', [$"seed {seed}", .. undisturbed.Faults, undisturbed.Output]));

        var places = KillPlaces.Of(counter.Counts).ToArray();
        new Random(seed).Shuffle(places);
        output.WriteLine($"seed {seed} of {places.Length} places");
        foreach (var place in places.Take(2))
        {
            var result = await _round.RunAsync(plan, new PlaceKiller(place), undisturbed.Fingerprint);
            Assert.True(result.Faults.Count == 0, string.Join('\n', [$"seed {seed}, {place}", .. result.Faults, result.Output]));
        }
    }
}
