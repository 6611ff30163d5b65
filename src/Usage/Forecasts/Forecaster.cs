namespace Orchestrator.Usage.Forecasts;

/// <summary>
/// Forecasts ranges for the cost and time of runs. Simulates the plan with similar past tasks from runs of the same repository. The width
/// of the ranges follows from the errors of earlier forecasts, so that eight of ten runs lie within them. Has no side effects.
/// </summary>
public static class Forecaster
{
    /// <summary>Maximum number of past runs to consider, starting with the most recent run.</summary>
    public const int MostRuns = 60;

    /// <summary>
    /// Maximum number of forecast errors that determine the width of the ranges, starting with the most recent error. Older errors come
    /// from forecasts with little data.
    /// </summary>
    private const int MostErrors = 40;

    /// <summary>Minimum number of past tasks for a forecast.</summary>
    private const int LeastTasks = 3;
    private const double Tail = 0.1;

    /// <summary>
    /// Forecast errors that are assumed until enough real ones are known. The values are quantiles of a normal distribution, in multiples
    /// of the half-width.
    /// </summary>
    private static readonly double[] Assumed = [-1.6, -1.0, -0.66, -0.41, -0.2, 0, 0.2, 0.41, 0.66, 1.0, 1.6];

    /// <summary>Forecasts the cost and time of a run.</summary>
    /// <param name="tasks">Tasks of the plan.</param>
    /// <param name="workers">Maximum number of agents that run at the same time.</param>
    /// <param name="past">Ended runs of the repository, in any order.</param>
    /// <returns>The forecast, or null if there are fewer than <see cref="LeastTasks"/> past tasks.</returns>
    public static CostAndTimeForecast? Of(IReadOnlyList<ForecastTask> tasks, int workers, IReadOnlyList<PastRun> past)
    {
        List<PastRun> runs = [.. past.OrderBy(run => run.StartedAt).TakeLast(MostRuns)];
        List<PastTask> pool = [.. runs.SelectMany(run => run.Tasks)];
        if (tasks.Count == 0 || pool.Count < LeastTasks)
        {
            return null;
        }
        var (costErrors, timeErrors) = Errors(runs);
        var (costs, seconds) = RunSimulation.RunRounds(tasks, workers, pool);
        return new CostAndTimeForecast(Range(costs, CostScale, costErrors), Range(seconds, TimeScale, timeErrors), pool.Count, runs.Count);
    }

    /// <summary>Computes the errors that forecasts of the past runs would have had, each based only on the runs before it.</summary>
    private static (List<double> Costs, List<double> Times) Errors(IReadOnlyList<PastRun> runs)
    {
        List<double> costs = [];
        List<double> times = [];
        List<PastTask> before = [];
        foreach (var run in runs)
        {
            if (before.Count >= LeastTasks && run.Plan.Count > 0)
            {
                var (simulatedCosts, simulatedTimes) = RunSimulation.RunRounds(run.Plan, run.Workers, before);
                costs.Add(Error(simulatedCosts, CostScale, run.Cost));
                times.Add(Error(simulatedTimes, TimeScale, run.Seconds));
            }
            before.AddRange(run.Tasks);
        }
        return ([.. costs.TakeLast(MostErrors)], [.. times.TakeLast(MostErrors)]);
    }

    // Offsets for the logarithm, in US dollars and seconds. Values below them count as zero.
    private const double CostScale = 0.005;
    private const double TimeScale = 1;

    private static double Error(double[] simulated, double scale, double outcome)
    {
        var (middle, half) = Core(simulated, scale);
        return (Math.Log(Math.Max(0, outcome) + scale) - middle) / half;
    }

    private static ForecastRange Range(double[] simulated, double scale, List<double> errors)
    {
        var (middle, half) = Core(simulated, scale);
        // Two known errors replace one assumed error, so the assumed ones matter only for the first runs.
        var assumed = Assumed.Length - errors.Count / 2;
        double[] all = [.. errors, .. assumed <= 0 ? [] : Enumerable.Range(0, assumed).Select(i => Quantile(Assumed, (i + 0.5) / assumed))];
        Array.Sort(all);
        return new ForecastRange(At(Quantile(all, Tail)), At(Quantile(all, 0.5)), At(Quantile(all, 1 - Tail)));

        double At(double error) => Math.Max(0, Math.Exp(middle + (error * half)) - scale);
    }

    /// <summary>
    /// Computes the median and half-width of the logarithms of simulated values. Logarithms are used because costs and times vary by
    /// factors rather than by amounts.
    /// </summary>
    private static (double Middle, double Half) Core(double[] simulated, double scale)
    {
        var (low, middle, high) = (
            Math.Log(Quantile(simulated, Tail) + scale),
            Math.Log(Quantile(simulated, 0.5) + scale),
            Math.Log(Quantile(simulated, 1 - Tail) + scale)
        );
        return (middle, Math.Max(0.05, (high - low) / 2));
    }

    /// <summary>
    /// Estimates the value below which the next outcome falls with the given probability. Each gap between n sorted values is assumed to
    /// contain the next outcome with a probability of 1/(n + 1).
    /// </summary>
    internal static double Quantile(double[] sorted, double share)
    {
        var place = (share * (sorted.Length + 1)) - 1;
        var below = Math.Clamp((int)Math.Floor(place), 0, sorted.Length - 1);
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((sorted[above] - sorted[below]) * Math.Clamp(place - below, 0, 1));
    }
}
