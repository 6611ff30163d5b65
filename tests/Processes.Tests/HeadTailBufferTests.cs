using System.Text;

namespace Orchestrator.Processes.Tests;

public sealed class HeadTailBufferTests
{
    [Theory]
    [InlineData(10, 0)]
    [InlineData(10, 7)]
    [InlineData(10, 10)]
    [InlineData(10, 11)]
    [InlineData(11, 100)]
    [InlineData(10_000, 9_999)]
    [InlineData(10_000, 50_000)]
    public void Add_AnyPieces_KeepsFirstAndLastHalf(int limit, int total)
    {
        var all = string.Concat(Enumerable.Range(0, total).Select(i => (char)('a' + (i % 26))));
        foreach (var piece in (int[])[1, 3, 4096, 100_000])
        {
            var buffer = new HeadTailBuffer(limit);
            foreach (var part in all.Chunk(piece))
            {
                buffer.Add(Encoding.ASCII.GetBytes(part));
            }

            var gap = total - limit == 1 ? "1 byte" : $"{total - limit} bytes";
            var expected = total <= limit ? all : $"{all[..(limit - (limit / 2))]}\n[... {gap} left out ...]\n{all[^(limit / 2)..]}";
            Assert.Equal(expected, Encoding.ASCII.GetString(buffer.ToArray()));
            Assert.Equal(total > limit, buffer.IsTruncated);
        }
    }

    [Fact]
    public void Add_LimitZero_KeepsOnlyTheCount()
    {
        var buffer = new HeadTailBuffer(0);

        buffer.Add("abc"u8);

        Assert.Equal(3, buffer.TotalBytes);
    }
}
