using Orchestrator.Usage.Forecasts;
using Xunit;

namespace Orchestrator.Usage.Tests;

public sealed class WindowForecastTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 22, 0, 0, TimeSpan.Zero);

    /// <summary>The bar of all forecasts: of 200 simulated nights 75 to 85 % lie in the range. Each night costs something else, and each
    /// limit fills by something else for the same money.</summary>
    [Theory]
    [InlineData(0.3, 0.15, 1)]
    [InlineData(0.5, 0.3, 2)]
    [InlineData(0.2, 0.5, 3)]
    public void Range_Of200SimulatedNights_Contains75To85Percent(double costs, double rates, int seed)
    {
        var chance = new Random(20261125 + seed);
        var cost = new ForecastRange(4 * Math.Exp(-1.2816 * costs), 4, 4 * Math.Exp(1.2816 * costs));
        List<UsageRecord> past = [.. Enumerable.Range(0, 40).SelectMany(i => Night(i, 4 * Math.Exp(Normal(chance) * costs), Rate()))];
        var within = 0;
        for (var i = 40; i < 240; i++)
        {
            var (spent, rate) = (4 * Math.Exp(Normal(chance) * costs), Rate());
            within += WindowForecaster.Of(cost, past)["five_hour"].Contains(spent * rate) ? 1 : 0;
            past.AddRange(Night(i, spent, rate));
        }

        Assert.InRange(within / 200.0, 0.75, 0.85);

        double Rate() => 5 * Math.Exp(Normal(chance) * rates);
    }

    [Fact]
    public void Range_OfAnAccountWithoutReadings_IsNone()
    {
        var cost = new ForecastRange(1, 2, 3);

        Assert.Empty(WindowForecaster.Of(cost, []));
        Assert.Empty(WindowForecaster.Of(cost, [Record(0, 1, null), Record(1, 1, null)]));
        // A single reading shows no increase, nor does one that did not rise.
        Assert.Empty(WindowForecaster.Of(cost, [Record(0, 1, 100_000), Record(1, 1, 100_000)]));
        Assert.Empty(WindowForecaster.Of(new ForecastRange(0, 0, 0), Night(0, 4, 5)));
    }

    [Fact]
    public void Range_AfterOneNight_IsAsWideAsLittleIsKnown()
    {
        var range = WindowForecaster.Of(new ForecastRange(2, 2, 2), Night(0, 4, 5))["five_hour"];

        Assert.InRange(range.Middle, 9.9, 10.1);
        Assert.InRange(range.Low, 5, 8);
        Assert.InRange(range.High, 12, 20);
    }

    /// <summary>Agents at work at the same time end in another order than they heard of the limit, and one says nothing of it.</summary>
    [Fact]
    public void Rise_OverAReset_AddsUpAndReadsNothingTwice()
    {
        var second = Start.AddHours(5);
        UsageRecord[] records =
        [
            Record(-10, 1, 100_000),
            Record(1, 1, 200_000),
            Record(2, 1, 150_000),
            Record(3, 1, null),
            Record(4, 1, 300_000),
            Record(5, 1, 50_000, second),
            Record(6, 1, 80_000, second.AddSeconds(20)),
            Record(900, 1, 990_000, second),
        ];

        var rise = WindowForecaster.Rise(records, Start, Start.AddMinutes(60));

        Assert.Equal(20 + 8, rise["five_hour"], 6);
        Assert.Empty(WindowForecaster.Rise(records.Take(1), Start, Start.AddMinutes(60)));
    }

    private static UsageRecord[] Night(int number, double dollars, double percentPerDollar) =>
        [
            Record(number * 1440, 0, 100_000, Start.AddDays(number)),
            .. Enumerable
                .Range(1, 4)
                .Select(i =>
                    Record(
                        (number * 1440) + i,
                        dollars / 4,
                        100_000 + (int)(dollars / 4 * i * percentPerDollar * 10_000),
                        Start.AddDays(number)
                    )
                ),
        ];

    private static UsageRecord Record(int minute, double dollars, int? full, DateTimeOffset? reset = null) =>
        new()
        {
            Id = $"key/run/t{minute}/1",
            Account = "claude",
            Run = "run",
            Task = $"t{minute}",
            At = Start.AddMinutes(minute),
            Models = [new ModelUsageRecord("m", new TokenCounts(1, 1, 0, 0), MicroDollars.Of((decimal)dollars))],
            Windows = full is { } parts ? [new UsageWindowReading("five_hour", parts, reset ?? Start)] : [],
        };

    private static double Normal(Random chance) =>
        Math.Sqrt(-2 * Math.Log(1 - chance.NextDouble())) * Math.Cos(2 * Math.PI * chance.NextDouble());
}
