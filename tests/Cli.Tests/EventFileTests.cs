using Orchestrator.Cli.Runs;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

public class EventFileTests
{
    [Fact]
    public void ReadNew_LineStillBeingWritten_WaitsUntilItIsWhole()
    {
        using var cli = new CliFixture();
        var file = cli.Write("events.jsonl", "one\ntwo\nthr");
        var offset = 0L;

        var first = EventFile.ReadNew(file, ref offset);
        File.AppendAllText(file, "ee\n");

        Assert.Equal(["one", "two"], first);
        Assert.Equal(["three"], EventFile.ReadNew(file, ref offset));
        Assert.Empty(EventFile.ReadNew(file, ref offset));
    }

    /// <summary>
    /// The run rewrites its folder after somebody removed it. Half lines of the old file must not be joined with the new one.
    /// </summary>
    [Theory]
    [InlineData("a longer line than before\nanother\n", "a longer line than before", "another")]
    [InlineData("x\n", "x")]
    public void ReadNew_FileWasReplaced_BeginsAnew(string content, params string[] lines)
    {
        using var cli = new CliFixture();
        var file = cli.Write("events.jsonl", "one\ntwo\n");
        var offset = 0L;
        EventFile.ReadNew(file, ref offset);

        cli.Write("events.jsonl", content);

        Assert.Equal(lines, EventFile.ReadNew(file, ref offset));
    }

    [Fact]
    public void ReadNew_ZerosOfAPowerCut_AreNoEvents()
    {
        using var folder = new TempFolder();
        var file = folder["events.jsonl"];
        File.WriteAllText(file, "one\n\0\0\0\n\0\0\0two\n");
        var offset = 0L;

        Assert.Equal(["one", "two"], EventFile.ReadNew(file, ref offset));
    }

    /// <summary>Only the end of the file is read, in blocks of 64 KiB; lines over the border of blocks are whole.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(900)]
    [InlineData(5000)]
    public void ReadNew_OnlySoMany_AreTheLastOnes(int most)
    {
        using var folder = new TempFolder();
        var file = folder["events.jsonl"];
        var random = new Random(most);
        string[] lines = [.. Enumerable.Range(0, 2000).Select(i => $"{i} é {new string('x', random.Next(300))}")];
        File.WriteAllText(file, string.Join('\n', lines) + "\nhal");
        var offset = 0L;

        var last = EventFile.ReadNew(file, ref offset, most);
        File.AppendAllText(file, "f\n");

        Assert.Equal(lines.TakeLast(most), last);
        Assert.Equal(["half"], EventFile.ReadNew(file, ref offset, most));
    }
}
