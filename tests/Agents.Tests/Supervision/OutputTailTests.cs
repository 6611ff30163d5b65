using System.Text;
using Orchestrator.Agents.Supervision;
using Orchestrator.TestKit;

namespace Orchestrator.Agents.Tests.Supervision;

public sealed class OutputTailTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<(string Line, long Offset)> _lines = [];

    private string File => _folder["out"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task File_Grows_LinesComeOnceAndWhole()
    {
        using OutputTail tail = new(File, 1000);

        Assert.False(await tail.ReadAsync(TakeAsync, default));
        Append("one\ntw");
        Assert.True(await tail.ReadAsync(TakeAsync, default));
        Assert.False(await tail.ReadAsync(TakeAsync, default));
        Append("o\r\n\nthree");
        await tail.ReadAsync(TakeAsync, default);
        await tail.FinishAsync(TakeAsync, default);

        Assert.Equal([("one", 4L), ("two", 9L), ("", 10L), ("three", 15L)], _lines);
    }

    [Fact]
    public async Task Line_OverTheLimit_IsLeftOutAndTheNextIsRead()
    {
        using OutputTail tail = new(File, 1000);
        Append(new string('x', 200_000) + "\nshort\n" + new string('y', 5000));

        await tail.ReadAsync(TakeAsync, default);
        await tail.FinishAsync(TakeAsync, default);

        Assert.Equal([("short", 200_007L)], _lines);
        Assert.Equal(2, tail.SkippedLines);
    }

    [Fact]
    public async Task Line_AcrossManyReads_IsWhole()
    {
        using OutputTail tail = new(File, 10_000_000);
        var text = string.Join('-', Enumerable.Range(0, 300_000));
        Append(text + "\nend\n");

        await tail.ReadAsync(TakeAsync, default);

        Assert.Equal([text, "end"], _lines.Select(line => line.Line));
    }

    [Fact]
    public async Task File_GrowsWhileItIsRead_ReadingEnds()
    {
        using OutputTail tail = new(File, 1000);
        Append("one\n");

        // Each line that is read makes another one: a writer that is as fast as the reader.
        await tail.ReadAsync((_, _) => Grow(), default);
        await tail.FinishAsync((_, _) => Grow(), default);

        Assert.Equal(8, tail.Offset);

        ValueTask Grow()
        {
            Append("one\n");
            return ValueTask.CompletedTask;
        }
    }

    [Fact]
    public async Task File_IsLarge_IsReadInPartsAndToItsEnd()
    {
        using OutputTail tail = new(File, 1000);
        Append(string.Concat(Enumerable.Repeat("0123456789\n", 1_000_000)));

        await tail.ReadAsync(TakeAsync, default);
        var first = _lines.Count;
        await tail.FinishAsync(TakeAsync, default);

        Assert.InRange(first, 1, 999_999);
        Assert.Equal(1_000_000, _lines.Count);
    }

    private void Append(string text) => System.IO.File.AppendAllText(File, text);

    private ValueTask TakeAsync(ReadOnlyMemory<byte> line, long offset)
    {
        _lines.Add((Encoding.UTF8.GetString(line.Span), offset));
        return ValueTask.CompletedTask;
    }
}
