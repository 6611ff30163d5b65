using Xunit;

namespace Orchestrator.Plans.Tests;

public class DurationsTests
{
    [Theory]
    [InlineData("1800", 1800)]
    [InlineData("0.5", 0.5)]
    [InlineData("90s", 90)]
    [InlineData(" 5 m ", 300)]
    [InlineData("1h30m", 5400)]
    [InlineData("1 h 30 min", 5400)]
    [InlineData("2Hours", 7200)]
    [InlineData("3d", 259200)]
    [InlineData("250ms", 0.25)]
    public void TryRead_Time_IsItsSeconds(string text, double seconds)
    {
        Assert.True(Durations.TryRead(text, out var time));
        Assert.Equal(seconds, time.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-5")]
    [InlineData("5x")]
    [InlineData("1h30")]
    [InlineData("h")]
    [InlineData("1.2.3s")]
    [InlineData("NaN")]
    [InlineData("1e300")]
    [InlineData("99999999999d")]
    public void TryRead_SomethingElse_IsRefused(string text) => Assert.False(Durations.TryRead(text, out _));
}
