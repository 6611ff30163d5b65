using System.IO.Pipes;

namespace Orchestrator.Processes.Tests;

/// <summary>
/// What lies in a pipe is known before anybody reads it, so that output of a child is not given up on a machine too busy to read it.
/// </summary>
public sealed class PipeStateTests
{
    [Fact]
    public void IsReadable_EmptyThenWrittenThenReadThenClosed_SaysWhetherAReadWouldReturn()
    {
        using AnonymousPipeServerStream writer = new(PipeDirection.Out);
        using AnonymousPipeClientStream reader = new(PipeDirection.In, writer.ClientSafePipeHandle);

        var empty = PipeState.IsReadable(reader.SafePipeHandle);
        writer.WriteByte(1);
        var written = PipeState.IsReadable(reader.SafePipeHandle);
        var read = reader.ReadByte();
        var after = PipeState.IsReadable(reader.SafePipeHandle);
        writer.Dispose();
        var closed = PipeState.IsReadable(reader.SafePipeHandle);

        Assert.Equal((false, true, 1, false, true), (empty, written, read, after, closed));
    }
}
