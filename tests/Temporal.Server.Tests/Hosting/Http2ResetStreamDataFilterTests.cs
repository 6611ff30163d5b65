using System.IO.Pipelines;
using Temporal.Server.Hosting;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests.Hosting;

/// <summary>Frames come in pieces of any size, and nothing but data of reset streams is touched.</summary>
public sealed class Http2ResetStreamDataFilterTests
{
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Reset = 3;
    private const byte Unknown = 0xFA;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(25)]
    [InlineData(1000)]
    public async Task Frames_InPieces_ArriveWholeAndOnlyDataOfResetStreamsAreVoid(int size)
    {
        var preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();
        byte[] sent =
        [
            .. preface,
            .. Frame(Headers, 1, 20),
            .. Frame(Data, 1, 300),
            .. Frame(Headers, 3, 20),
            .. Frame(Reset, 3, 4),
            .. Frame(Data, 3, 17),
            .. Frame(Data, 1, 0),
            .. Frame(Data, 3, 0),
            .. Frame(Headers, 5, 9),
        ];
        byte[] expected =
        [
            .. preface,
            .. Frame(Headers, 1, 20),
            .. Frame(Data, 1, 300),
            .. Frame(Headers, 3, 20),
            .. Frame(Reset, 3, 4),
            .. Frame(Unknown, 3, 17),
            .. Frame(Data, 1, 0),
            .. Frame(Unknown, 3, 0),
            .. Frame(Headers, 5, 9),
        ];
        var (incoming, outgoing) = (new Pipe(), new Pipe());
        var filter = Http2ResetStreamDataFilter.Wrap(new Transport(incoming.Reader, outgoing.Writer));
        var reading = ReadAllAsync(filter.Input);
        foreach (var piece in sent.Chunk(size))
        {
            await incoming.Writer.WriteAsync(piece);
            await Task.Yield();
        }

        await incoming.Writer.CompleteAsync();
        Assert.Equal(expected, await reading);

        // The seventeen bytes that nobody counts go back to the connection, between two frames.
        await filter.Output.FlushAsync();
        await filter.Output.CompleteAsync();
        Assert.Equal([0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 17], await ReadAllAsync(outgoing.Reader));
    }

    [Fact]
    public async Task Frames_LookedAtBitByBit_AreNotLost()
    {
        byte[] sent = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), .. Frame(Headers, 1, 20), .. Frame(Data, 1, 30)];
        var incoming = new Pipe();
        var filter = Http2ResetStreamDataFilter.Wrap(new Transport(incoming.Reader, new Pipe().Writer));
        await incoming.Writer.WriteAsync(sent);
        await incoming.Writer.CompleteAsync();
        List<byte> read = [];
        while (true)
        {
            var result = await filter.Input.ReadAsync();
            if (result.Buffer.IsEmpty)
            {
                break;
            }

            read.Add(result.Buffer.FirstSpan[0]);
            filter.Input.AdvanceTo(result.Buffer.GetPosition(1));
        }

        Assert.Equal(sent, read);
    }

    private static async Task<byte[]> ReadAllAsync(PipeReader reader)
    {
        List<byte> read = [];
        while (true)
        {
            var result = await reader.ReadAsync();
            foreach (var segment in result.Buffer)
            {
                read.AddRange(segment.Span);
            }

            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return [.. read];
            }
        }
    }

    private static byte[] Frame(byte type, byte stream, int length)
    {
        byte[] header = [0, (byte)(length >> 8), (byte)length, type, 0, 0, 0, 0, stream];
        return [.. header, .. Enumerable.Repeat((byte)3, length)];
    }

    private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
