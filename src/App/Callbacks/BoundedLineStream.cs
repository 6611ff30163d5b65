namespace Orchestrator.App.Callbacks;

/// <summary>
/// A stream that ends before the first line that exceeds the maximum length. Protects readers that buffer a whole line in memory.
/// </summary>
/// <param name="inner">Underlying stream.</param>
/// <param name="longest">Maximum length of a line in bytes.</param>
internal sealed class BoundedLineStream(Stream inner, int longest) : Stream
{
    private long _length;

    /// <summary>True if a line was too long, so no more data is read.</summary>
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

    // Returns the number of bytes to pass on. 0 after a line that is too long.
    private int Allowed(ReadOnlySpan<byte> came)
    {
        var first = came.IndexOf((byte)'\n');
        var isTooLong = _length + (first < 0 ? came.Length : first) > longest;
        _length = first < 0 ? _length + came.Length : came.Length - 1 - came.LastIndexOf((byte)'\n');
        IsCutOff |= isTooLong || _length > longest;
        return IsCutOff ? 0 : came.Length;
    }
}
