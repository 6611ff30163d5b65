using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Hosts of tasks that fail in every way while an agent works there: each run must end as an undisturbed one.</summary>
public class RoughSpreadTests(ITestOutputHelper output)
{
    [SharingFact]
    public Task Task_WhoseRemoteIsRewound_IsPushedOnceMoreByItsHost() => PlayAsync(new(Deed.Rewind));

    [SharingTheory]
    [Trait("Category", "Full")]
    [InlineData(nameof(Deed.Kill))]
    [InlineData(nameof(Deed.EndWorker))]
    [InlineData(nameof(Deed.Freeze))]
    [InlineData(nameof(Deed.FreezeForAMoment))]
    [InlineData(nameof(Deed.CutServer))]
    [InlineData(nameof(Deed.CutServerForAMoment))]
    [InlineData(nameof(Deed.CutServerUntilItsAgentHasEnded))]
    [InlineData(nameof(Deed.CutRemote))]
    [InlineData(nameof(Deed.Cut))]
    [InlineData(nameof(Deed.CutForAMoment))]
    [InlineData(nameof(Deed.CutUntilItsAgentHasEnded))]
    [InlineData(nameof(Deed.Refuse))]
    [InlineData(nameof(Deed.LoseRef))]
    [InlineData(nameof(Deed.KillHome))]
    [InlineData(nameof(Deed.FreezeHome))]
    [InlineData(nameof(Deed.CutHome))]
    [InlineData(nameof(Deed.TakeOver))]
    [InlineData(nameof(Deed.TakeOverByTheHost))]
    public Task Task_WhoseHostOrRemoteFails_EndsWithTheSameFilesAndNoWorkTwice(string deed) => PlayAsync(new(Enum.Parse<Deed>(deed)));

    [SharingTheory]
    [Trait("Category", "Full")]
    [InlineData(nameof(Deed.None))]
    [InlineData(nameof(Deed.Freeze))]
    public Task Task_OnAHostWithAShallowClone_EndsWithTheSameFilesAndNoWorkTwice(string deed) =>
        PlayAsync(new(Enum.Parse<Deed>(deed)) { AreShallow = true });

    [SharingTheory]
    [Trait("Category", "Full")]
    [InlineData(nameof(Deed.Kill))]
    [InlineData(nameof(Deed.Freeze))]
    public Task Task_OnOneOfTwoHostsOfOneMachine_EndsWithTheSameFilesAndNoWorkTwice(string deed) =>
        PlayAsync(new(Enum.Parse<Deed>(deed)) { AreOneMachine = true });

    [ClockTheory]
    [Trait("Category", "Full")]
    [InlineData(5)]
    [InlineData(-5)]
    public Task Task_WhoseHostHasAWrongClock_EndsWithTheSameFilesAndNoWorkTwice(int minutes) =>
        PlayAsync(new(Deed.Freeze) { Clock = TimeSpan.FromMinutes(minutes) });

    [MountingFact]
    [Trait("Category", "Full")]
    public Task Task_WhoseHostHasAFullDisk_EndsWithTheSameFilesAndNoWorkTwice() => PlayAsync(new(Deed.FullDisk));

    [SharingFact]
    [Trait("Category", "Full")]
    public async Task Rounds_OfHostsThatFail_EndWithTheSameFilesAndNoWorkTwice()
    {
        var seed = Given("MACHINES_SEED", Random.Shared.Next());
        var chance = new Random(seed);
        var isSteered = Given("MACHINES_STEERED", 0) > 0;
        var rounds = Enumerable
            .Range(1, Given("MACHINES_ROUNDS", 3))
            .Select(n => (Number: n, Round: Round.Draw(chance) with { Steering = isSteered ? seed + n : null }))
            .ToList();
        int[] only =
        [
            .. (Environment.GetEnvironmentVariable("MACHINES_ONLY") ?? "")
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(int.Parse),
        ];
        var failed = new List<string>();
        await Parallel.ForEachAsync(
            rounds.Skip(Given("MACHINES_SKIP", 0)).Where(one => only.Length == 0 || only.Contains(one.Number)),
            new ParallelOptions { MaxDegreeOfParallelism = Given("MACHINES_TOGETHER", 1) },
            async (one, _) =>
            {
                var began = TimeProvider.System.GetTimestamp();
                var end = "";
                try
                {
                    await PlayAsync(one.Round);
                }
                catch (Exception wrong)
                {
                    end = $"\n{wrong}";
                }
                var took = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
                var told = $"round {one.Number} of seed {seed}: {one.Round}; {took:0} s{end}";
                Console.Error.WriteLine(told);
                lock (failed)
                {
                    output.WriteLine(told);
                    failed.AddRange(end.Length > 0 ? [told] : []);
                }
            }
        );
        Assert.True(failed.Count == 0, string.Join("\n\n", failed));
    }

    private static int Given(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out var given) ? given : otherwise;

    private static async Task PlayAsync(Round round)
    {
        await using var stage = await SpreadStage.CreateAsync(round);
        try
        {
            await stage.BeginAsync();
            await stage.DoAsync();
            await stage.LetAgentsEndAsync();
            await stage.Hosts.UntilCompletedAsync(stage.Keeper);
            await stage.CheckAsync();
        }
        catch when (Environment.GetEnvironmentVariable("MACHINES_KEEP") is { } folder)
        {
            await stage.KeepAsync(folder);
            throw;
        }
    }
}

/// <summary>Events that hit a worker host or the owner host.</summary>
internal enum Deed
{
    None,
    Kill,
    EndWorker,
    Freeze,
    FreezeForAMoment,
    CutServer,
    CutServerForAMoment,
    CutServerUntilItsAgentHasEnded,
    CutRemote,
    Cut,
    CutForAMoment,
    CutUntilItsAgentHasEnded,
    Refuse,
    Rewind,
    LoseRef,
    FullDisk,
    KillHome,
    FreezeHome,
    CutHome,
    TakeOver,
    TakeOverByTheHost,
}

/// <summary>One test round: the event, the host that it hits, and the time.</summary>
/// <param name="Deed">The event that hits the host.</param>
internal sealed record Round(Deed Deed)
{
    /// <summary>
    /// Delay after the start of the run, or null if the event waits until an agent works on the first host and its changes are on the
    /// remote.
    /// </summary>
    public TimeSpan? After { get; init; }

    /// <summary>Lead of the first host's clock.</summary>
    public TimeSpan Clock { get; init; }

    /// <summary>The hosts' clones have the newest commit alone.</summary>
    public bool AreShallow { get; init; }

    /// <summary>The hosts are clones on one machine.</summary>
    public bool AreOneMachine { get; init; }

    /// <summary>Tasks of the run beside the first.</summary>
    public int More { get; init; }

    /// <summary>Another service starts the run with the official client and steers it, as this seed draws; null: a user starts
    /// it.</summary>
    public int? Steering { get; init; }

    /// <summary>Draws a random round.</summary>
    public static Round Draw(Random chance)
    {
        Deed[] deeds = [.. Enum.GetValues<Deed>().Where(deed => deed != Deed.FullDisk || Environment.IsPrivilegedProcess)];
        return new(deeds[chance.Next(deeds.Length)])
        {
            After = chance.Next(3) == 0 ? null : TimeSpan.FromMilliseconds(chance.Next(12_000)),
            Clock =
                chance.Next(4) == 0 && MachinePlace.FakeClock is not null ? TimeSpan.FromMinutes(chance.Next(2) == 0 ? 5 : -5) : default,
            AreShallow = chance.Next(6) == 0,
            AreOneMachine = chance.Next(6) == 0,
            More = chance.Next(3),
        };
    }
}
