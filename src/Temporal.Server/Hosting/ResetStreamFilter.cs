using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.InteropServices;

namespace Temporal.Server.Hosting;

/// <summary>
/// Lets data that arrive for a stream which the client has reset end nothing. Kestrel takes them for an error of the whole connection,
/// which RFC 9113 (5.4.1) allows, and with it all other calls are lost; some clients send them when they take back a call that they have
/// just made.
/// </summary>
/// <remarks>
/// Such a frame becomes one of a type that nobody knows, which is ignored (RFC 9113, 5.5), in the place where it lies. Nobody counts its
/// bytes then, so they are given back to the connection's window here.
/// </remarks>
internal sealed class ResetStreamFilter : IDuplexPipe
{
    private ResetStreamFilter(IDuplexPipe inner)
    {
        var output = new WindowWriter(inner.Output);
        Input = new FrameReader(inner.Input, output);
        Output = output;
    }

    /// <inheritdoc/>
    public PipeReader Input { get; }

    /// <inheritdoc/>
    public PipeWriter Output { get; }

    /// <summary>A connection's transport with the filter in front.</summary>
    public static IDuplexPipe Around(IDuplexPipe transport) => new ResetStreamFilter(transport);

    /// <summary>Reads along the headers of the frames that arrive.</summary>
    private sealed class FrameReader(PipeReader inner, WindowWriter output) : PipeReader
    {
        private const int HeaderLength = 9;
        private const int PrefaceLength = 24;
        private const byte Data = 0;
        private const byte Reset = 3;
        private const byte Unknown = 0xFA;

        // What still comes for a stream was under way when it was reset.
        private const int Remembered = 1000;

        private readonly HashSet<uint> _reset = [];
        private readonly Queue<uint> _order = new();
        private ReadOnlySequence<byte> _buffer;
        private ReadOnlySequence<byte> _shown;

        // From the buffer's beginning to the next header that was not looked at.
        private long _next = PrefaceLength;

        public override bool TryRead(out ReadResult result)
        {
            while (inner.TryRead(out var read))
            {
                if (Show(read) is { } shown)
                {
                    result = shown;
                    return true;
                }

                inner.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }

            result = default;
            return false;
        }

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                var read = await inner.ReadAsync(cancellationToken);
                if (Show(read) is { } shown)
                {
                    return shown;
                }

                inner.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            // Who has seen all that is shown waits for more than is there.
            var seenAll = _shown.Slice(examined).IsEmpty;
            var end = _buffer.End;
            _next = Math.Max(0, _next - _buffer.Slice(0, consumed).Length);
            (_buffer, _shown) = (default, default);
            inner.AdvanceTo(consumed, seenAll ? end : examined);
        }

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

        /// <summary>
        /// What may be seen of what has arrived: not the beginning of a header whose rest is to come, since by then it could not be
        /// changed. Null where that is all.
        /// </summary>
        private ReadResult? Show(ReadResult read)
        {
            Look(read.Buffer);
            _buffer = read.Buffer;
            _shown = read.IsCompleted || _next >= _buffer.Length ? _buffer : _buffer.Slice(0, _next);
            return _shown.IsEmpty && !read.IsCompleted && !read.IsCanceled ? null : new(_shown, read.IsCanceled, read.IsCompleted);
        }

        private void Look(ReadOnlySequence<byte> buffer)
        {
            Span<byte> header = stackalloc byte[HeaderLength];
            while (_next + HeaderLength <= buffer.Length)
            {
                var frame = buffer.Slice(_next, HeaderLength);
                frame.CopyTo(header);
                var length = (header[0] << 16) | (header[1] << 8) | header[2];
                var stream = BinaryPrimitives.ReadUInt32BigEndian(header[5..]) & int.MaxValue;
                if (header[3] == Reset)
                {
                    Remember(stream);
                }
                else if (header[3] == Data && _reset.Contains(stream))
                {
                    MemoryMarshal.AsMemory(buffer.Slice(_next + 3, 1).First).Span[0] = Unknown;
                    output.GiveBack(length);
                }

                _next += HeaderLength + length;
            }
        }

        private void Remember(uint stream)
        {
            if (_reset.Add(stream))
            {
                _order.Enqueue(stream);
                if (_order.Count > Remembered)
                {
                    _reset.Remove(_order.Dequeue());
                }
            }
        }
    }

    /// <summary>
    /// Puts a WINDOW_UPDATE of the connection between two frames. Kestrel flushes whole frames only, one after the other.
    /// </summary>
    private sealed class WindowWriter(PipeWriter inner) : PipeWriter
    {
        private const byte WindowUpdate = 8;
        private const int FrameLength = 13;

        private int _owed;

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        /// <summary>The client may send so many bytes more; it learns of it with what is sent next, a ping at the latest.</summary>
        public void GiveBack(int bytes) => Interlocked.Add(ref _owed, bytes);

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            if (Interlocked.Exchange(ref _owed, 0) is > 0 and var owed)
            {
                var frame = inner.GetSpan(FrameLength)[..FrameLength];
                frame.Clear();
                frame[2] = sizeof(int);
                frame[3] = WindowUpdate;
                BinaryPrimitives.WriteInt32BigEndian(frame[9..], owed);
                inner.Advance(FrameLength);
            }

            return inner.FlushAsync(cancellationToken);
        }
    }
}
