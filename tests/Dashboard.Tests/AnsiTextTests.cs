using Orchestrator.Dashboard.Views;

namespace Orchestrator.Dashboard.Tests;

/// <summary>Terminal output as the page shows it.</summary>
public sealed class AnsiTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\u001b[31mred\u001b[0m plain", "<sgr-1>red</> plain")]
    [InlineData("\u001b[1;92mok\u001b[22;39m!", "<sgr-10 sgr-bold>ok</>!")]
    [InlineData("\u001b[mplain", "plain")]
    [InlineData("\u001b[38;5;196mred\u001b[m", "<sgr-9>red</>")]
    [InlineData("\u001b[38;2;0;200;10mgreen\u001b[m", "<sgr-2>green</>")]
    [InlineData("\u001b[48:5:4mon blue\u001b[49m", "<sgr-on-4>on blue</>")]
    [InlineData("\u001b[38;5mcut off", "cut off")]
    [InlineData("\u001b[7;9;4mx\u001b[27;29;24my", "<sgr-underline sgr-strike sgr-inverse>x</>y")]
    [InlineData("\u001b[31mone\ntwo\u001b[0m three", "<sgr-1>one</>\n<sgr-1>two</> three")]
    [InlineData("10%\r20%\r100%", "100%")]
    [InlineData("long line\rshort", "shortline")]
    [InlineData("long line\r\u001b[Kshort", "short")]
    [InlineData("dos\r\nlines\r\n", "dos\nlines\n")]
    [InlineData("\u001b[31mab\r\u001b[32mc", "<sgr-2>c</><sgr-1>b</>")]
    [InlineData("a\u001b[2Jb\u001b[3;4Hc", "a␛b␛c")]
    [InlineData("\u001b]0;title\u0007text", "␛text")]
    [InlineData("\u001b]8;;http://evil.example\u001b\\link\u001b]8;;\u001b\\", "␛link␛")]
    [InlineData("\u001b]0;never ends", "␛")]
    [InlineData("\u001b(Bx\u001bcy", "␛x␛y")]
    [InlineData("end\u001b", "end␛")]
    [InlineData("end\u001b[", "end␛")]
    [InlineData("\u001b[31", "␛")]
    [InlineData("wide 😀\rW", "Wide 😀")]
    public void Read_Output_HasStylesAndMarks(string output, string shown)
    {
        var runs = AnsiText.Read(output);

        Assert.Equal(shown, string.Concat(runs.Select(run => run.Css.Length > 0 ? $"<{run.Css}>{run.Text}</>" : run.Text)));
        Assert.Equal(string.Concat(runs.Select(run => run.Text)), AnsiText.Plain(output));
    }

    [Fact]
    public void Read_RandomOutput_NeverHasAControlSequenceOrAForeignClass()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        const string Signs = "\u001b\u001b[[];:mKHJ\ud83d0123456789\r\n\u0007\\ab<>&";
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(40)).Select(_ => Signs[random.Next(Signs.Length)])]);

            Assert.All(
                AnsiText.Read(text),
                run =>
                {
                    Assert.False(text.Contains('\u001b') && run.Text.Contains('\u001b'), $"seed {seed}: {text}");
                    Assert.Matches("^(sgr-[a-z0-9-]+( sgr-[a-z0-9-]+)*)?$", run.Css);
                }
            );
        }
    }

    [Fact]
    public async Task Log_WithColors_IsShownWithThemAndSearchedWithoutThem()
    {
        var source = new FakeSource
        {
            Run = Runs.Of("a").With("a", task => task with { Starts = 1 }),
            Log = ["\u001b[31mfail\u001b[0med <b>", "10%\r20%", "other"],
        };
        await using var page = await ServedPage.StartAsync(source);
        await page.LogInAsync();

        var all = await page.Browser.GetStringAsync($"/r/aaaaaaaaaaaa/{Runs.Id}/tasks/a/log");
        var found = await page.Browser.GetStringAsync($"/r/aaaaaaaaaaaa/{Runs.Id}/tasks/a/log?find=failed");

        Assert.Contains("<span class=\"sgr-1\">fail</span>ed &lt;b&gt;", all, StringComparison.Ordinal);
        Assert.Contains("</a>20%", all, StringComparison.Ordinal);
        Assert.DoesNotContain("10%", all, StringComparison.Ordinal);
        Assert.Contains("<span class=\"sgr-1\">fail</span>ed", found, StringComparison.Ordinal);
        Assert.DoesNotContain("20%", found, StringComparison.Ordinal);
        Assert.Contains("href=\"/assets/log.css\"", all, StringComparison.Ordinal);
    }
}
