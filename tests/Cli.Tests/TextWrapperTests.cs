using Orchestrator.Cli.Console;
using Xunit;

namespace Orchestrator.Cli.Tests;

public class TextWrapperTests
{
    [Theory]
    [InlineData("abcdefgh12345678x", 8, new[] { "abcdefgh", "12345678", "x" })]
    [InlineData("日本語です日本語です", 9, new[] { "日本語で", "す日本語", "です" })]
    [InlineData("", 20, new[] { "" })]
    [InlineData("see runs/night/tasks/bad/gate-5b5e.log.", 24, new[] { "see", "runs/night/tasks/bad/", "gate-5b5e.log." })]
    [InlineData("one two three four", 9, new[] { "one two", "three", "four" })]
    [InlineData("a: /a/path/of/thirty/characters.log", 32, new[] { "a:", "/a/path/of/thirty/characters.log" })]
    public void Of_TooWide_BreaksBetweenWordsThatFit(string text, int cells, string[] rows) =>
        Assert.Equal(rows, TextWrapper.Of(text, cells));

    [Theory]
    [InlineData("Look at it: orchestrate show run-a-123456/task --json", "orchestrate show run-a-123456/task --json")]
    [InlineData("It is paused. 'orchestrate resume run-a-123456/task' goes on.", "'orchestrate resume run-a-123456/task'")]
    [InlineData("      orchestrate retry run-a-123456/task --guidance TEXT", "orchestrate retry run-a-123456/task --guidance TEXT")]
    [InlineData("evidence  .orchestrator/runs/night/tasks/bad/problems-1-dedb.md", ".orchestrator/runs/night/tasks/bad/problems-1-dedb.md")]
    [InlineData("See (/home/somebody/work/file.log), please", "(/home/somebody/work/file.log),")]
    [InlineData("kept  refs/orchestrator/wip/night/bad: unfinished", "refs/orchestrator/wip/night/bad:")]
    [InlineData("Put it back (git branch a/b 0123456), then: git switch main. It works.", "git switch main")]
    public void Of_CommandOrPathToCopy_IsNeitherWrappedNorCut(string text, string command) =>
        Assert.Single(TextWrapper.Of(text, 20), row => row.Contains(command, StringComparison.Ordinal));

    [Fact]
    public void Fitting_APathThatIsTooLong_IsBrokenBehindASlash() =>
        Assert.Equal(["/home/somebody/work/", "file.log"], TextWrapper.Fitting("/home/somebody/work/file.log", 22));

    [Fact]
    public void Of_AnApostrophe_BeginsNoCommand() =>
        Assert.All(
            TextWrapper.Of("It can't go on, since what isn't there can't be had by anybody's git", 20),
            row => Assert.True(row.Length <= 20)
        );

    [Fact]
    public void Of_FurtherRows_BeginWithTheMarkAndFit() =>
        Assert.Equal(["one two", "| three", "| four"], TextWrapper.Of("one two three four", 9, "| "));

    [Fact]
    public void Of_ColoredPart_IsColoredInEachOfItsRows() =>
        Assert.Equal(
            [
                new ScreenLine("one two", TextTone.Bad, 4, 3),
                new ScreenLine("| three", TextTone.Bad, 2, 5),
                new ScreenLine("| four", TextTone.Bad, 2, 0),
            ],
            TextWrapper.Of(new ScreenLine("one two three four", TextTone.Bad, 4, 9), 9, "| ")
        );

    [Fact]
    public void Hanging_TwoColumns_GoOnBelowTheSecond() =>
        Assert.Equal(
            ["  --all    Also what", "           was put", "           off"],
            TextWrapper.WrapWithIndent("  --all    Also what was put off", 21)
        );
}
