namespace Orchestrator.Usage.Forecasts;

/// <summary>
/// Forecasts the share of an account's usage windows that a run will use. Services do not publish how cost relates to usage. The ratio is
/// therefore measured between consecutive resets, as the rise of the window divided by the cost of the account's agents. Has no side
/// effects.
/// </summary>
public static class WindowForecaster
{
    /// <summary>
    /// Minimum rise of a usage window between two resets, in parts per million. Smaller rises are ignored, because other use of the account
    /// may have caused them.
    /// </summary>
    private const int LeastRise = 5_000;

    /// <summary>Maximum number of periods between resets to consider, starting with the most recent period.</summary>
    private const int MostPeriods = 40;

    private const double Tail = 0.1;

    /// <summary>Tolerance for reset times, which vary by seconds between reports. A larger difference means another reset.</summary>
    private static readonly TimeSpan SameReset = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Forecast errors that are assumed until enough real ones are known, as natural logarithms. They allow for the user's own use of the
    /// account.
    /// </summary>
    private static readonly double[] Assumed = [-0.6, -0.4, -0.25, -0.15, -0.07, 0, 0.07, 0.15, 0.25, 0.4, 0.6];

    /// <summary>Forecasts how far a run will fill each usage window.</summary>
    /// <param name="cost">Expected cost of the run for the account, in US dollars.</param>
    /// <param name="records">Usage records of the account's agent runs, in any order.</param>
    /// <returns>Rise in percent by window name, where 100 means one full window. Empty if no rate is known.</returns>
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

    /// <summary>
    /// Computes the rate at which each usage window fills, in percent per US dollar. Each period between resets gives one rate. The rates
    /// are sorted.
    /// </summary>
    /// <param name="records">Usage records of the account's agent runs, in any order.</param>
    /// <returns>Rates by window name. Empty if no rate is known.</returns>
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

    /// <summary>Computes how far each usage window filled during a time span, summed over all resets in that time span.</summary>
    /// <param name="records">Usage records of the account's agent runs, in any order.</param>
    /// <param name="from">Start of the time span.</param>
    /// <param name="to">End of the time span.</param>
    /// <returns>Rise by window name, in percent. Omits windows with too few readings.</returns>
    public static IReadOnlyDictionary<string, double> Rise(IEnumerable<UsageRecord> records, DateTimeOffset from, DateTimeOffset to)
    {
        var rises = new SortedDictionary<string, double>(StringComparer.Ordinal);
        var before = new Dictionary<string, UsageWindowReading>(StringComparer.Ordinal);
        foreach (var record in records.Where(record => record.At <= to).OrderBy(record => record.At))
        {
            foreach (var reading in record.Windows)
            {
                var known = before.GetValueOrDefault(reading.Name);
                before[reading.Name] = HigherReading(known, reading);
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
        // The two errors are independent, so their squares add up.
        var low = Both(Math.Log(cost.Middle / Math.Max(cost.Low, cost.Middle / 1000)), -Forecaster.Quantile(errors, Tail));
        var high = Both(Math.Log(Math.Max(cost.High, cost.Middle) / cost.Middle), Forecaster.Quantile(errors, 1 - Tail));
        var percent = Math.Log(cost.Middle) + middle;
        return new ForecastRange(Math.Exp(percent - low), Math.Exp(percent), Math.Exp(percent + high));

        static double Both(double one, double other) => Math.Sqrt((one * one) + (other * other));
    }

    /// <summary>
    /// Finds the periods between two resets of every usage window that has readings, in the order in which the periods ended.
    /// </summary>
    private static List<UsageWindowPeriod> Periods(IEnumerable<UsageRecord> records)
    {
        List<UsageWindowPeriod> periods = [];
        var open = new Dictionary<string, (UsageWindowReading First, UsageWindowReading Last, long Micros, long Since)>(
            StringComparer.Ordinal
        );
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
                    open[reading.Name] = (first, HigherReading(known.Last, reading), known.Micros + known.Since, 0);
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
                periods.Add(new UsageWindowPeriod(name, known.Last.PartsPerMillion - first.PartsPerMillion, known.Micros));
            }
        }
    }

    private static bool IsOfOne(UsageWindowReading before, UsageWindowReading after) =>
        (after.ResetsAt - before.ResetsAt).Duration() <= SameReset;

    /// <summary>
    /// Returns the reading with the higher value if both belong to the same period between resets, otherwise the later one. Within such a
    /// period, usage only rises, so a lower value must have been read earlier.
    /// </summary>
    private static UsageWindowReading HigherReading(UsageWindowReading? before, UsageWindowReading after) =>
        before is not null && IsOfOne(before, after) && before.PartsPerMillion > after.PartsPerMillion ? before : after;

    /// <summary>A period between two resets of a usage window.</summary>
    /// <param name="Name">Name of the window.</param>
    /// <param name="Rise">Rise between the first and the last reading, in parts per million.</param>
    /// <param name="Micros">Cost of the account's agents during the period, in millionths of a US dollar.</param>
    private sealed record UsageWindowPeriod(string Name, int Rise, long Micros);
}
