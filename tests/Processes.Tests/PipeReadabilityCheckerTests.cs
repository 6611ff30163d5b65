using System.IO.Pipes;

namespace Orchestrator.Processes.Tests;

/// <summary>The unread bytes in a pipe are known before a read, so that a busy machine does not discard a child's output.</summary>
public sealed class PipeReadabilityCheckerTests
{
    [Fact]
    public void IsReadable_EmptyThenWrittenThenReadThenClosed_SaysWhetherAReadWouldReturn()
    {
        using AnonymousPipeServerStream writer = new(PipeDirection.Out);
        using AnonymousPipeClientStream reader = new(PipeDirection.In, writer.ClientSafePipeHandle);

        var empty = PipeReadabilityChecker.IsReadable(reader.SafePipeHandle);
        writer.WriteByte(1);
        var written = PipeReadabilityChecker.IsReadable(reader.SafePipeHandle);
        var read = reader.ReadByte();
        var after = PipeReadabilityChecker.IsReadable(reader.SafePipeHandle);
        writer.Dispose();
        var closed = PipeReadabilityChecker.IsReadable(reader.SafePipeHandle);

        Assert.Equal((false, true, 1, false, true), (empty, written, read, after, closed));
    }
}
