using System.Globalization;
using Orchestrator.KillTest;

// Usage: KillTest PROGRAM [--rounds N] [--seed S] [--kills N] [PLAN]
// PLAN: --together, --lanes, --reviewed, --escalated, --aborted or --installing
//        KillTest PROGRAM --exhaustive [--sample N] [--seed S] [--only TEXT] [PLAN]
//        --installing --real-npm: npm of this machine, with a registry of our own
//        KillTest PROGRAM --scenario freeze|desert|disk [--rounds N] [--seed S] [--folder FOLDER]
var round = new KillRound([args[0]], Text("--folder")) { Patience = TimeSpan.FromMinutes(Option("--patience", 5)) };
var seed = Option("--seed", Random.Shared.Next());
using var registry = args.Contains("--real-npm") ? new PackageRegistry() : null;
var other = KillPlan.ByOption.GetValueOrDefault(args.FirstOrDefault(KillPlan.ByOption.ContainsKey) ?? "");
other = other?.Packages is null ? other : other with { Registry = registry?.Url };
return args.Contains("--exhaustive")
    ? await ExhaustiveAsync()
    : Text("--scenario") switch
    {
        null => await RoundsAsync(other ?? KillPlan.Full, random => new RandomKiller(random, Option("--kills", 8))),
        "freeze" => await RoundsAsync(KillPlan.Full, random => new Freezer(random)),
        "desert" => await RoundsAsync(KillPlan.Alone, _ => new Desertion()),
        "disk" => await RoundsAsync(KillPlan.Full, random => new DiskFiller(random, Option("--kills", 20))),
        var unknown => throw new ArgumentException($"There is no scenario '{unknown}': freeze, desert or disk."),
    };

async Task<int> RoundsAsync(KillPlan plan, Func<Random, IKiller> killer)
{
    var rounds = Option("--rounds", 5);
    Console.WriteLine($"{rounds} rounds, seed {seed}");
    plan = plan with { Seed = seed };
    if (await UndisturbedAsync(plan, new RandomKiller(new Random(0), most: 0)) is not { } expected)
    {
        return 1;
    }
    var failed = 0;
    for (var number = 1; number <= rounds; number++)
    {
        var result = await round.RunAsync(plan, killer(new Random(unchecked(seed + number))), expected);
        failed += Report(
            $"round {number}: {result.Kills.Count} kills "
                + $"({string.Join(", ", result.Kills.GroupBy(kill => kill).Select(group => $"{group.Count()} {group.Key}"))})",
            result
        );
    }

    Console.WriteLine($"{rounds - failed} of {rounds} rounds lost nothing (seed {seed})");
    return failed == 0 ? 0 : 1;
}

async Task<int> ExhaustiveAsync()
{
    var counter = new PlaceKiller(null);
    var plan = (other ?? KillPlan.Small) with { Seed = seed };
    if (await UndisturbedAsync(plan, counter) is not { } expected)
    {
        return 1;
    }
    var all = KillPlaces.Of(counter.Counts);
    var places = all.Where(place => Text("--only") is not { } only || place.ToString().Contains(only, StringComparison.Ordinal)).ToArray();
    Console.WriteLine(
        $"{all.Count} places: "
            + string.Join(
                ", ",
                counter.Counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Key} {count.Value}")
            )
    );
    if (Option("--sample", 0) is > 0 and var sample)
    {
        new Random(seed).Shuffle(places);
        places = places[..Math.Min(sample, places.Length)];
        Console.WriteLine($"{places.Length} of them, seed {seed}");
    }

    var (failed, reached) = (0, 0);
    foreach (var place in places)
    {
        var killer = new PlaceKiller(place);
        var result = await round.RunAsync(plan, killer, expected);
        reached += killer.Reached is null ? 0 : 1;
        failed += Report($"{place} ({killer.Reached ?? "not reached"})", result);
    }

    Console.WriteLine($"{failed} of {places.Length} places lost something; {reached} were reached (seed {seed})");
    return failed == 0 ? 0 : 1;
}

async Task<string?> UndisturbedAsync(KillPlan plan, IKiller killer)
{
    var result = await round.RunAsync(plan, killer, expected: null);
    if (result.Faults.Count == 0)
    {
        return result.Fingerprint;
    }
    Report("undisturbed", result);
    return null;
}

static int Report(string what, KillResult result)
{
    Console.WriteLine($"{what}: {(result.Faults.Count == 0 ? "ok" : "FAULT: " + string.Join("; ", result.Faults))}");
    if (result.Faults.Count == 0)
    {
        return 0;
    }
    Console.WriteLine(result.Output);
    return 1;
}

string? Text(string name) => Array.IndexOf(args, name) is >= 0 and var index && index + 1 < args.Length ? args[index + 1] : null;

int Option(string name, int otherwise) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
