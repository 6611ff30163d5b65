using Orchestrator.Usage.Forecasts;
using Xunit;

namespace Orchestrator.Usage.Tests;

public sealed class CostAndTimeForecastTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 22, 0, 0, TimeSpan.Zero);
    private static readonly TaskSimilarityKey Small = new("", "claude/sonnet", 300);

    /// <summary>The bar: of 200 simulated nights 75 to 85 % lie in the range, for cost and for time, in each of three worlds.</summary>
    [Theory]
    [InlineData("tasks differ", 0, 0)]
    [InlineData("nights differ", 0.35, 0)]
    [InlineData("models get dearer", 0.2, 0.002)]
    public void Range_Of200SimulatedNights_Contains75To85Percent(string world, double night, double drift)
    {
        var (cost, time) = Coverage(new Random(20261124), nights: 200, night, drift);

        Assert.True(cost is >= 0.75 and <= 0.85, $"{world}: cost {cost:0.000}");
        Assert.True(time is >= 0.75 and <= 0.85, $"{world}: time {time:0.000}");
    }

    [Fact]
    public void Forecast_WithoutPastRuns_IsNone()
    {
        Assert.Null(Forecaster.Of([Task(Small)], 3, []));
        Assert.Null(Forecaster.Of([Task(Small)], 3, [Run(0, [(Small, 1, 60)])]));
        Assert.Null(Forecaster.Of([], 3, [Run(0, [(Small, 1, 60), (Small, 1, 60), (Small, 1, 60)])]));
    }

    [Fact]
    public void Forecast_OfTasksThatAreAlways_TheSame_IsNarrow()
    {
        var past = Enumerable.Range(0, 10).Select(i => Run(i, [(Small, 1, 60), (Small, 1, 60), (Small, 1, 60)])).ToList();

        var forecast = Forecaster.Of([Task(Small), Task(Small)], 1, past)!;

        Assert.Equal((30, 10), (forecast.PastTasks, forecast.PastRuns));
        Assert.InRange(forecast.Cost.Low, 1.8, 2);
        Assert.InRange(forecast.Cost.High, 2, 2.2);
        Assert.InRange(forecast.Seconds.Middle, 118, 122);
    }

    [Fact]
    public void Forecast_OfDearerTasks_KnowsThemByModelRoleAndSize()
    {
        TaskSimilarityKey[] shapes =
        [
            Small,
            Small with
            {
                Model = "claude/opus",
            },
            Small with
            {
                Role = "testing",
            },
            Small with
            {
                Size = 9000,
            },
        ];
        double[] costs = [1, 8, 2, 4];
        var past = Enumerable.Range(0, 8).Select(i => Run(i, [.. shapes.Zip(costs, (shape, cost) => (shape, cost, 60.0))])).ToList();

        foreach (var (shape, cost) in shapes.Zip(costs))
        {
            Assert.InRange(Forecaster.Of([Task(shape)], 1, past)!.Cost.Middle, cost * 0.9, cost * 1.1);
        }
    }

    [Fact]
    public void Forecast_OfTasksThatWaitForEachOther_TakesTheirTimesTogether()
    {
        var past = Enumerable.Range(0, 8).Select(i => Run(i, [(Small, 1, 100), (Small, 1, 100), (Small, 1, 100)], workers: 3)).ToList();
        ForecastTask[] chain = [Task(Small), Task(Small, 0), Task(Small, 1)];
        ForecastTask[] beside = [Task(Small), Task(Small), Task(Small)];

        Assert.InRange(Forecaster.Of(chain, 3, past)!.Seconds.Middle, 290, 310);
        Assert.InRange(Forecaster.Of(beside, 3, past)!.Seconds.Middle, 95, 105);
    }

    [Fact]
    public void Forecast_OfFreeAgents_IsNothing()
    {
        var past = Enumerable.Range(0, 5).Select(i => Run(i, [(Small, 0, 10), (Small, 0, 10)])).ToList();

        Assert.InRange(Forecaster.Of([Task(Small)], 3, past)!.Cost.High, 0, 0.001);
    }

    [Fact]
    public void Forecast_OfAPlanWithACircle_Ends() =>
        Assert.NotNull(Forecaster.Of([Task(Small, 1), Task(Small, 0)], 2, [Run(0, [(Small, 1, 1), (Small, 1, 1), (Small, 1, 1)])]));

    /// <summary>Plays nights whose tasks have costs and times with long tails, and forecasts each from those before it.</summary>
    /// <param name="night">Variation between whole nights (standard deviation of the logarithm).</param>
    /// <param name="drift">Factor by which each night costs more than the previous one.</param>
    private static (double Cost, double Time) Coverage(Random chance, int nights, double night, double drift)
    {
        TaskSimilarityKey[] shapes =
        [
            Small,
            Small with
            {
                Role = "testing",
            },
            Small with
            {
                Size = 2000,
            },
            new TaskSimilarityKey("backend", "claude/opus", 2000),
        ];
        double[] medians = [0.3, 0.5, 0.9, 2.5];
        List<PastRun> past = [];
        var (inCost, inTime) = (0, 0);
        for (var i = -60; i < nights; i++)
        {
            var effect = Math.Exp((Normal(chance) * night) + (drift * i));
            var plan = new List<ForecastTask>();
            var tasks = new List<PastTask>();
            for (var n = chance.Next(4, 16); n > 0; n--)
            {
                var kind = chance.Next(shapes.Length);
                var after = plan.Count > 0 && chance.Next(3) == 0 ? [chance.Next(plan.Count)] : Array.Empty<int>();
                var hard = Math.Exp(Normal(chance) * 0.6);
                plan.Add(new ForecastTask(shapes[kind], after));
                tasks.Add(
                    new PastTask(
                        shapes[kind],
                        medians[kind] * hard * effect * Math.Exp(Normal(chance) * 0.3),
                        300 * hard * effect * Math.Exp(Normal(chance) * 0.3)
                    )
                );
            }
            var run = new PastRun($"r{i}", Start.AddDays(i), 3, plan, tasks, tasks.Sum(task => task.Cost), Length(plan, tasks, 3));
            if (i >= 0)
            {
                var forecast = Forecaster.Of(plan, 3, past)!;
                inCost += forecast.Cost.Contains(run.Cost) ? 1 : 0;
                inTime += forecast.Seconds.Contains(run.Seconds) ? 1 : 0;
            }
            past.Add(run);
        }
        return ((double)inCost / nights, (double)inTime / nights);
    }

    // What really happens: merges and starts take time too, which no task's time has.
    private static double Length(List<ForecastTask> plan, List<PastTask> tasks, int workers)
    {
        var free = new double[workers];
        var ends = new double[plan.Count];
        for (var i = 0; i < plan.Count; i++)
        {
            var worker = Array.IndexOf(free, free.Min());
            ends[i] = Math.Max(free[worker], plan[i].After.Select(before => ends[before]).DefaultIfEmpty(0).Max()) + tasks[i].Seconds + 10;
            free[worker] = ends[i];
        }
        return ends.Max() + 30;
    }

    private static double Normal(Random chance) =>
        Math.Sqrt(-2 * Math.Log(1 - chance.NextDouble())) * Math.Cos(2 * Math.PI * chance.NextDouble());

    private static ForecastTask Task(TaskSimilarityKey shape, params int[] after) => new(shape, after);

    private static PastRun Run(int number, (TaskSimilarityKey Shape, double Cost, double Seconds)[] tasks, int workers = 1) =>
        new(
            $"r{number}",
            Start.AddDays(number),
            workers,
            [.. tasks.Select(task => Task(task.Shape))],
            [.. tasks.Select(task => new PastTask(task.Shape, task.Cost, task.Seconds))],
            tasks.Sum(task => task.Cost),
            workers == 1 ? tasks.Sum(task => task.Seconds) : tasks.Max(task => task.Seconds)
        );
}
