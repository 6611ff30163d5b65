using System.Globalization;
using Google.Protobuf;
using Temporal.Server.Schedules.Specs;
using Temporalio.Api.Schedule.V1;
using Xunit;

namespace Temporal.Server.Tests.Schedules;

public sealed class ScheduleActionTimeCalculatorTests
{
    // Times that the real server named for the same specifications.
    [Theory]
    [InlineData(
        """{"calendar":[{"second":"0","minute":"30","hour":"9","dayOfMonth":"1,15","month":"1-6","year":"2050"}]}""",
        "2050-01-01T00:00:00Z",
        "2050-01-01T09:30:00Z,2050-01-15T09:30:00Z,2050-02-01T09:30:00Z"
    )]
    [InlineData(
        """{"cronString":["15 8 * * 1-5","@monthly","0 12 * * * # noon"],"startTime":"2050-01-01T00:00:00Z"}""",
        "2049-06-01T00:00:00Z",
        "2050-01-01T00:00:00Z,2050-01-01T12:00:00Z,2050-01-02T12:00:00Z,2050-01-03T08:15:00Z,2050-01-03T12:00:00Z"
    )]
    [InlineData(
        """{"cronString":["CRON_TZ=Europe/Berlin 30 2 * * *"]}""",
        "2050-01-01T00:00:00Z",
        "2050-01-01T01:30:00Z,2050-01-02T01:30:00Z"
    )]
    [InlineData(
        """{"calendar":[{"hour":"2","minute":"30"}],"timezoneName":"America/New_York"}""",
        "2050-03-11T00:00:00Z",
        "2050-03-11T07:30:00Z,2050-03-12T07:30:00Z,2050-03-14T06:30:00Z,2050-03-15T06:30:00Z"
    )]
    [InlineData(
        """{"interval":[{"interval":"3600s","phase":"900s"}]}""",
        "2050-01-01T00:00:00Z",
        "2050-01-01T00:15:00Z,2050-01-01T01:15:00Z"
    )]
    [InlineData("""{"interval":[{"interval":"3600s"}]}""", "2050-01-01T00:00:00Z", "2050-01-01T01:00:00Z,2050-01-01T02:00:00Z")]
    [InlineData(
        """{"interval":[{"interval":"86400s"}],"excludeCalendar":[{"dayOfWeek":"sat,sun"}]}""",
        "2050-01-01T00:00:00Z",
        "2050-01-03T00:00:00Z,2050-01-04T00:00:00Z,2050-01-05T00:00:00Z,2050-01-06T00:00:00Z,2050-01-07T00:00:00Z,2050-01-10T00:00:00Z"
    )]
    [InlineData(
        """{"structuredCalendar":[{"second":[{}],"minute":[{"end":59,"step":20}],"hour":[{"start":9,"end":17,"step":"""
            + """4}],"dayOfMonth":[{"start":1,"end":31}],"month":[{"start":1,"end":12}],"dayOfWeek":[{"start":1,"end":5}]}]}""",
        "2050-01-03T09:20:00Z",
        "2050-01-03T09:40:00Z,2050-01-03T13:00:00Z"
    )]
    public void Next_RecordedSpecification_GivesTheRecordedTimes(string spec, string after, string expected)
    {
        var times = Times(spec).Following(Utc(after), expected.Split(',').Length).Select(time => time.Actual);

        Assert.Equal(expected.Split(',').Select(Utc), times);
    }

    [Fact]
    public void Next_HourRepeatedInAutumn_MatchesBothTimes()
    {
        var times = Times("""{"calendar":[{"hour":"1","minute":"30"}],"timezoneName":"America/New_York"}""");

        // 1:30 summer time and, an hour later, 1:30 winter time on 1 November 2026.
        Assert.Equal(
            [Utc("2026-11-01T05:30:00Z"), Utc("2026-11-01T06:30:00Z"), Utc("2026-11-02T06:30:00Z")],
            times.Following(Utc("2026-11-01T00:00:00Z"), 3).Select(time => time.Actual)
        );
    }

    [Theory]
    [InlineData("""{"calendar":[{"dayOfMonth":"31","month":"2"}]}""")]
    [InlineData("""{"calendar":[{"year":"2001"}]}""")]
    [InlineData("""{"interval":[{"interval":"60s"}],"endTime":"2020-01-01T00:00:00Z"}""")]
    [InlineData("{}")]
    [InlineData("""{"interval":[{"interval":"86400s"}],"excludeCalendar":[{"hour":"*"}]}""")]
    public void Next_SpecificationWithoutTimes_IsNone(string spec) => Assert.Null(Times(spec).Next(Utc("2026-01-01T00:00:00Z")));

    [Fact]
    public void Next_Jitter_KeepsTheOrderAndStaysWithinBounds()
    {
        var times = Times("""{"interval":[{"interval":"60s"}],"jitter":"45s"}""").Following(Utc("2026-01-01T00:00:00Z"), 500).ToList();

        Assert.Equal(500, times.Select(time => time.Nominal).Distinct().Count());
        Assert.All(times, time => Assert.InRange((time.Actual - time.Nominal).TotalSeconds, 0, 45));
        Assert.Equal(times.OrderBy(time => time.Actual), times);
        Assert.True(times.Select(time => time.Actual - time.Nominal).Distinct().Count() > 100);
    }

    [Fact]
    public void Next_WithoutJitter_AgreesWithASearchSecondBySecond()
    {
        var random = new Random(3);
        for (var i = 0; i < 40; i++)
        {
            var calendar = $$"""
                {"second":"{{random.Next(60)}}","minute":"*/{{random.Next(1, 30)}}",
                "hour":"{{random.Next(24)}}-23/{{random.Next(1, 5)}}","dayOfWeek":"{{random.Next(6)}}-6"}
                """;
            var spec = ScheduleSpecNormalizer.Of(
                JsonParser.Default.Parse<ScheduleSpec>($$"""{"calendar":[{{calendar}}],"timezoneName":"Europe/Berlin"}""")
            );
            var after = Utc("2026-10-24T00:00:00Z").AddSeconds(random.Next(200_000));
            var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
            var plain = new ZonedCalendar(
                new Temporal.Server.Schedules.Specs.ScheduleCalendarMatcher(spec.StructuredCalendar[0]),
                new NamedTimeZone(zone)
            );
            var expected = after.AddSeconds(1);
            while (!plain.Matches(expected))
            {
                expected = expected.AddSeconds(1);
            }

            Assert.Equal(expected, new ScheduleActionTimeCalculator(spec, "").Next(after)?.Actual);
        }
    }

    [Theory]
    [InlineData("""{"cronString":["bad"]}""", "CronString does not have 5-7 fields")]
    [InlineData("""{"cronString":["0 0 99 * * * *"]}""", "Hour is not in range [0-23]")]
    [InlineData("""{"calendar":[{"hour":"25"}]}""", "Hour is not in range [0-23]")]
    [InlineData("""{"calendar":[{"month":"foo"}]}""", "Month is not in range [1-12]")]
    [InlineData("""{"structuredCalendar":[{"hour":[{"start":30}]}]}""", "invalid calendar spec: Hour Start is not in range [0-23]")]
    [InlineData("""{"interval":[{"interval":"0s"}]}""", "interval is too small")]
    [InlineData("""{"interval":[{"interval":"-5s"}]}""", "interval is too small")]
    [InlineData("""{"interval":[{"interval":"60s","phase":"90s"}]}""", "phase cannot be greater than Interval")]
    [InlineData("""{"timezoneName":"Mars/Base"}""", "unknown time zone Mars/Base")]
    public void Canonical_SpecificationThatMakesNoSense_SaysWhatTheRealServerSays(string spec, string message) =>
        Assert.Equal(
            message,
            Assert.Throws<ScheduleSpecException>(() => ScheduleSpecNormalizer.Of(JsonParser.Default.Parse<ScheduleSpec>(spec))).Message
        );

    [Theory]
    [InlineData("@every 5m", 300, 0)]
    [InlineData("@every 1h30m/10s", 5400, 10)]
    public void Canonical_Every_IsAnInterval(string cron, int interval, int phase)
    {
        var spec = ScheduleSpecNormalizer.Of(new ScheduleSpec { CronString = { cron } });

        Assert.Equal((interval, phase), (spec.Interval[0].Interval.Seconds, spec.Interval[0].Phase?.Seconds ?? 0));
    }

    private static ScheduleActionTimeCalculator Times(string spec) =>
        new(ScheduleSpecNormalizer.Of(JsonParser.Default.Parse<ScheduleSpec>(spec)), "seed");

    private static DateTime Utc(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
}
