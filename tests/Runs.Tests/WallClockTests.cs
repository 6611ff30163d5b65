using System.Globalization;
using Orchestrator.Usage;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Times of day, also in the nights of 2026 in which clocks change in Berlin: 29 March at 02:00, 25 October at 03:00.</summary>
public sealed class WallClockTests
{
    [Theory]
    [InlineData("2026-06-01T20:00:00Z", "07:00", "2026-06-02T05:00:00Z")]
    [InlineData("2026-06-01T20:00:00Z", "23:30", "2026-06-01T21:30:00Z")]
    [InlineData("2026-06-01T20:00:00Z", "22:00", "2026-06-02T20:00:00Z")] // the moment itself is not after itself
    [InlineData("2026-10-24T20:00:00Z", "07:00", "2026-10-25T06:00:00Z")] // an hour more of night
    [InlineData("2026-03-28T21:00:00Z", "07:00", "2026-03-29T05:00:00Z")] // an hour less
    [InlineData("2026-03-28T21:00:00Z", "02:30", "2026-03-29T01:00:00Z")] // put forward over it
    [InlineData("2026-03-28T21:00:00Z", "02:00", "2026-03-29T01:00:00Z")]
    [InlineData("2026-10-24T20:00:00Z", "02:30", "2026-10-25T00:30:00Z")] // twice: the first
    [InlineData("2026-10-25T00:45:00Z", "02:30", "2026-10-25T01:30:00Z")] // twice: the second
    [InlineData("2026-10-25T01:45:00Z", "02:30", "2026-10-26T01:30:00Z")]
    public void Next_TimeOfDayInBerlin_IsTheNextMomentAtWhichClocksShowIt(string after, string time, string expected)
    {
        var next = WallClock.Next(
            DateTimeOffset.Parse(after, CultureInfo.InvariantCulture),
            TimeOnly.Parse(time, CultureInfo.InvariantCulture),
            WallClock.FindZone("Europe/Berlin")!
        );

        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), next);
    }

    [Fact]
    public void FindZone_NameThatThereIsNot_IsNull() => Assert.Null(WallClock.FindZone("Europe/Atlantis"));
}
