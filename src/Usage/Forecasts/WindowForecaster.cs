namespace Orchestrator.Usage.Forecasts;

/// <summary>Forecasts the part of an account's limits that a run will take, from past costs and the rise of limits meanwhile. The service
/// does not report how cost and limits are related, so it is measured: for each time between two resets, the rise of the limit by the cost
/// of the account's agents. Pure.</summary>
public static class WindowForecaster
{
    /// <summary>A rise that is smaller says nothing: other use of the account is as large.</summary>
    private const int LeastRise = 5_000;

    /// <summary>Times between two resets that are looked at, the latest ones.</summary>
    private const int MostPeriods = 40;

    private const double Tail = 0.1;

    /// <summary>Resets move by seconds from answer to answer; one that is farther away is another.</summary>
    private static readonly TimeSpan SameReset = TimeSpan.FromMinutes(30);

    /// <summary>Errors that are assumed before there are any, in logarithms: a person may use the account, too.</summary>
    private static readonly double[] Assumed = [-0.6, -0.4, -0.25, -0.15, -0.07, 0, 0.07, 0.15, 0.25, 0.4, 0.6];

    /// <summary>The expected rise of each limit.</summary>
    /// <param name="cost">US dollars that the run is expected to cost the account.</param>
    /// <param name="records">What agent runs of the account have used, in any order.</param>
    /// <returns>By the limits' names, in percent: 100 is one whole limit. Empty: nothing is known.</returns>
    public static IReadOnlyDictionary<string, ForecastRange> Of(ForecastRange cost, IEnumerable<UsageRecord> records)
    {
        var ranges = new SortedDictionary<string, ForecastRange>(StringComparer.Ordinal);
        if (cost.Middle <= 0)
        {
            return ranges;
        }
        foreach (var (name, rates) in Rates(records))
        {
            ranges[name] = Range(cost, [.. rates.Select(static rate => Math.Log(rate))]);
        }
        return ranges;
    }

    /// <summary>The rate at which each limit fills: percent for a US dollar, one for each time between two resets, sorted.</summary>
    /// <param name="records">What agent runs of the account have used, in any order.</param>
    /// <returns>By the limits' names. Empty: nothing is known.</returns>
    public static IReadOnlyDictionary<string, IReadOnlyList<double>> Rates(IEnumerable<UsageRecord> records) =>
        Periods(records)
            .Where(period => period.Rise >= LeastRise && period.Micros > 0)
            .GroupBy(period => period.Name)
            .ToDictionary(
                window => window.Key,
                IReadOnlyList<double> (window) =>
                    [
                        .. window
                            .TakeLast(MostPeriods)
                            .Select(period => period.Rise / 10_000.0 / (period.Micros / (double)MicroDollars.PerDollar))
                            .Order(),
                    ],
                StringComparer.Ordinal
            );

    /// <summary>The rise of each limit in a time, over all resets in it.</summary>
    /// <param name="records">What agent runs of the account have used, in any order.</param>
    /// <param name="from">Its beginning.</param>
    /// <param name="to">Its end.</param>
    /// <returns>By the limits' names, in percent. Limits of which too little was said are left out.</returns>
    public static IReadOnlyDictionary<string, double> Rise(IEnumerable<UsageRecord> records, DateTimeOffset from, DateTimeOffset to)
    {
        var rises = new SortedDictionary<string, double>(StringComparer.Ordinal);
        var before = new Dictionary<string, WindowReading>(StringComparer.Ordinal);
        foreach (var record in records.Where(record => record.At <= to).OrderBy(record => record.At))
        {
            foreach (var reading in record.Windows)
            {
                var known = before.GetValueOrDefault(reading.Name);
                before[reading.Name] = Fuller(known, reading);
                if (record.At < from || known is null)
                {
                    continue;
                }
                var rise = before[reading.Name].PartsPerMillion - (IsOfOne(known, reading) ? known.PartsPerMillion : 0);
                rises[reading.Name] = rises.GetValueOrDefault(reading.Name) + (rise / 10_000.0);
            }
        }
        return rises;
    }

    private static ForecastRange Range(ForecastRange cost, double[] rates)
    {
        var middle = Forecaster.Quantile(rates, 0.5);
        var assumed = Math.Max(0, Assumed.Length - rates.Length);
        double[] errors =
        [
            .. rates.Select(rate => rate - middle),
            .. Enumerable.Range(0, assumed).Select(i => Forecaster.Quantile(Assumed, (i + 0.5) / assumed)),
        ];
        Array.Sort(errors);
        // Two errors that have nothing to do with each other: their squares add up.
        var low = Both(Math.Log(cost.Middle / Math.Max(cost.Low, cost.Middle / 1000)), -Forecaster.Quantile(errors, Tail));
        var high = Both(Math.Log(Math.Max(cost.High, cost.Middle) / cost.Middle), Forecaster.Quantile(errors, 1 - Tail));
        var percent = Math.Log(cost.Middle) + middle;
        return new ForecastRange(Math.Exp(percent - low), Math.Exp(percent), Math.Exp(percent + high));

        static double Both(double one, double other) => Math.Sqrt((one * one) + (other * other));
    }

    /// <summary>The times between two resets in which a limit was read twice at least, the oldest first.</summary>
    private static List<Period> Periods(IEnumerable<UsageRecord> records)
    {
        List<Period> periods = [];
        var open = new Dictionary<string, (WindowReading First, WindowReading Last, long Micros, long Since)>(StringComparer.Ordinal);
        foreach (var record in records.OrderBy(record => record.At))
        {
            var micros = record.Sum.Micros;
            foreach (var (name, period) in open.ToList())
            {
                open[name] = period with { Since = period.Since + micros };
            }
            foreach (var reading in record.Windows)
            {
                if (open.GetValueOrDefault(reading.Name) is { First: { } first } known && IsOfOne(known.Last, reading))
                {
                    open[reading.Name] = (first, Fuller(known.Last, reading), known.Micros + known.Since, 0);
                    continue;
                }
                Close(reading.Name);
                open[reading.Name] = (reading, reading, 0, 0);
            }
        }
        foreach (var name in open.Keys.Order(StringComparer.Ordinal))
        {
            Close(name);
        }
        return periods;

        void Close(string name)
        {
            if (open.GetValueOrDefault(name) is { First: { } first } known)
            {
                periods.Add(new Period(name, known.Last.PartsPerMillion - first.PartsPerMillion, known.Micros));
            }
        }
    }

    private static bool IsOfOne(WindowReading before, WindowReading after) => (after.ResetsAt - before.ResetsAt).Duration() <= SameReset;

    /// <summary>Between two resets a limit only fills: a lower reading is an older one, of an agent that ended later.</summary>
    private static WindowReading Fuller(WindowReading? before, WindowReading after) =>
        before is not null && IsOfOne(before, after) && before.PartsPerMillion > after.PartsPerMillion ? before : after;

    /// <summary>A time between two resets.</summary>
    /// <param name="Name">The limit.</param>
    /// <param name="Rise">Parts per million between its first and its last reading.</param>
    /// <param name="Micros">What the account's agents cost meanwhile, in millionths of a US dollar.</param>
    private sealed record Period(string Name, int Rise, long Micros);
}
