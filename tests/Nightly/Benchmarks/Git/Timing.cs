using System.Diagnostics;

namespace Orchestrator.Benchmarks.Git;

/// <summary>Measures time and processes for the git benchmarks.</summary>
internal static class Timing
{
    internal static async Task<double> MillisecondsAsync(Func<Task> work)
    {
        var begin = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }

    internal static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
