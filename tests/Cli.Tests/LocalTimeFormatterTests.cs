using System.Globalization;
using Orchestrator.Cli.Console;
using Xunit;

namespace Orchestrator.Cli.Tests;

public sealed class LocalTimeFormatterTests
{
    [Theory]
    [InlineData("waits until 2026-11-22 10:54:07Z", "2026-11-22T10:54:07Z", "yyyy-MM-dd HH:mm:ss zzz")]
    [InlineData("it is past 2026-07-01 23:30Z (until)", "2026-07-01T23:30:00Z", "yyyy-MM-dd HH:mm zzz")]
    public void In_TimesOfARun_AreInTheZoneOfThisMachine(string sentence, string time, string format)
    {
        var local = DateTimeOffset.Parse(time, CultureInfo.InvariantCulture).ToLocalTime().ToString(format, CultureInfo.InvariantCulture);

        var shown = LocalTimeFormatter.In(sentence);

        Assert.Contains(local, shown, StringComparison.Ordinal);
        Assert.DoesNotContain("Z", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-99-99 10:54Z is no time")]
    [InlineData("see ZERO.txt, changed 2026-11-22 10:54")]
    public void In_AnythingElse_IsLeftAsItIs(string sentence) => Assert.Equal(sentence, LocalTimeFormatter.In(sentence));
}
