using System.Globalization;
using Temporal.Server.History;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("* * * * *", "2030-01-01T00:00:30Z", "2030-01-01T00:01:00Z")]
    [InlineData("*/15 * * * *", "2030-01-01T00:46:00Z", "2030-01-01T01:00:00Z")]
    [InlineData("30 4 1 * *", "2030-01-01T05:00:00Z", "2030-02-01T04:30:00Z")]
    [InlineData("0 0 29 2 *", "2030-01-01T00:00:00Z", "2032-02-29T00:00:00Z")]
    [InlineData("0 12 * * MON-FRI", "2030-01-04T13:00:00Z", "2030-01-07T12:00:00Z")]
    [InlineData("0 0 13 * FRI", "2030-01-01T00:00:00Z", "2030-01-04T00:00:00Z")]
    [InlineData("@hourly", "2030-01-01T00:00:00Z", "2030-01-01T01:00:00Z")]
    [InlineData("@every 90m", "2030-01-01T01:29:00Z", "2030-01-01T01:30:00Z")]
    [InlineData("CRON_TZ=Europe/Berlin 0 9 * * *", "2030-07-01T00:00:00Z", "2030-07-01T07:00:00Z")]
    [InlineData("CRON_TZ=Europe/Berlin 30 2 31 3 *", "2030-01-01T00:00:00Z", "2031-03-31T00:30:00Z")]
    public void Next_AfterATime_IsTheFollowingOne(string text, string after, string next) =>
        Assert.Equal(Time(next), CronSchedule.TryParse(text)!.Next(Time("2030-01-01T00:00:00Z"), Time(after)));

    [Theory]
    [InlineData("")]
    [InlineData("bad")]
    [InlineData("* * * *")]
    [InlineData("60 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("5-1 * * * *")]
    [InlineData("@every nothing")]
    [InlineData("@every 10ms")]
    [InlineData("CRON_TZ=Nowhere/Town 0 9 * * *")]
    [InlineData("CRON_TZ=Europe/Berlin")]
    public void TryParse_NoSchedule_IsNull(string text) => Assert.Null(CronSchedule.TryParse(text));

    [Fact]
    public void Next_DayThatNeverComes_IsNull() =>
        Assert.Null(CronSchedule.TryParse("0 0 31 2 *")!.Next(Time("2030-01-01T00:00:00Z"), Time("2030-01-01T00:00:00Z")));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
