using System.Globalization;

namespace Orchestrator.Benchmarks.Runs;

/// <summary>The merge queue with a suite that takes seconds: one batch after the other, on top of each other, and in lanes.</summary>
internal static partial class ManyTasks
{
    private const double MostOfLanes = 0.35;
    private const double MostOfSpeculation = 0.6;

    /// <summary>Settings of three scopes with twenty of the files each.</summary>
    private const string ThreeLanes =
        ", scopes: {low: ['t*[0-2].txt', t9.txt, t19.txt], middle: ['t*[3-5].txt', t29.txt, t39.txt], "
        + "high: ['t*[6-8].txt', t49.txt, t59.txt]}";

    /// <summary>Sixty tasks of agents that end at once, and a gate on the merged tree that sleeps for three seconds.</summary>
    /// <remarks>Lanes alone can't reach their bar with so few gate runs: 10 of 30, and all gates once more before landing, are 0.37. With
    /// speculation each lane verifies two batches at once, and the last verdict holds for the landing.</remarks>
    internal static async Task<int> LanesAsync(string program)
    {
        const int Tasks = 60;
        var one = await TimeLanesAsync(program, Tasks, "");
        var lanes = Show("three lanes", await TimeLanesAsync(program, Tasks, ThreeLanes), "none");
        var both = Show("three lanes, speculation 1", await TimeLanesAsync(program, Tasks, ThreeLanes + ", speculation: 1"), MostOfLanes);
        var speculation = Show("one lane, speculation 2", await TimeLanesAsync(program, Tasks, ", speculation: 2"), MostOfSpeculation);
        return lanes < 1 && both <= MostOfLanes && speculation <= MostOfSpeculation ? 0 : 1;

        double Show(string name, (double Seconds, int Runs) measured, object bar)
        {
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {Tasks} tasks, batches of 2, a gate of 3 s, {name}: from the first verified task to the end; gate runs "
                        + $"| one lane: {one.Seconds:0} s; {one.Runs} | {measured.Seconds:0} s; {measured.Runs} | "
                        + $"{measured.Seconds / one.Seconds:0.00} | {bar:0.00} |"
                )
            );
            return measured.Seconds / one.Seconds;
        }
    }

    private static async Task<(double Seconds, int Runs)> TimeLanesAsync(string program, int tasks, string settings)
    {
        using var files = await BenchRepository.CreateAsync(
            program,
            tasks,
            Writer,
            $"permissions: {{sandbox: off}}\nmerge: {{batch: 2{settings}}}\n"
                + "gates: {integration: ['echo run >> \"$(git rev-parse --git-common-dir)/gate-runs\"; sleep 3']}\n"
        );
        using var run = Start(files, new Dictionary<string, string>());
        await WatchAsync(run);
        return (
            (DateTimeOffset.UtcNow - FirstTimes(ReadEvents(files), "merging").Min()).TotalSeconds,
            (await File.ReadAllLinesAsync(files.Repository[".git/gate-runs"])).Length
        );
    }
}
