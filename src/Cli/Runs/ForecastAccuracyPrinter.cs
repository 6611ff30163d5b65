using System.Globalization;
using Orchestrator.Runs.Reports;

namespace Orchestrator.Cli.Runs;

/// <summary>Shows the expected cost and duration of runs next to the actual ones (<c>history --forecast</c>).</summary>
internal static class ForecastAccuracyPrinter
{
    /// <summary>Prints the runs, latest first.</summary>
    public static void Show(LocalRepositoryPaths repository, IReadOnlyList<RunStatus> runs, CliCommandServiceBundle context)
    {
        var forecasts = new RunForecasts(repository.Root);
        var (inCost, inTime, told) = (0, 0, 0);
        foreach (var run in runs)
        {
            if (forecasts.ReadInitialForecast(run.RunId) is not { } forecast)
            {
                context.Terminal.Show(
                    $"{LocalTimeFormatter.ToMinute(run.StartedAt)}  {run.RunId}  no forecast, because there were no past runs"
                );
                continue;
            }
            var isOver = RunStateNames.IsFinal(run.State);
            var took = forecasts.DurationOf(run, isOver ? run.UpdatedAt : context.Time.GetUtcNow());
            var cost = run.Cost >= forecast.CostLow && run.Cost <= forecast.CostHigh;
            var time = took.TotalSeconds >= forecast.SecondsLow && took.TotalSeconds <= forecast.SecondsHigh;
            context.Terminal.Show(
                $"{LocalTimeFormatter.ToMinute(run.StartedAt)}  {run.RunId}  expected {RunForecasts.Describe(forecast)}; "
                    + string.Create(CultureInfo.InvariantCulture, $"{(isOver ? "came to" : "is at")} {run.Cost:0.00} USD ({Word(cost)}), ")
                    + string.Create(
                        CultureInfo.InvariantCulture,
                        $"{(long)took.TotalHours}:{took.Minutes:00}:{took.Seconds:00} ({Word(time)})"
                    )
            );
            if (isOver)
            {
                (inCost, inTime, told) = (inCost + (cost ? 1 : 0), inTime + (time ? 1 : 0), told + 1);
            }
        }
        if (told > 0)
        {
            context.Terminal.Inform(
                $"Of {Plural.Of(told, "ended run")}, {inCost} stayed within the cost forecast and {inTime} within the time forecast. "
                    + "Over many runs, eight out of ten should."
            );
        }
    }

    private static string Word(bool isIn) => isIn ? "within" : "outside";
}
