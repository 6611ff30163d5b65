using System.Globalization;
using Orchestrator.Messages;
using Orchestrator.Workflows.Tests.Train;
using Orchestrator.Workflows.Train;

namespace Orchestrator.Benchmarks.Train;

/// <summary>
/// Computes the gate runs of the merge queue, compared with merging one by one and with plain bisection of batches. The result is the same
/// on every machine. Work is bad with one probability, gates fail by chance with another, and each is drawn once.
/// </summary>
internal static class TrainBenchmark
{
    private const int Batches = 10_000;
    private const int BatchesOfRun = 250;
    private const int Limit = 8;

    public static int Run()
    {
        Console.WriteLine();
        Console.WriteLine(
            "| bad | flaky | at once | one by one | plain bisection | train | gates run once more, each | all of one by one | rounds | "
                + "innocent sent back: of batches; of all | one by one |"
        );
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        var misses = new List<string>();
        foreach (var bad in (double[])[0.01, 0.05, 0.1, 0.3])
        {
            foreach (var flake in (double[])[0, 0.05, 0.2])
            {
                foreach (var parallel in (int[])[1, 3])
                {
                    var alone = Play(bad, flake, parallel, limit: 1);
                    var train = Play(bad, flake, parallel, Limit);
                    var plain = PlainBisection(bad, flake);
                    var innocent = (double)train.Innocent / train.Batches;
                    Console.WriteLine(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"| {bad:0%} | {flake:0%} | {parallel} | {alone.PerEntry:0.00} | {plain:0.00} | {train.PerEntry:0.00} | "
                                + $"{train.PerEntry / alone.PerEntry:0.00} | {train.RerunsPerEntry:0.00} ({alone.RerunsPerEntry:0.00}) | "
                                + $"{train.Rounds:0.00} | {innocent:0.00%}; {(double)train.Innocent / train.Entries:0.00%} | "
                                + $"{(double)alone.Innocent / alone.Entries:0.00%} |"
                        )
                    );
                    if (bad <= 0.1 && parallel == 1 && train.PerEntry > 0.5 * alone.PerEntry)
                    {
                        misses.Add($"{bad:0%} bad, {flake:0%} flaky: {train.PerEntry / alone.PerEntry:0.00} of one by one, bar 0.5");
                    }
                    if (innocent >= 0.03)
                    {
                        misses.Add(
                            $"{bad:0%} bad, {flake:0%} flaky, {parallel} at once: {innocent:0.0%} of batches blame an innocent, bar 3 %"
                        );
                    }
                }
            }
        }
        Console.WriteLine();
        ShowOneCulprit(misses);
        foreach (var miss in misses)
        {
            Console.WriteLine($"missed: {miss}");
        }
        return misses.Count == 0 ? 0 : 1;
    }

    /// <summary>Gate runs of all kinds until one culprit in eight is found and the other seven have landed, over 1,000 batches.</summary>
    private static void ShowOneCulprit(List<string> misses)
    {
        var random = new Random(20261127);
        int[] culprits = [.. Enumerable.Range(0, 1000).Select(_ => random.Next(Limit))];
        double Average(MergeQueueBatchOptions? rules, int limit) =>
            culprits.Average(culprit =>
            {
                var world = new TrainSimulator(
                    new MergeQueueState
                    {
                        Rules = rules,
                        Verdicts = rules is null ? null : new MergeQueueStatistics(0, 0),
                        Limit = limit,
                    },
                    merged => merged.Any(entry => entry.TaskId == $"t{culprit}")
                );
                foreach (var i in Enumerable.Range(0, Limit))
                {
                    world.Enqueue(new TaskMergeRequest($"t{i}", $"t{i}", 1));
                }
                world.Run();
                return world.Runs + world.Reruns;
            });
        var (search, bisection, alone) = (Average(new MergeQueueBatchOptions(), Limit), Average(null, Limit), Average(null, 1));
        Console.WriteLine("| one culprit in eight, 1,000 batches | one by one | bisection | suspects last |");
        Console.WriteLine("|---|---|---|---|");
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"| gate runs, each time | {alone:0.00} | {bisection:0.00} | {search:0.00} |")
        );
        Console.WriteLine();
        if (search > 5)
        {
            misses.Add($"one culprit in eight costs {search:0.00} gate runs, bar 5");
        }
    }

    private static UseCaseOutcome Play(double bad, double flake, int parallel, int limit)
    {
        var random = new Random(20261122);
        var outcome = new UseCaseOutcome();
        while (outcome.Batches < Batches)
        {
            var isBad = new HashSet<string>(StringComparer.Ordinal);
            var number = 0;
            var world = new TrainSimulator(
                new MergeQueueState
                {
                    Rules = new MergeQueueBatchOptions(),
                    Verdicts = new MergeQueueStatistics(0, 0),
                    Limit = limit,
                    Parallel = parallel,
                },
                merged => merged.Any(entry => isBad.Contains(entry.TaskId)),
                () => random.NextDouble() < flake
            );
            while (world.Batches < BatchesOfRun)
            {
                while (world.State.Queue.Count < 2 * Limit)
                {
                    var task = $"t{++number}";
                    if (random.NextDouble() < bad)
                    {
                        isBad.Add(task);
                    }
                    world.Enqueue(new TaskMergeRequest(task, task, 1));
                }
                if (!world.Step())
                {
                    world.Advance();
                }

                // What is on staging says nothing more, and looking through all of it takes time.
                world.Merged.Clear();
            }
            outcome.Batches += world.Batches;
            outcome.Runs += world.Runs;
            outcome.Reruns += world.Reruns;
            outcome.RoundsInAll += world.Rounds;
            outcome.Entries += number - world.State.Queue.Count;
            outcome.Innocent += world.SentBack.Count(entry => !isBad.Contains(entry.TaskId));
        }
        return outcome;
    }

    /// <summary>Batches of eight; a red one is halved, each half run, until single ones are red. Runs for each entry.</summary>
    private static double PlainBisection(double bad, double flake)
    {
        var random = new Random(20261122);
        var runs = 0L;
        for (var batch = 0; batch < Batches; batch++)
        {
            Split([.. Enumerable.Range(0, Limit).Select(_ => random.NextDouble() < bad)]);
        }
        return (double)runs / (Batches * Limit);

        void Split(ReadOnlySpan<bool> entries)
        {
            runs++;
            if ((entries.Contains(true) || random.NextDouble() < flake) && entries.Length > 1)
            {
                Split(entries[..(entries.Length / 2)]);
                Split(entries[(entries.Length / 2)..]);
            }
        }
    }

    private sealed class UseCaseOutcome
    {
        public int Batches { get; set; }

        public int Entries { get; set; }

        public int Runs { get; set; }

        public int Reruns { get; set; }

        public int RoundsInAll { get; set; }

        public int Innocent { get; set; }

        public double PerEntry => (double)Runs / Entries;

        public double RerunsPerEntry => (double)Reruns / Entries;

        public double AllPerEntry => PerEntry + RerunsPerEntry;

        public double Rounds => (double)RoundsInAll / Batches;
    }
}
