using Orchestrator.Plans.Readers.Adhoc;
using Xunit;

namespace Orchestrator.Plans.Readers.Tests;

public sealed class TaskTextParseResultTests
{
    [Fact]
    public void Read_List_TakesEachOpenItemWithWhatIsIndentedBelowIt()
    {
        var read = TaskTextParseResult.Read(
            "\uFEFF# Ideas\r\n\r\n- Fix the parser\r\n  It loses tabs.\r\n\r\n  - first the reader\r\n"
                + "* [ ] Add tests\n1. [x] Done already\n2) Third\n\n## Later\n+ Last\n"
        );

        Assert.Null(read.Fault);
        Assert.Equal(["Fix the parser\nIt loses tabs.\n\n- first the reader", "Add tests", "Third", "Last"], read.Texts);
    }

    [Fact]
    public void Read_ListWithOtherText_NamesTheLine()
    {
        var read = TaskTextParseResult.Read("- One\nand more\n");

        Assert.Empty(read.Texts);
        Assert.Equal("line 2 is neither a list item nor indented below one: \"and more\"", read.Fault);
    }

    [Theory]
    [InlineData("One\nTwo\n", "One|Two")]
    [InlineData("# Tasks\n\nOne\nTwo\n\n", "One|Two")]
    [InlineData("One\nof two lines\n\n\nTwo\n", "One\nof two lines|Two")]
    [InlineData("-not a list\n", "-not a list")]
    [InlineData("- \n-\n", "-|-")]
    [InlineData("# Only a heading\n", "")]
    [InlineData("", "")]
    public void Read_OtherText_TakesParagraphsElseLines(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', TaskTextParseResult.Read(text).Texts));
}
