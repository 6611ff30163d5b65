using System.Globalization;

namespace Orchestrator.Cli.Runs;

/// <summary>Shows the expected cost and duration of runs next to the actual ones (<c>history --forecast</c>).</summary>
internal static class ForecastAccuracyPrinter
{
    /// <summary>Prints the runs, latest first.</summary>
    public static void Show(IReadOnlyList<RunStatus> runs, CliCommandServiceBundle context)
    {
        var (inCost, inTime, told) = (0, 0, 0);
        foreach (var run in runs)
        {
            if (ForecastAccuracy.Of(run, context) is not ({ } expected, var took, var isCostWithin, var isTimeWithin))
            {
                context.Terminal.Show(
                    $"{LocalTimeFormatter.ToMinute(run.StartedAt)}  {run.RunId}  no forecast, because there were no past runs"
                );
                continue;
            }
            var isOver = RunStateNames.IsFinal(run.State);
            context.Terminal.Show(
                $"{LocalTimeFormatter.ToMinute(run.StartedAt)}  {run.RunId}  expected {expected}; "
                    + string.Create(
                        CultureInfo.InvariantCulture,
                        $"{(isOver ? "came to" : "is at")} {run.Cost:0.00} USD ({Word(isCostWithin)}), "
                    )
                    + string.Create(
                        CultureInfo.InvariantCulture,
                        $"{(long)took.TotalHours}:{took.Minutes:00}:{took.Seconds:00} ({Word(isTimeWithin)})"
                    )
            );
            if (isOver)
            {
                (inCost, inTime, told) = (inCost + (isCostWithin ? 1 : 0), inTime + (isTimeWithin ? 1 : 0), told + 1);
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
