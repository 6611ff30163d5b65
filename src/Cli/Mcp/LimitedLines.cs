namespace Orchestrator.Cli.Mcp;

/// <summary>A stream of lines whose readers keep each line in memory until it is whole: it ends before a line that is too long.</summary>
/// <param name="inner">What is read.</param>
/// <param name="longest">Bytes of the longest line.</param>
internal sealed class LimitedLines(Stream inner, int longest) : Stream
{
    private long _length;

    /// <summary>A line was too long, so that nothing more is read.</summary>
    public bool IsCutOff { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = IsCutOff ? 0 : await inner.ReadAsync(buffer, cancellationToken);
        return Allowed(buffer.Span[..read]);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = IsCutOff ? 0 : inner.Read(buffer, offset, count);
        return Allowed(buffer.AsSpan(offset, read));
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }
        base.Dispose(disposing);
    }

    // What came is passed on, or nothing more.
    private int Allowed(ReadOnlySpan<byte> came)
    {
        var first = came.IndexOf((byte)'\n');
        var isTooLong = _length + (first < 0 ? came.Length : first) > longest;
        _length = first < 0 ? _length + came.Length : came.Length - 1 - came.LastIndexOf((byte)'\n');
        IsCutOff |= isTooLong || _length > longest;
        return IsCutOff ? 0 : came.Length;
    }
}
