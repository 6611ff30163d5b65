using Orchestrator.KillTest;
using Xunit;

namespace Orchestrator.Cli.Tests;

public class KillTestTests
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "orchestrate");

    [Fact]
    public async Task Runs_KilledAtRandomMoments_LoseNothingAndDoNothingTwice()
    {
        var seed = Random.Shared.Next();
        var undisturbed = await new KillRound([Program], _ => { }).RunUndisturbedAsync();
        Assert.True(undisturbed.Faults.Count == 0, string.Join('\n', [.. undisturbed.Faults, undisturbed.Output]));

        for (var round = 1; round <= 2; round++)
        {
            var result = await new KillRound([Program], _ => { }).RunAsync(new Random(unchecked(seed + round)), maxKills: 5, undisturbed.Tree);
            Assert.True(result.Faults.Count == 0, string.Join('\n', [$"seed {seed}, round {round}", .. result.Faults, result.Output]));
        }
    }
}
