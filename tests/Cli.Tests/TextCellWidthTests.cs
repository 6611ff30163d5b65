using Orchestrator.Cli.Console;
using Xunit;

namespace Orchestrator.Cli.Tests;

public class TextCellWidthTests
{
    [Theory]
    [InlineData("abc", 3)]
    [InlineData("né", 2)]
    [InlineData("ne\u0301", 2)]
    [InlineData("日本", 4)]
    [InlineData("한국", 4)]
    [InlineData("ｱ", 1)]
    [InlineData("🚀", 2)]
    [InlineData("→ … “x”", 7)]
    [InlineData("👍🏽", 4)]
    [InlineData("कि", 2)]
    [InlineData("⚠️", 2)]
    public void Of_Text_CountsCellsOfTheScreen(string text, int cells) => Assert.Equal(cells, TextCellWidth.Of(text));

    [Theory]
    [InlineData("Edit src/a/very/deep/folder/file.cs", 20, "file.cs")]
    [InlineData("Edit src/🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀", 15, "🚀")]
    [InlineData("short.cs", 20, "short.cs")]
    public void CutMiddle_TooWide_KeepsTheEndAndFits(string text, int cells, string end)
    {
        var cut = TextCellWidth.CutMiddle(text, cells);

        Assert.True(TextCellWidth.Of(cut) <= cells, cut);
        Assert.EndsWith(end, cut, StringComparison.Ordinal);
        Assert.DoesNotContain('\ufffd', string.Concat(cut.EnumerateRunes()));
    }

    [Theory]
    [InlineData("日本語です", 10, "日本語です")]
    [InlineData("日本語です", 9, "日本語で…")]
    [InlineData("日本語です", 6, "日本…")]
    [InlineData("ab🚀🚀", 4, "ab…")]
    [InlineData("abc", 1, "…")]
    [InlineData("abc", 0, "")]
    [InlineData("all that was asked for", 12, "all that…")]
    [InlineData("a /path/of/a/file", 12, "a /path/of/…")]
    public void Cut_TooWide_EndsAtAWholeCharacterAndFits(string text, int cells, string cut)
    {
        Assert.Equal(cut, TextCellWidth.Cut(text, cells));
        Assert.True(TextCellWidth.Of(TextCellWidth.Cut(text, cells)) <= cells);
    }

    [Fact]
    public void OneLine_ColorsTitlesAndTabs_AreTakenOut() =>
        Assert.Equal("red and more", TextCellWidth.OneLine("\u001b[1;31mred\u001b[0m\u001b]0;title\u0007 and\tmore\nsecond"));
}
