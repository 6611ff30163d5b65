namespace Orchestrator.NightBench.Nights;

/// <summary>Moments of a night, as numbers of agent starts before the disturbance.</summary>
/// <param name="EngineKills">Kills of the tool's process.</param>
/// <param name="MachineKills">Kills of all processes.</param>
/// <param name="Limit">Begin of the usage limit.</param>
/// <param name="FullDisks">Begins of a full disk.</param>
/// <param name="TargetMoves">Commits of the user on the target.</param>
public sealed record NightMoments(
    IReadOnlyList<int> EngineKills,
    IReadOnlyList<int> MachineKills,
    int Limit,
    IReadOnlyList<int> FullDisks,
    IReadOnlyList<int> TargetMoves
)
{
    /// <summary>Returns the first kill of the tool's process and the usage limit alone, for nights that run with the other tests.</summary>
    public NightMoments ToFew() => new([EngineKills.Min()], [], Limit, [], []);
}

/// <summary>One night, drawn from a seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Ecosystem">Kind of the sample repository: <c>node</c>, <c>python</c> or <c>make</c>.</param>
/// <param name="Tasks">The tasks in plan order.</param>
/// <param name="Moments">Moments of the disturbances.</param>
/// <param name="Pace">Durations.</param>
public sealed record DrawnNight(int Seed, string Ecosystem, IReadOnlyList<NightTask> Tasks, NightMoments Moments, NightPace Pace)
{
    /// <summary>Kinds of sample repositories. Nights take turns.</summary>
    public static IReadOnlyList<string> Ecosystems { get; } = ["node", "python", "make"];

    private static readonly string[] Deeds = ["weakens-gate", "moves-main", "sends-out", "empties-tree"];

    /// <summary>Money that the tool may spend, in US dollars: three times the cost of one start per task.</summary>
    public decimal Budget => Math.Ceiling(3 * Tasks.Sum(task => task.Cost));

    /// <summary>Draws a night.</summary>
    /// <param name="seed">Seed of all draws.</param>
    /// <param name="tasks">Number of tasks.</param>
    /// <param name="pace">Durations, or null for those of published results.</param>
    public static DrawnNight Draw(int seed, int tasks, NightPace? pace = null)
    {
        pace ??= NightPace.Published;
        var random = new Random(seed);
        var ids = Enumerable.Range(1, tasks).Select(number => $"t{number:00}").ToArray();
        var kinds = Kinds(random, tasks);
        var deeds = 0;
        var drawn = ids.Select(
                (id, index) =>
                    new NightTask(
                        id,
                        index + 1,
                        After(random, ids, index),
                        kinds[index],
                        Math.Round(pace.LeastWork + (random.NextDouble() * (pace.MostWork - pace.LeastWork)), 1),
                        Math.Round(0.02m + ((decimal)random.NextDouble() * 0.1m), 2)
                    )
                    {
                        Deed = kinds[index] == AgentKind.Hostile ? Deeds[(seed + deeds++) % Deeds.Length] : null,
                    }
            )
            .ToList();
        foreach (var index in Choose(random, tasks, NightRates.Conflicts))
        {
            drawn[index] = drawn[index] with { Registers = true };
        }
        foreach (var index in Choose(random, tasks, NightRates.FlakyTests))
        {
            drawn[index] = drawn[index] with { HasFlakyTest = true };
        }
        foreach (var index in Choose(random, tasks, NightRates.Culprits))
        {
            var other = (index + 1 + random.Next(tasks - 1)) % tasks;
            drawn[index] = drawn[index] with { Claims = [other + 1, index + 1, index + 1 + (2 * tasks)] };
        }
        drawn = [.. drawn.Select(task => task.Claims.Count > 1 ? task : task with { Claims = [task.Number, task.Number + tasks] })];
        return new(seed, Ecosystems[Math.Abs(seed % Ecosystems.Count)], drawn, DrawMoments(random, tasks), pace);
    }

    private static AgentKind[] Kinds(Random random, int tasks)
    {
        var kinds = new AgentKind[tasks];
        var order = Enumerable.Range(0, tasks).ToArray();
        random.Shuffle(order);
        var next = 0;
        foreach (
            var (kind, share) in (ReadOnlySpan<(AgentKind, double)>)
                [
                    (AgentKind.Lazy, NightRates.Lazy),
                    (AgentKind.Flaky, NightRates.Flaky),
                    (AgentKind.Hostile, NightRates.Hostile),
                    (AgentKind.Hanging, NightRates.Hanging),
                ]
        )
        {
            for (var count = CountOf(tasks, share); count > 0 && next < tasks; count--)
            {
                kinds[order[next++]] = kind;
            }
        }
        return kinds;
    }

    private static IEnumerable<int> Choose(Random random, int tasks, double share)
    {
        var order = Enumerable.Range(0, tasks).ToArray();
        random.Shuffle(order);
        return order[..CountOf(tasks, share)];
    }

    private static int CountOf(int tasks, double share) => Math.Max(1, (int)Math.Round(tasks * share));

    // Among the last ten, so that plans are wide as well as deep.
    private static List<string> After(Random random, string[] ids, int index) =>
        index == 0 || random.NextDouble() >= NightRates.Dependent
            ? []
            :
            [
                .. Enumerable
                    .Range(0, 1 + random.Next(2))
                    .Select(_ => ids[random.Next(Math.Max(0, index - 10), index)])
                    .Distinct()
                    .Order(StringComparer.Ordinal),
            ];

    // Each in a stretch of its own, in drawn order, so that none hides another.
    private static NightMoments DrawMoments(Random random, int tasks)
    {
        var places = Enumerable.Range(1, 7).Select(part => Math.Max(1, (int)(tasks * (part + random.NextDouble() - 0.5) / 7))).ToArray();
        random.Shuffle(places);
        return new([places[0], places[1]], [places[2]], places[3], [places[4]], [places[5], places[6]]);
    }
}
