using Orchestrator.KillTest;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Cli.Tests;

/// <summary>A sample of the kill test (<c>scripts/kill-test</c>): the real program, killed at drawn places and at random moments.</summary>
public class KillTestTests(ITestOutputHelper output)
{
    /// <summary>Plans that need a user, and places that each of their runs has.</summary>
    private static readonly (KillPlan Plan, string[] Points)[] Plans =
    [
        (KillPlan.Escalated, ["answer-begun", "escalation-report", "planning-file", "review-file"]),
        (KillPlan.Aborted, ["answer-begun", "escalation-report", "work-kept"]),
        (KillPlan.Installing, ["answer-begun", "request-noted", "packages-made", "npm-view", "npm-install"]),
    ];

    private readonly KillRound _round = new([Path.Combine(AppContext.BaseDirectory, "orchestrate")]);

    [Fact]
    public Task SmallPlan_KilledAtADrawnPlaceAndAtRandomMoments_LosesNothingAndDoesNothingTwice() =>
        PlayAsync(KillPlan.Small, places: 1, mostKills: 3);

    /// <summary>At a place that is known beforehand: it needs no run that is undisturbed.</summary>
    [Fact]
    public async Task RunThatNeedsAPerson_KilledAtADrawnPlace_LosesNothingAndDoesNothingTwice()
    {
        var seed = Random.Shared.Next();
        var (plan, points) = Plans[seed % Plans.Length];
        var places = KillPlaces.Of(points.ToDictionary(point => point, _ => 1));
        var place = places[new Random(seed).Next(places.Count)];
        output.WriteLine($"seed {seed}: {place}");

        var killer = new PlaceKiller(place);
        AssertSound(await _round.RunAsync(plan with { Seed = seed }, killer, expected: null), $"seed {seed}, {place}");
        output.WriteLine(killer.Reached ?? "not reached");
    }

    [Theory]
    [Trait("Category", "Full")]
    [InlineData("--escalated")]
    [InlineData("--aborted")]
    [InlineData("--installing")]
    public Task PlanThatNeedsAPerson_KilledAtDrawnPlacesAndAtRandomMoments_LosesNothingAndDoesNothingTwice(string plan) =>
        PlayAsync(KillPlan.ByOption[plan], places: 2, mostKills: 5);

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
