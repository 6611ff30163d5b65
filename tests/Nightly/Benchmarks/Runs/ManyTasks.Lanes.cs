using System.Diagnostics;
using System.Globalization;

namespace Orchestrator.Benchmarks.Runs;

/// <summary>The merge queue with a suite that takes seconds: one batch after the other, on top of each other, and in lanes.</summary>
internal static partial class ManyTasks
{
    private const double MostOfLanes = 0.35;
    private const double MostOfSpeculation = 0.6;

    /// <summary>Sixty tasks of agents that end at once, and a gate on the merged tree that sleeps for three seconds.</summary>
    internal static async Task<int> LanesAsync(string program)
    {
        const int Tasks = 60;
        var one = await TimeLanesAsync(program, Tasks, "");
        var speculation = await TimeLanesAsync(program, Tasks, ", speculation: 2");
        var lanes = await TimeLanesAsync(
            program,
            Tasks,
            ", scopes: {low: ['t*[0-2].txt'], middle: ['t*[3-5].txt'], high: ['t*[6-9].txt']}"
        );
        Show("three lanes", lanes, MostOfLanes);
        Show("one lane, speculation 2", speculation, MostOfSpeculation);
        return lanes.Seconds <= MostOfLanes * one.Seconds && speculation.Seconds <= MostOfSpeculation * one.Seconds ? 0 : 1;

        void Show(string name, (double Seconds, int Runs) measured, double bar) =>
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {Tasks} tasks, batches of 2, a gate of 3 s on what is merged, {name}: wall clock; gate runs | one lane: "
                        + $"{one.Seconds:0} s; {one.Runs} | {measured.Seconds:0} s; {measured.Runs} | "
                        + $"{measured.Seconds / one.Seconds:0.00} | {bar:0.00} |"
                )
            );
    }

    private static async Task<(double Seconds, int Runs)> TimeLanesAsync(string program, int tasks, string settings)
    {
        using var files = await BenchRepository.CreateAsync(
            program,
            tasks,
            Writer,
            $"permissions: {{sandbox: off}}\nmerge: {{batch: 2{settings}}}\n"
                + "gates: {integration: ['echo run >> \"$ORCHESTRATOR_REPOSITORY/../gate-runs\"; sleep 3']}\n"
        );
        var begin = Stopwatch.GetTimestamp();
        using var run = Start(files, new Dictionary<string, string>());
        await WatchAsync(run);
        return (
            Stopwatch.GetElapsedTime(begin).TotalSeconds,
            (await File.ReadAllLinesAsync(Path.Combine(files.Repository.Path, "..", "gate-runs"))).Length
        );
    }
}
