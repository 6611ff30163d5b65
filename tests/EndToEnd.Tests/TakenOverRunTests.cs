using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Runs that go to another machine without a person: machines with a home and a clone of their own share a server and a git
/// remote.</summary>
public class TakenOverRunTests
{
    private static readonly TimeSpan Some = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [SharingFact]
    public async Task Run_ThatItsMachineGivesAway_GoesOnElsewhereAtOnceInItsConversation()
    {
        await using var places = await SharedPlaces.CreateAsync();
        await using var first = await places.Here.ServeAsync("run", "--yes", "--run-id", "night");
        await Eventually.TrueAsync(() => File.Exists(places.Here.Beside("working")));
        await using var second = await places.There.ServeAsync("worker", "--yes", "--take-over", "10m");

        var began = TimeProvider.System.GetTimestamp();
        var drained = await places.Here.CallAsync("worker", "drain", "--yes");
        Assert.True(drained.ExitCode == 0, drained.Error);
        await places.There.UntilPromptsAsync(2);
        var took = TimeProvider.System.GetElapsedTime(began);
        await File.WriteAllTextAsync(places.Here.Beside("go"), "");
        await places.There.UntilAsync("night", run => (string?)run["state"] == "completed");

        Assert.True(took < TimeSpan.FromSeconds(60), $"{took}");
        Assert.Equal("first half", await places.There.ReadAsync("main:half.txt"));
        Assert.Equal("whole", await places.There.ReadAsync("main:one.txt"));
        Assert.StartsWith("You were interrupted.", places.There.Prompts().ElementAt(1), StringComparison.Ordinal);
    }

    [SharingFact]
    [Trait("Category", "Full")]
    public Task Run_WhoseMachineIsKilled_GoesOnElsewhereAndTheMachineThatComesBackEndsItsAgent() => PlayAsync("kill", Some);

    [SharingFact]
    [Trait("Category", "Full")]
    public Task Run_WhoseMachineIsFrozen_GoesOnElsewhereAndTheMachineThatThawsEndsItsAgent() => PlayAsync("freeze", Some);

    [SharingFact]
    [Trait("Category", "Full")]
    public Task Run_WhoseRemoteRefusesForAWhile_IsTakenOnceItCanBeClaimed() => PlayAsync("refuse", Some);

    [SharingFact]
    public Task Run_WhoseRemoteIsRewound_StaysAndIsSharedAgain() => PlayAsync("rewind", Some);

    [SharingFact]
    [Trait("Category", "Full")]
    public async Task Rounds_OfMachinesThatDieAndFreeze_EndWithTheSameFilesAndNoWorkTwice()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("MACHINES_SEED"), out var given) ? given : Random.Shared.Next();
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("MACHINES_ROUNDS"), out var count) ? count : 3;
        var chance = new Random(seed);
        for (var round = 1; round <= rounds; round++)
        {
            var deed = ((string[])["kill", "freeze", "drain", "refuse", "rewind"])[chance.Next(5)];
            var wait = TimeSpan.FromMilliseconds(chance.Next(0, 5000));
            Console.Error.WriteLine($"round {round} of seed {seed}: {deed} after {wait.TotalSeconds:0.0} s");
            await PlayAsync(deed, wait);
        }
    }

    /// <summary>One run, and one thing that befalls its machine or the remote while the agent is at work.</summary>
    private static async Task PlayAsync(string deed, TimeSpan wait)
    {
        await using var places = await SharedPlaces.CreateAsync();
        await using var second = await places.There.ServeAsync("worker", "--yes", "--take-over", "25s");
        await using var first = await places.Here.ServeAsync("run", "--yes", "--run-id", "night");
        await Eventually.TrueAsync(places.IsShared, Limit);
        await Task.Delay(wait);
        ServingProcess? back = null;
        switch (deed)
        {
            case "kill":
                await first.SignalAsync("KILL");
                await places.There.UntilPromptsAsync(2);
                // The agent has outlived its worker, and the machine is there again.
                Assert.True(places.IsAgentAtWorkHere());
                back = await places.Here.ServeAsync("worker", "--yes");
                await Eventually.TrueAsync(() => !places.IsAgentAtWorkHere(), Limit);
                break;
            case "freeze":
                await first.SignalAsync("STOP");
                await places.There.UntilPromptsAsync(2);
                Assert.True(places.IsAgentAtWorkHere());
                await first.SignalAsync("CONT");
                await Eventually.TrueAsync(() => !places.IsAgentAtWorkHere(), Limit);
                break;
            case "drain":
                var drained = await places.Here.CallAsync("worker", "drain", "--yes");
                Assert.True(drained.ExitCode == 0, drained.Error);
                await places.There.UntilPromptsAsync(2);
                break;
            case "refuse":
                places.Refuse(refuses: true);
                await first.SignalAsync("KILL");
                await places.There.UntilSaidAsync("night can't come to this machine");
                Assert.Empty(places.There.Prompts());
                places.Refuse(refuses: false);
                await places.There.UntilPromptsAsync(2);
                break;
            default:
                await places.RewindAsync();
                break;
        }
        await using var returned = back;
        await File.WriteAllTextAsync(places.Here.Beside("go"), "");
        var (at, other) = deed == "rewind" ? (places.Here, places.There) : (places.There, places.Here);
        await at.UntilAsync("night", run => (string?)run["state"] == "completed");

        Assert.Equal("first half", await at.ReadAsync("main:half.txt"));
        Assert.Equal("whole", await at.ReadAsync("main:one.txt"));
        Assert.Single(
            (await at.GitAsync("log", "--format=%h", "main", "--", "one.txt")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        );
        Assert.Equal("Plan", (await other.GitAsync("log", "--format=%s", "main")).Trim());
        Assert.Equal(deed == "rewind" ? 1 : 2, at.Prompts().Count());
        Assert.Equal(deed == "rewind" ? 0 : 1, other.Prompts().Count());
    }
}
