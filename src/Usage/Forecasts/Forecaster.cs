namespace Orchestrator.Usage.Forecasts;

/// <summary>Forecasts of runs from past runs of the same repository. A plan is played with past tasks that are alike; how wide the range is
/// follows from how far earlier forecasts of that kind were off, so that eight of ten runs lie in it. Pure.</summary>
public static class Forecaster
{
    /// <summary>Runs that are looked at, the latest ones.</summary>
    public const int MostRuns = 60;

    /// <summary>Errors that the width follows from, the latest ones: the first of many are of forecasts that knew little.</summary>
    private const int MostErrors = 40;

    /// <summary>Past tasks without which nothing is forecast.</summary>
    private const int LeastTasks = 3;
    private const double Tail = 0.1;

    /// <summary>Errors of forecasts that are assumed before there are any: quantiles of a normal distribution, in half-widths.</summary>
    private static readonly double[] Assumed = [-1.6, -1.0, -0.66, -0.41, -0.2, 0, 0.2, 0.41, 0.66, 1.0, 1.6];

    /// <summary>The expected cost and time of a run.</summary>
    /// <param name="tasks">The plan.</param>
    /// <param name="workers">How many agents work at once.</param>
    /// <param name="past">Ended runs of the repository, in any order.</param>
    /// <returns>Null: there are too few past tasks.</returns>
    public static Forecast? Of(IReadOnlyList<ForecastTask> tasks, int workers, IReadOnlyList<PastRun> past)
    {
        List<PastRun> runs = [.. past.OrderBy(run => run.StartedAt).TakeLast(MostRuns)];
        List<PastTask> pool = [.. runs.SelectMany(run => run.Tasks)];
        if (tasks.Count == 0 || pool.Count < LeastTasks)
        {
            return null;
        }
        var (costErrors, timeErrors) = Errors(runs);
        var (costs, seconds) = RunSimulation.Play(tasks, workers, pool);
        return new Forecast(Range(costs, CostScale, costErrors), Range(seconds, TimeScale, timeErrors), pool.Count, runs.Count);
    }

    /// <summary>Errors of the forecasts that would have been made of past runs, each from the runs before it.</summary>
    private static (List<double> Costs, List<double> Times) Errors(IReadOnlyList<PastRun> runs)
    {
        List<double> costs = [];
        List<double> times = [];
        List<PastTask> before = [];
        foreach (var run in runs)
        {
            if (before.Count >= LeastTasks && run.Plan.Count > 0)
            {
                var (simulatedCosts, simulatedTimes) = RunSimulation.Play(run.Plan, run.Workers, before);
                costs.Add(Error(simulatedCosts, CostScale, run.Cost));
                times.Add(Error(simulatedTimes, TimeScale, run.Seconds));
            }
            before.AddRange(run.Tasks);
        }
        return ([.. costs.TakeLast(MostErrors)], [.. times.TakeLast(MostErrors)]);
    }

    // What is smaller than this is as good as nothing.
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
        // Known errors take the place of assumed ones, which are many enough for nothing but the first runs.
        var assumed = Assumed.Length - errors.Count / 2;
        double[] all = [.. errors, .. assumed <= 0 ? [] : Enumerable.Range(0, assumed).Select(i => Quantile(Assumed, (i + 0.5) / assumed))];
        Array.Sort(all);
        return new ForecastRange(At(Quantile(all, Tail)), At(Quantile(all, 0.5)), At(Quantile(all, 1 - Tail)));

        double At(double error) => Math.Max(0, Math.Exp(middle + (error * half)) - scale);
    }

    /// <summary>Middle and half-width of what was simulated, in logarithms: costs and times are off by factors.</summary>
    private static (double Middle, double Half) Core(double[] simulated, double scale)
    {
        var (low, middle, high) = (
            Math.Log(Quantile(simulated, Tail) + scale),
            Math.Log(Quantile(simulated, 0.5) + scale),
            Math.Log(Quantile(simulated, 1 - Tail) + scale)
        );
        return (middle, Math.Max(0.05, (high - low) / 2));
    }

    /// <summary>The value that this share of a further outcome's chance lies below: of n values, each gap has one of n + 1
    /// shares.</summary>
    internal static double Quantile(double[] sorted, double share)
    {
        var place = (share * (sorted.Length + 1)) - 1;
        var below = Math.Clamp((int)Math.Floor(place), 0, sorted.Length - 1);
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((sorted[above] - sorted[below]) * Math.Clamp(place - below, 0, 1));
    }
}
