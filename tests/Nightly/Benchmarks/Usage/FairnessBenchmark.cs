using System.Globalization;
using Orchestrator.Usage.Tests;

namespace Orchestrator.Benchmarks.Usage;

/// <summary>A run of five tasks starts beside a run of 1,000 on an account with four slots. It must get the slot that is released next, and
/// take at most 1.5 times as long as alone. By the governor's rules on a simulated clock, so the figure is the same on every
/// machine.</summary>
internal static class FairnessBenchmark
{
    private const int Slots = 4;
    private const int LargeRun = 1000;
    private const int SmallRun = 5;
    private const int Arrivals = 8;
    private const double Bar = 1.5;

    public static int Run()
    {
        var (worst, isNext) = (0.0, true);
        foreach (var task in (TimeSpan[])[TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)])
        {
            for (var seed = 0; seed < Arrivals; seed++)
            {
                var (ratio, got) = Play(task, new Random(seed));
                (worst, isNext) = (Math.Max(worst, ratio), isNext && got);
            }
        }
        var first = isNext ? "the first slot at the next release" : "the first slot late";
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| run of {SmallRun} tasks beside an earlier one of {LargeRun:N0}, {Slots} slots (`governor`): "
                    + $"worst of {3 * Arrivals} arrivals | alone | {first} | {worst:0.00} | {Bar} |"
            )
        );
        return worst <= Bar && isNext ? 0 : 1;
    }

    private static (double Ratio, bool IsNext) Play(TimeSpan task, Random chance)
    {
        var first = Enumerable.Range(0, Slots).Select(_ => task * chance.NextDouble()).ToList();
        var arrives = task * (1 + 20 * chance.NextDouble());
        var large = new SimulatedRun("large", LargeRun, TimeSpan.Zero, number => number < Slots ? first[number] : task);
        var small = new SimulatedRun("small", SmallRun, arrives, _ => task);
        var alone = new SlotSimulation(Slots, chance).Play([small]).Max(one => one.Ended) - arrives;
        var both = new SlotSimulation(Slots, chance).Play([large, small], until: small);
        var own = both.Where(one => one.Run == small.Name).ToList();
        var next = both.Where(one => one.Ended > arrives).Min(one => one.Ended);
        return ((own.Max(one => one.Ended) - arrives) / alone, own[0].Began == next);
    }
}
