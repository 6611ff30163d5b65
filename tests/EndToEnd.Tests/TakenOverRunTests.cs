using System.Text.Json.Nodes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Runs that go to another machine without a user: machines with a home and a clone of their own share a server and a git
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
    public async Task Drain_OfARunThatCannotGo_SaysWhyAndTheRunGoesOnHere()
    {
        await using var places = await SharedPlaces.CreateAsync();
        await using var first = await places.Here.ServeAsync("run", "--yes", "--run-id", "night");
        await Eventually.TrueAsync(places.IsShared, Limit);
        places.Refuse(refuses: true);

        var drained = await places.Here.CallAsync("worker", "drain", "--yes");
        await places.Here.UntilPromptsAsync(2);
        await File.WriteAllTextAsync(places.Here.Beside("go"), "");
        await places.Here.UntilAsync("night", run => (string?)run["state"] == "completed");

        Assert.True(drained.ExitCode == 1, drained.Error);
        Assert.Contains("night stays on this machine: ", drained.Error, StringComparison.Ordinal);
        Assert.StartsWith("You were interrupted.", places.Here.Prompts().ElementAt(1), StringComparison.Ordinal);
        Assert.Equal("whole", await places.Here.ReadAsync("main:one.txt"));
    }

    [SharingFact]
    public async Task Drain_OfARunThatIsNotShared_DisturbsNothing()
    {
        await using var places = await SharedPlaces.CreateAsync(shares: false);
        await using var first = await places.Here.ServeAsync("run", "--yes", "--run-id", "night");
        await Eventually.TrueAsync(() => File.Exists(places.Here.Beside("working")), Limit);

        var drained = await places.Here.CallAsync("worker", "drain", "--yes");
        await File.WriteAllTextAsync(places.Here.Beside("go"), "");
        await places.Here.UntilAsync("night", run => (string?)run["state"] == "completed");

        Assert.True(drained.ExitCode == 1, drained.Error);
        Assert.Contains("night stays here. Other machines can't continue it", drained.Error, StringComparison.Ordinal);
        Assert.Single(places.Here.Prompts());
    }

    [SharingFact]
    public Task Run_WhoseMachineIsCutOffForAMoment_OffersItsResultOnceItIsBack() => PlayAsync(Deed.PartForAMoment, Some);

    [SharingFact]
    public async Task Run_BetweenTwoPushes_HasSharedWhatItSaysIsMerged()
    {
        await using var hosts = await BetweenPushesAsync();
        await using var run = await hosts.Home.ServeAsync("run", "--yes", "--run-id", "night");

        await hosts.Home.UntilSaidAsync("t1: merged");

        Assert.Equal(
            "work of t1",
            (await hosts.Home.GitInAsync(hosts.Remote, "show", "refs/heads/orchestrator/night/staging:t1.txt")).Trim()
        );
    }

    [SharingFact]
    [Trait("Category", "Full")]
    public async Task Run_WhoseMachineDiesBetweenTwoPushes_IsTakenWithAllThatWasMergedBefore()
    {
        await using var hosts = await BetweenPushesAsync();
        var (home, other) = (hosts.Home, hosts.Others[0]);
        await using var first = await home.ServeAsync("run", "--yes", "--run-id", "night");
        await home.UntilSaidAsync("t1: merged");
        await first.SignalAsync("KILL");
        await using var second = await other.ServeAsync("worker", "--yes", "--take-over", "25s");
        await File.WriteAllTextAsync(home.Beside("go"), "");
        await File.WriteAllTextAsync(home.Beside("go on"), "");

        await hosts.UntilCompletedAsync(other);

        Assert.Equal("work of t1", await other.ReadAsync("main:t1.txt"));
        Assert.Equal("work of t2", await other.ReadAsync("main:t2.txt"));
        // What was merged is not done again.
        Assert.DoesNotContain(other.Prompts(), prompt => prompt.Contains("t1.txt", StringComparison.Ordinal));
    }

    /// <summary>The machine has died for good, and the remote never had what was merged there last.</summary>
    [SharingFact]
    [Trait("Category", "Full")]
    public async Task Run_WhoseLastWorkDiedWithItsMachine_GoesOnElsewhereWhereTheLossIsAccepted()
    {
        await using var hosts = await BetweenPushesAsync();
        var (home, other) = (hosts.Home, hosts.Others[0]);
        await using var first = await home.ServeAsync("run", "--yes", "--run-id", "night");
        await home.UntilSaidAsync("t1: merged");
        Directory.Move(hosts.Remote, hosts.Remote + ".away");
        await File.WriteAllTextAsync(home.Beside("go"), "");
        await home.UntilSaidAsync("t2: merged");
        await home.UntilAsync(() => File.Exists(home.Beside("at-work-on-3")), "the third task is not at work");
        await first.SignalAsync("KILL");
        Directory.Move(hosts.Remote + ".away", hosts.Remote);
        await File.WriteAllTextAsync(home.Beside("go on"), "");

        var refused = await other.CallAsync("move", "night", "--yes", "--force");
        var moved = await other.CallAsync("move", "night", "--yes", "--force", "--accept-losses", "--no-resume");
        var resumed = await other.CallAsync("resume", "night", "--yes");

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("(the merge of t2)", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--accept-losses has 2 of its tasks done again", refused.Error, StringComparison.Ordinal);
        Assert.True(moved.ExitCode == 0, moved.Error);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        for (var n = 1; n <= 3; n++)
        {
            Assert.Equal($"work of t{n}", await other.ReadAsync($"main:t{n}.txt"));
        }
        // What the remote had is not done again.
        Assert.DoesNotContain(other.Prompts(), prompt => prompt.Contains("t1.txt", StringComparison.Ordinal));
        var events = (await other.CallAsync("events", "night")).Output;
        Assert.Matches("t2: pending.*its work was lost with .*, so it will be repeated", events);
    }

    /// <summary>A run of three tasks on the machine that began it, of which the second waits, and the third is begun after it; what is
    /// under way is hardly ever pushed.</summary>
    private static async Task<SpreadHosts> BetweenPushesAsync()
    {
        var hosts = await SpreadHosts.CreateAsync(
            tasks: 3,
            others: 1,
            slots: 3,
            plan: n => n == 3 ? ", depends_on: [t2]" : "",
            interval: "1h"
        );
        JsonObject Write(int n) => new() { ["write"] = $"t{n}.txt", ["text"] = $"work of t{n}\n" };
        JsonObject Wait(string name) => new() { ["waitFor"] = hosts.Home.Beside(name), ["seconds"] = 600 };
        hosts.Home.Play(
            new Dictionary<string, JsonNode[]>
            {
                ["t1"] = [Write(1)],
                ["t2"] = [Wait("go"), Write(2)],
                ["t3"] = [new JsonObject { ["touch"] = hosts.Home.Beside("at-work-on-3") }, Wait("go on"), Write(3)],
            }
        );
        return hosts;
    }

    [SharingTheory]
    [Trait("Category", "Full")]
    [InlineData(nameof(Deed.Kill))]
    [InlineData(nameof(Deed.Freeze))]
    [InlineData(nameof(Deed.Refuse))]
    [InlineData(nameof(Deed.Rewind))]
    [InlineData(nameof(Deed.Part))]
    [InlineData(nameof(Deed.PartUntilItsAgentHasEnded))]
    [InlineData(nameof(Deed.Race))]
    public Task Run_WhoseMachineOrRemoteFails_EndsWithTheSameFilesAndNoWorkTwice(string deed) => PlayAsync(Enum.Parse<Deed>(deed), Some);

    [ClockTheory]
    [Trait("Category", "Full")]
    [InlineData(nameof(Deed.KillByAClockAhead))]
    [InlineData(nameof(Deed.KillByAClockBehind))]
    public Task Run_WhoseMachineDiesAndTheOthersClockIsWrong_GoesOnThere(string deed) => PlayAsync(Enum.Parse<Deed>(deed), Some);

    [MountingFact]
    [Trait("Category", "Full")]
    public Task Run_WhoseDiskIsFullForAWhile_GoesOnThere() => PlayAsync(Deed.FullDisk, Some);

    [SharingFact]
    [Trait("Category", "Full")]
    public async Task Rounds_OfMachinesThatDieAndFreeze_EndWithTheSameFilesAndNoWorkTwice()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("MACHINES_SEED"), out var given) ? given : Random.Shared.Next();
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("MACHINES_ROUNDS"), out var count) ? count : 3;
        var chance = new Random(seed);
        Deed[] deeds = [.. Enum.GetValues<Deed>().Where(IsPossible)];
        for (var round = 1; round <= rounds; round++)
        {
            var deed = deeds[chance.Next(deeds.Length)];
            var wait = TimeSpan.FromMilliseconds(chance.Next(0, 5000));
            Console.Error.WriteLine($"round {round} of seed {seed}: {deed} after {wait.TotalSeconds:0.0} s");
            await PlayAsync(deed, wait);
        }
    }

    private static bool IsPossible(Deed deed) =>
        deed switch
        {
            Deed.FullDisk => Environment.IsPrivilegedProcess,
            Deed.KillByAClockAhead or Deed.KillByAClockBehind => MachinePlace.FakeClock is not null,
            _ => true,
        };

    /// <summary>Plays a run during which one event hits its machine or the remote while the agent is running.</summary>
    private static async Task PlayAsync(Deed deed, TimeSpan wait)
    {
        await using var places = await SharedPlaces.CreateAsync(hasSmallDisk: deed == Deed.FullDisk);
        if (deed is Deed.KillByAClockAhead or Deed.KillByAClockBehind)
        {
            places.There.SetClock(TimeSpan.FromMinutes(deed == Deed.KillByAClockAhead ? 5 : -5));
        }
        await using var second = await places.There.ServeAsync("worker", "--yes", "--take-over", "25s");
        await using var first = await places.Here.ServeAsync("run", "--yes", "--run-id", "night");
        await Eventually.TrueAsync(places.IsShared, Limit);
        await Task.Delay(wait);
        await using var more = deed switch
        {
            Deed.Kill or Deed.KillByAClockAhead or Deed.KillByAClockBehind => await KillAsync(places, first),
            Deed.Race => await RaceAsync(places, first),
            _ => await DisturbAsync(deed, places, first),
        };
        await File.WriteAllTextAsync(places.Here.Beside("go"), "");
        var stays = deed is Deed.Rewind or Deed.PartForAMoment or Deed.FullDisk;
        var taker = places.All.FirstOrDefault(place => place != places.Here && place.Prompts().Any());
        var at = stays ? places.Here : Assert.IsType<MachinePlace>(taker);
        await at.UntilAsync("night", run => (string?)run["state"] == "completed");

        Assert.Equal("first half", await at.ReadAsync("main:half.txt"));
        Assert.Equal("whole", await at.ReadAsync("main:one.txt"));
        Assert.Single(
            (await at.GitAsync("log", "--format=%h", "main", "--", "one.txt")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        );
        foreach (var other in places.All.Where(place => place != at))
        {
            Assert.Equal("Plan", (await other.GitAsync("log", "--format=%s", "main")).Trim());
            Assert.Equal(other == places.Here ? 1 : 0, other.Prompts().Count());
        }
        // The prompts of a machine are those of the conversation, those that came with it too. A full disk may cost a start.
        Assert.InRange(at.Prompts().Count(), stays ? 1 : 2, stays && deed != Deed.FullDisk ? 1 : 2);
    }

    /// <summary>The machine dies; its agent outlives its worker, and the machine is there again.</summary>
    private static async Task<ServingProcess?> KillAsync(SharedPlaces places, ServingProcess first)
    {
        await first.SignalAsync("KILL");
        await places.There.UntilPromptsAsync(2);
        Assert.True(places.IsAgentAtWorkHere());
        var back = await places.Here.ServeAsync("worker", "--yes");
        await places.UntilNoAgentIsAtWorkHereAsync();
        return back;
    }

    /// <summary>Two machines want the run of one that died.</summary>
    private static async Task<ServingProcess?> RaceAsync(SharedPlaces places, ServingProcess first)
    {
        var third = await places.AddThirdAsync();
        var worker = await third.ServeAsync("worker", "--yes", "--take-over", "25s");
        await first.SignalAsync("KILL");
        await Eventually.TrueAsync(() => places.There.Prompts().Count() == 2 || third.Prompts().Count() == 2, Limit);
        return worker;
    }

    private static async Task<ServingProcess?> DisturbAsync(Deed deed, SharedPlaces places, ServingProcess first)
    {
        switch (deed)
        {
            case Deed.Freeze:
                await first.SignalAsync("STOP");
                await places.There.UntilPromptsAsync(2);
                Assert.True(places.IsAgentAtWorkHere());
                await first.SignalAsync("CONT");
                await places.UntilNoAgentIsAtWorkHereAsync();
                break;
            case Deed.Drain:
                var drained = await places.Here.CallAsync("worker", "drain", "--yes");
                Assert.True(drained.ExitCode == 0, drained.Error);
                await places.There.UntilPromptsAsync(2);
                break;
            case Deed.Refuse:
                places.Refuse(refuses: true);
                await first.SignalAsync("KILL");
                await places.There.UntilSaidAsync("night can't come to this machine");
                Assert.Empty(places.There.Prompts());
                places.Refuse(refuses: false);
                await places.There.UntilPromptsAsync(2);
                break;
            case Deed.Part:
                places.Part(isApart: true);
                await places.There.UntilPromptsAsync(2);
                Assert.True(places.IsAgentAtWorkHere());
                places.Part(isApart: false);
                await places.UntilNoAgentIsAtWorkHereAsync();
                break;
            case Deed.PartForAMoment:
                await EndApartAsync();
                await places.Here.UntilSaidAsync("does not answer");
                places.Part(isApart: false);
                await places.Here.UntilSaidAsync("is responding again.");
                break;
            case Deed.PartUntilItsAgentHasEnded:
                await EndApartAsync();
                await places.There.UntilPromptsAsync(2);
                places.Part(isApart: false);
                break;
            case Deed.FullDisk:
                places.Here.Fill(isFull: true);
                await Task.Delay(TimeSpan.FromSeconds(5));
                await File.WriteAllTextAsync(places.Here.Beside("go"), "");
                await Task.Delay(TimeSpan.FromSeconds(5));
                places.Here.Fill(isFull: false);
                break;
            default:
                await places.RewindAsync();
                break;
        }
        return null;

        async Task EndApartAsync()
        {
            places.Part(isApart: true);
            await File.WriteAllTextAsync(places.Here.Beside("go"), "");
            await places.UntilNoAgentIsAtWorkHereAsync();
        }
    }

    private enum Deed
    {
        Kill,
        Freeze,
        Drain,
        Refuse,
        Rewind,
        Part,
        PartForAMoment,
        PartUntilItsAgentHasEnded,
        Race,
        FullDisk,
        KillByAClockAhead,
        KillByAClockBehind,
    }
}
