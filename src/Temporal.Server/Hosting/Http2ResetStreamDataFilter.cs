using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.InteropServices;

namespace Temporal.Server.Hosting;

/// <summary>
/// Hides data frames that arrive for a stream after the client has reset it. Kestrel treats them as a connection error, which RFC 9113
/// (5.4.1) allows, and aborts all other calls. Some clients send such frames when they cancel a call right after starting it.
/// </summary>
/// <remarks>
/// The filter changes the frame's type in place to an unknown one, which is ignored (RFC 9113, 5.5). Because Kestrel does not count the
/// bytes of such a frame, the filter returns them to the connection's flow-control window.
/// </remarks>
internal sealed class Http2ResetStreamDataFilter : IDuplexPipe
{
    private Http2ResetStreamDataFilter(IDuplexPipe inner)
    {
        var output = new Http2WindowUpdateWriter(inner.Output);
        Input = new Http2FrameReader(inner.Input, output);
        Output = output;
    }

    /// <inheritdoc/>
    public PipeReader Input { get; }

    /// <inheritdoc/>
    public PipeWriter Output { get; }

    /// <summary>Wraps a connection's transport in the filter.</summary>
    public static IDuplexPipe Wrap(IDuplexPipe transport) => new Http2ResetStreamDataFilter(transport);

    /// <summary>Reads arriving frames, and makes Kestrel ignore data frames for streams that the client has reset.</summary>
    private sealed class Http2FrameReader(PipeReader inner, Http2WindowUpdateWriter output) : PipeReader
    {
        private const int HeaderLength = 9;
        private const int PrefaceLength = 24;
        private const byte Data = 0;
        private const byte Reset = 3;
        private const byte Unknown = 0xFA;

        // Only frames that were in flight at the reset can still arrive for a stream, so a limited number of streams suffices.
        private const int Remembered = 1000;

        private readonly HashSet<uint> _reset = [];
        private readonly Queue<uint> _order = new();
        private ReadOnlySequence<byte> _buffer;
        private ReadOnlySequence<byte> _shown;

        // Offset in the buffer of the next frame header to inspect.
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
            // A reader that has examined everything shown waits for more than the buffer contains.
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
        /// Returns the received bytes that the reader may see, or null for none. An incomplete frame header is withheld, because it could
        /// not be changed once the reader has seen it.
        /// </summary>
        private ReadResult? Show(ReadResult read)
        {
            InspectFrames(read.Buffer);
            _buffer = read.Buffer;
            _shown = read.IsCompleted || _next >= _buffer.Length ? _buffer : _buffer.Slice(0, _next);
            return _shown.IsEmpty && !read.IsCompleted && !read.IsCanceled ? null : new(_shown, read.IsCanceled, read.IsCompleted);
        }

        private void InspectFrames(ReadOnlySequence<byte> buffer)
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
                    AddResetStream(stream);
                }
                else if (header[3] == Data && _reset.Contains(stream))
                {
                    MemoryMarshal.AsMemory(buffer.Slice(_next + 3, 1).First).Span[0] = Unknown;
                    output.ReturnToWindow(length);
                }

                _next += HeaderLength + length;
            }
        }

        private void AddResetStream(uint stream)
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
    /// Inserts WINDOW_UPDATE frames for the connection between other frames. This works because Kestrel flushes whole frames in sequence.
    /// </summary>
    private sealed class Http2WindowUpdateWriter(PipeWriter inner) : PipeWriter
    {
        private const byte WindowUpdate = 8;
        private const int FrameLength = 13;

        private int _owed;

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        /// <summary>
        /// Restores bytes to the client's flow-control window. The window update is sent together with the server's next frames, at the
        /// latest with its next ping.
        /// </summary>
        public void ReturnToWindow(int bytes) => Interlocked.Add(ref _owed, bytes);

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
