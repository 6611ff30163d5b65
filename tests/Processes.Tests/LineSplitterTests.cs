using System.Text;

namespace Orchestrator.Processes.Tests;

public sealed class LineSplitterTests
{
    [Fact]
    public void Add_CharactersCutAtEveryByte_ComeOutWhole()
    {
        var splitter = new LineSplitter(100);
        var lines = new List<OutputLine>();

        foreach (var value in Encoding.UTF8.GetBytes("ä€😀\nend"))
        {
            lines.AddRange(splitter.Add(new[] { value }));
        }

        Assert.Equal([new OutputLine("ä€😀", false)], lines);
        Assert.Equal(new OutputLine("end", false), splitter.Finish());
        Assert.Null(splitter.Finish());
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void Add_LineOverTheLimit_PiecesJoinToTheLine(int limit)
    {
        const string Text = "ab😀cd€efägh😀😀";
        var splitter = new LineSplitter(limit);

        var pieces = splitter.Add(Encoding.UTF8.GetBytes(Text + "\n")).ToList();

        Assert.Equal(Text, string.Concat(pieces.Select(piece => piece.Text)));
        Assert.All(pieces[..^1], piece => Assert.True(piece.IsPart));
        Assert.False(pieces[^1].IsPart);
    }
}
